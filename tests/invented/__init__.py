"""An invented study to build pages from: result tables with the documented columns, drawn from a fixed seed.

Everything is drawn once per person, so that the tables agree with each other as those of a real study do.
"""

import random
from copy import deepcopy
from functools import cache
from types import SimpleNamespace
from typing import Any

from tests.invented import approvals, dosing, renewals, rows
from tests.invented.people import PAYERS, TREES, A, B, frame_of, is_approved, one_person

__all__ = ["PAYERS", "TREES", "A", "B", "invented_study"]


def invented_study(seed: int = 7, persons: int = 900, reviews: bool = True, eligibility: bool = True) -> Any:
    """A study of so many persons; without `reviews` or `eligibility` as if those extracts were not there.

    Drawn once; every caller gets its own, so that what a test puts in its place is no other test's.
    """
    drawn = _drawn(seed, persons, reviews, eligibility)
    return SimpleNamespace(**{**drawn, "manifest": deepcopy(drawn["manifest"])})


@cache
def _drawn(seed: int, persons: int, reviews: bool, eligibility: bool) -> dict[str, Any]:
    draw = random.Random(seed)
    people = [one_person(draw, number) for number in range(persons)]
    administration = frame_of(
        [row for person in people for row in dosing.administrations(draw, person)], dosing.ADMINISTRATION
    )
    requests = [row for person in people for row in approvals.requests(draw, person)]
    results = [row for request in requests for row in approvals.criteria(draw, request, reviews)]
    request = frame_of(requests, approvals.REQUEST)
    renewal = frame_of(
        [renewals.renewal(draw, row, eligibility) for row in requests if is_approved(row["final_decision"])],
        renewals.RENEWAL,
    )
    criterion_result = frame_of(results, approvals.CRITERION)
    spell = frame_of(renewals.spells(random.Random(seed + 1), administration, eligibility), renewals.SPELL)
    detailed = approvals.with_consistency(dosing.with_hours(request), criterion_result)
    manifest = rows.manifest(administration, reviews, eligibility)
    return dict(
        administration=administration,
        administration_provider=dosing.providers(administration),
        administration_therapy=approvals.therapies(administration),
        administration_waste=dosing.waste(administration),
        limit_result=dosing.limits(administration),
        dosing_sensitivity=dosing.sensitivity(draw, administration),
        request=detailed,
        request_evidence=approvals.evidence(detailed, criterion_result),
        criterion_result=criterion_result,
        approval_by_criterion=approvals.outline(request),
        authorization_metrics=approvals.metrics(request),
        reviewer_agreement=criterion_result.join(request, on="authorization_id")
        .select("policy_id", "policy_version", "criterion_id")
        .unique(maintain_order=True),
        renewal=renewal,
        authorization_way=approvals.ways(detailed, manifest["horizon"]),
        therapy_spell=spell,
        persistence=renewals.persistence(spell),
        quality_result=rows.quality(),
        reconciliation=rows.reconciliation(detailed.height),
        reconciliation_reason=rows.reasons(),
        manifest=manifest,
    )
