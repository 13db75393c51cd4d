"""Which case is meant: a request, an administration, or all that there is of a person."""

from datetime import date
from typing import TYPE_CHECKING

from analytics.config import given_day
from analytics.errors import UserError
from analytics.explain.administration import explain_administration
from analytics.explain.explanation import Explanation
from analytics.explain.person import explain_person
from analytics.explain.request import explain_request

if TYPE_CHECKING:
    from analytics.study import Study


def explain_case(
    study: "Study",
    authorization_id: str | None = None,
    person: str | None = None,
    on: date | str | None = None,
    payer: str | None = None,
    policy: str | None = None,
) -> Explanation:
    """The explanation of a request by its id, of an administration by person and day, or of all of a person."""
    if (authorization_id is None) == (person is None):
        raise UserError(
            "Name either a request by its authorization id, or a person (and a day for one administration)."
        )
    if authorization_id is not None:
        if any(word is not None for word in (on, payer, policy)):
            raise UserError("A request is named by its authorization id alone: day, payer and policy go with a person.")
        return explain_request(study, str(authorization_id))
    if person is None:
        raise AssertionError("one of the two is named")
    if on is None:
        if payer is not None or policy is not None:
            raise UserError("Payer and policy choose among a day's administrations: name the day as well.")
        return explain_person(study, str(person))
    return explain_administration(study, str(person), given_day(on, "The day"), payer, policy)
