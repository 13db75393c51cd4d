"""What claims show of other drugs, around administrations and before requests: it decides nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from tests.reference.dosing import Dose
from tests.reference.facts import Facts, within
from tests.reference.reading import Extract
from tests.reference.rules import Therapy
from tests.reference.schema import Row

Rows = list[dict[str, Any]]


def administration_therapy(given: Iterable[Dose], extract: Extract, facts: Facts) -> Rows:
    """A row for each administration and each therapy that its policy looks for in the days around one."""
    days = [row["service_date"] for row in extract.rows["medical_claim"] if row["service_date"] is not None]
    begin, end = (
        min((day for day in days if day <= extract.as_of), default=extract.as_of),
        extract.claims_through or extract.as_of,
    )
    rows = []
    for dose in given:
        a = dose.administration
        for therapy in (each for each in a.policy.evidence if each.around is not None):
            span = timedelta(days=therapy.around)
            near = [day for day in _claimed(facts, therapy, a.person, extract.as_of) if abs(day - a.on) <= span]
            nearest = min(near, key=lambda day: (abs(day - a.on), day), default=None)
            is_whole = begin <= a.on - span and a.on + span <= end and _can_see(extract, therapy)
            documented = _documented(facts, therapy, dose.cover)
            rows.append(
                {
                    "policy_id": a.policy.id,
                    "payer": a.payer,
                    "person_id": a.person,
                    "hcpcs_code": a.code,
                    "administered_on": a.on,
                    "therapy": therapy.name,
                    "authorization_id": dose.cover["authorization_id"] if dose.cover is not None else None,
                    "documented": documented,
                    "on_claims": _on_claims(nearest is not None, is_whole),
                    "nearest_on": nearest,
                    "days_away": (nearest - a.on).days if nearest is not None else None,
                    "evidence": _evidence(documented, nearest is not None),
                }
            )
    return rows


def request_evidence(extract: Extract, facts: Facts) -> Rows:
    """A row for each request and each therapy that its policy looks for in the months before one."""
    rows = []
    for request in extract.used("authorization"):
        policy, received = extract.policy(request), request["received_at"].date()
        looked_for = [each for each in policy.evidence if each.around is None]
        for therapy in (*looked_for, *policy.prior_therapies):
            person = request["person_id"]
            days = {day for day in _claimed(facts, therapy, person, received) if within(day, therapy.months, received)}
            is_prior = therapy in policy.prior_therapies
            is_shown = facts.shows(therapy, person, received) if is_prior else bool(days)
            documented = _documented(facts, therapy, request)
            rows.append(
                {
                    "authorization_id": request["authorization_id"],
                    "policy_id": policy.id,
                    "payer": request["payer"],
                    "person_id": person,
                    "therapy": therapy.name,
                    "documented": documented,
                    "on_claims": _on_claims(is_shown, _can_see(extract, therapy)),
                    "latest_on": None if is_prior else max(days, default=None),
                    "evidence": _evidence(documented, is_shown),
                }
            )
    return rows


def _claimed(facts: Facts, therapy: Therapy, person: str, until: date) -> set[date]:
    """The days with a claim of either kind."""
    days = facts.billed(person, therapy.codes) | {day for day, _ in facts.dispensed(person, therapy.ndcs)}
    return {day for day in days if day <= until}


def _can_see(extract: Extract, therapy: Therapy) -> bool:
    return not therapy.ndcs or extract.has("pharmacy_claim")


def _on_claims(is_shown: bool, can_tell: bool) -> str:
    return "yes" if is_shown else ("no" if can_tell else "not_evaluable")


def _documented(facts: Facts, therapy: Therapy, request: Row | None) -> str | None:
    """What the request answers; a question that implies the therapy documents it with a yes, and denies nothing."""
    answers = facts.answers(request) if request is not None else {}
    if therapy.fact in answers:
        return str(answers[therapy.fact])
    return "yes" if answers.get(therapy.implied_by or "") == "yes" else None


def _evidence(documented: str | None, is_shown: bool) -> str | None:
    if documented is None:
        return "derived" if is_shown else None
    return "contradicted" if documented == "no" and is_shown else "documented"
