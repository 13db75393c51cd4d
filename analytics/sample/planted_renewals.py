"""Planted renewals: each outcome of an approval that runs out, and how its renewal request is found."""

from typing import Any

from analytics.sample.planted_rows import REVIEWED, answers, approved, claim, enrolled, request, reviews, size
from analytics.sample.planting import Part, Planted, plant, renewed, request_id
from analytics.sample.world import EMBLEM

FIRST, LAST_DOSE = "2024-01-01", "2024-12-10"


def _running_out(number: int, last_dose: str = LAST_DOSE, **eligibility: Any) -> tuple[Part, ...]:
    """Approved for 2024 under policy A; the last dose three weeks before the end, unless said."""
    return (
        enrolled(number, **eligibility),
        *approved(number, FIRST),
        size(number, "1.80", "2024-11-20"),
        claim(number, last_dose, 72, "JZ"),
    )


def _asked_again(number: int, decision: str, received: str = "2024-12-12", which: int = 2) -> tuple[Part, ...]:
    """A renewal request that names the first approval and is not approved."""
    return (
        request(
            number,
            received,
            decision,
            which=which,
            request_type="renewal",
            prior_authorization_id=request_id(number),
            denial_reason="criteria not met" if decision == "denied" else None,
        ),
        *reviews(number, REVIEWED["A"] | ({"1.B": "not_met"} if decision == "denied" else {}), which),
        *answers(number, {"metastatic": "no" if decision == "denied" else "yes"}, which),
    )


def _approved_again(
    number: int, first: str, *, names: bool = True, kind: str = "renewal", which: int = 2
) -> tuple[Part, ...]:
    named = request_id(number) if names else ""
    return approved(number, first, which=which, request_type=kind, prior_authorization_id=named)


RENEWALS: tuple[Planted, ...] = (
    plant(
        151,
        "renewed_on_time",
        "Approved for 2024, renewed from 2025-01-01.",
        (_running_out(151), _approved_again(151, "2025-01-01")),
        renewed(
            151,
            outcome="renewed_on_time",
            gap_days=0,
            on_therapy=True,
            renewal_authorization_id=request_id(151, 2),
        ),
    ),
    plant(
        152,
        "renewed_late",
        "Renewed from 2025-01-15, two weeks late; one dose fell into the gap.",
        (_running_out(152), _approved_again(152, "2025-01-15"), claim(152, "2025-01-08", 72, "JZ", which=2)),
        renewed(152, outcome="renewed_late", gap_days=14, doses_uncovered=1),
    ),
    plant(
        153,
        "denied",
        "The renewal was denied.",
        (_running_out(153), _asked_again(153, "denied")),
        renewed(153, outcome="denied", gap_days=None, on_therapy=True),
    ),
    plant(
        154,
        "pending",
        "The renewal is not decided yet.",
        (_running_out(154), _asked_again(154, "pending")),
        renewed(154, outcome="pending"),
    ),
    plant(
        155,
        "withdrawn",
        "The renewal request was withdrawn.",
        (_running_out(155), _asked_again(155, "withdrawn")),
        renewed(155, outcome="withdrawn"),
    ),
    plant(
        156,
        "reauthorized",
        "No renewal was asked for, but a new initial request was approved from 2025-01-10.",
        (_running_out(156), _approved_again(156, "2025-01-10", names=False, kind="initial")),
        renewed(156, outcome="reauthorized", gap_days=9, renewal_authorization_id=request_id(156, 2)),
    ),
    plant(
        157,
        "deceased",
        "Died on 2025-01-20, within 60 days of the approval's end.",
        (_running_out(157, death_date="2025-01-20", enrollment_end_date="2025-01-20"),),
        renewed(157, outcome="deceased", on_therapy=True),
    ),
    plant(
        158,
        "disenrolled",
        "Left the plan at the end of 2024.",
        (_running_out(158, enrollment_end_date="2024-12-31"),),
        renewed(158, outcome="disenrolled"),
    ),
    plant(
        159,
        "not_due",
        "Approved until 2026-05-31: what becomes of it can't be told yet.",
        (
            enrolled(159),
            approved(159, "2025-06-01"),
            size(159, "1.80", "2025-06-02"),
            claim(159, "2025-06-05", 72, "JZ"),
        ),
        renewed(159, outcome="not_due"),
    ),
    plant(
        160,
        "lapsed",
        "On therapy when the approval ended, no renewal asked for, and two more doses without cover.",
        (
            _running_out(160),
            claim(160, "2025-01-02", 72, "JZ", which=2),
            claim(160, "2025-01-23", 72, "JZ", which=3),
        ),
        renewed(160, outcome="lapsed", on_therapy=True, doses_uncovered=2),
    ),
    plant(
        161,
        "stopped",
        "The last dose was in September: treatment had stopped before the approval ended.",
        (_running_out(161, "2024-09-10"),),
        renewed(161, outcome="stopped", on_therapy=False, doses_uncovered=0),
    ),
    plant(
        162,
        "renewal_without_a_name",
        "The renewal names no approval; it is found by its dates.",
        (_running_out(162), _approved_again(162, "2025-01-01", names=False)),
        renewed(162, outcome="renewed_on_time", renewal_authorization_id=request_id(162, 2)),
    ),
    plant(
        163,
        "denied_then_renewed",
        "The renewal was denied, asked for again and approved.",
        (_running_out(163), _asked_again(163, "denied"), _approved_again(163, "2025-01-06", which=3)),
        renewed(163, outcome="renewed_late", gap_days=5, renewal_authorization_id=request_id(163, 3)),
    ),
    plant(
        164,
        "six_months",
        "Policy B: approved for six months, renewed the day after.",
        (
            enrolled(164, payer=EMBLEM),
            approved(164, "2024-03-01", payer=EMBLEM),
            size(164, "1.80", "2024-08-10"),
            claim(164, "2024-08-12", 72, "JZ", payer=EMBLEM),
            approved(
                164,
                "2024-09-01",
                which=2,
                payer=EMBLEM,
                request_type="renewal",
                prior_authorization_id=request_id(164),
            ),
        ),
        renewed(164, outcome="renewed_on_time", gap_days=0),
    ),
    plant(
        166,
        "request_of_the_last_day",
        "A request of 2025-12-31, still open.",
        (enrolled(166), request(166, "2025-12-31", "pending")),
    ),
)
