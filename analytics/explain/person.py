"""What there is to explain of a person: administrations and requests, a line each."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analytics.errors import UserError
from analytics.explain import queries
from analytics.explain.explanation import PERSONS, Explanation, lower_first, units
from analytics.explain.queries import Row
from analytics.policy.outline import Line, Outline, Part
from analytics.results.words import BREACH_KINDS, CONSISTENCY, STATUSES

if TYPE_CHECKING:
    from analytics.study import Study


def explain_person(study: "Study", person: str) -> Explanation:
    """A person's administrations and requests with their verdicts. `UserError` where there is none of either."""
    given, asked = queries.administrations(study, person), queries.requests(study, "person_id", person)
    if not given and not asked:
        raise UserError(f"Person '{person}' has neither an administration nor a usable request in these extracts.")
    parts = [Part("Administrations", tuple(_administrations(given))), Part("Requests", tuple(_requests(asked)))]
    facts = (("Person", person), ("As of", str(study.as_of)), ("Keep safe", PERSONS))
    told = tuple(part for part in parts if part.lines)
    return Explanation(Outline("One person", f"What is known of person {person}", facts, told))


def _administrations(given: list[Row]) -> Iterator[Line]:
    for row in given:
        kind = row["breach_kind"]
        words = lower_first(STATUSES[row["status"]]) + (f": {lower_first(BREACH_KINDS[kind])}" if kind else "")
        says = f"{units(row['billed_units'])} billed under {row['policy_id']} ({row['payer']}): {words}"
        yield Line(says, str(row["administered_on"]))


def _requests(asked: list[Row]) -> Iterator[Line]:
    for row in asked:
        decided = f"{row['decision']} on {row['decided_on']}" if row["decided_on"] else row["decision"]
        agrees = f"; {lower_first(CONSISTENCY[row['consistency']])}" if row["consistency"] else ""
        says = f"{row['request_type']} request of {row['received_on']}, {decided}{agrees}"
        yield Line(says, row["authorization_id"])
