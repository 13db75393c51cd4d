"""Planted requests: each consistency value, reasons of denial, appeals, answers that can't be read."""

from datetime import date
from typing import Any

from analytics.sample.planted_rows import REVIEWED, answers, enrolled, request, reviews
from analytics.sample.planting import Part, Planted, criterion, judged, plant
from analytics.sample.world import EMBLEM, HARBOR, Payer, add_months, days

ASKED = "2024-05-01"
SINGLE = {"metastatic": "yes", "single_agent": "yes", "capecitabine_resistant": "yes"}
RESISTANT = {"anthracycline_resistant": "yes", "taxane_resistant": "yes"}
TRASTUZUMAB = {
    "metastatic": "yes",
    "single_agent": "no",
    "combination_with_capecitabine": "no",
    "combination_with_trastuzumab": "yes",
    "her2_status": "positive",
    "trastuzumab_exposed": "yes",
    "symptomatic_visceral_disease": "yes",
}


def asked(
    number: int,
    decision: str,
    marks: dict[str, str],
    known: dict[str, str],
    payer: Payer = HARBOR,
    received: str = ASKED,
    **columns: Any,
) -> tuple[Part, ...]:
    """A request with its review and documents; an approval runs for the policy's length from 2024-05-06."""
    if decision == "approved":
        first = date(2024, 5, 6)
        last = add_months(first, 6 if payer.policy == "B" else 12) - days(1)
        columns = {"approved_from": first, "approved_to": last} | columns
    return (
        enrolled(number, payer=payer),
        request(number, received, decision, payer=payer, **columns),
        *reviews(number, marks),
        *answers(number, known),
    )


REQUESTS: tuple[Planted, ...] = (
    plant(
        101,
        "consistent",
        "Everything met, approved after 54.5 hours.",
        (
            asked(
                101,
                "approved",
                REVIEWED["A"],
                {"metastatic": "yes"},
                received_at="2024-05-01T09:00Z",
                decided_at="2024-05-03T15:30Z",
            ),
        ),
        judged(101, reviewed="met", evaluated="met", consistency="consistent", hours_to_decision=54.5),
        judged(101, final_decision="approved", unmet_conjuncts=[], approved_too_long=False),
    ),
    plant(
        102,
        "approved_unmet",
        "Approved, though the reviewer found no oncologist involved.",
        (
            asked(
                102,
                "approved",
                REVIEWED["A"] | {"1.C": "not_met"},
                {"metastatic": "yes", "oncologist_involved": "no"},
                prescriber_specialty="207R00000X",
            ),
        ),
        judged(102, consistency="approved_unmet", unmet_conjuncts=["1.C"], evaluated="not_met"),
    ),
    plant(
        103,
        "approved_undocumented",
        "Approved, though nothing says how far the disease has gone.",
        (
            asked(
                103,
                "approved",
                {"1.indication": "met", "1.A": "met", "1.C": "met", "1.B.ii": "not_documented"},
                {},
            ),
        ),
        judged(103, consistency="approved_undocumented", reviewed="unknown", evaluated="unknown"),
    ),
    plant(
        104,
        "denied_all_met",
        "Denied, though the reviewer recorded everything as met.",
        (asked(104, "denied", REVIEWED["A"], {"metastatic": "yes"}, denial_reason="administrative"),),
        judged(104, consistency="denied_all_met", unmet_conjuncts=[]),
    ),
    plant(
        105,
        "denied_undocumented",
        "Denied, because the stage of the disease is not documented.",
        (
            asked(
                105,
                "denied",
                {"1.indication": "met", "1.A": "met", "1.C": "met", "1.B.ii": "not_documented"},
                {},
                denial_reason="not documented",
            ),
        ),
        judged(105, consistency="denied_undocumented", reviewed="unknown"),
    ),
    plant(
        106,
        "denied_for_one_reason",
        "Denied, because none of the three kinds of disease is present.",
        (
            asked(
                106,
                "denied",
                {"1.indication": "met", "1.A": "met", "1.C": "met"}
                | {"1.B.i": "not_met", "1.B.ii": "not_met", "1.B.iii": "not_met"},
                {
                    "metastatic": "no",
                    "recurrent_unresectable_locoregional": "no",
                    "no_response_to_preoperative_therapy": "no",
                },
                denial_reason="criteria not met",
            ),
        ),
        judged(106, consistency="consistent", unmet_conjuncts=["1.B"], evaluated="not_met"),
    ),
    plant(
        107,
        "denied_for_two_reasons",
        "Denied: an ovarian cancer, and no oncologist.",
        (
            asked(
                107,
                "denied",
                REVIEWED["A"] | {"1.indication": "not_met", "1.C": "not_met"},
                {"metastatic": "yes", "oncologist_involved": "no"},
                diagnosis_code="C56.9",
                prescriber_specialty="207R00000X",
                denial_reason="criteria not met",
            ),
        ),
        judged(107, consistency="consistent", unmet_conjuncts=["1.C", "1.indication"]),
    ),
    plant(
        108,
        "overturned",
        "Denied, approved on appeal.",
        (
            asked(
                108,
                "denied",
                {"1.indication": "met", "1.A": "met", "1.B.ii": "not_documented", "1.C": "met"},
                {},
                approved_from="2024-05-20",
                approved_to="2025-05-19",
                denial_reason="not documented",
                appeal_received_at="2024-05-08T09:00Z",
                appeal_decided_at="2024-05-17T09:00Z",
                appeal_decision="overturned",
            ),
        ),
        judged(108, decision="denied", final_decision="approved"),
    ),
    plant(
        109,
        "approved_too_long",
        "Policy B allows six months; a year was approved.",
        (asked(109, "approved", REVIEWED["B"], SINGLE | RESISTANT, EMBLEM, approved_to="2025-05-05"),),
        judged(109, approved_too_long=True),
    ),
    plant(
        110,
        "says_nothing_either_way",
        "The diagnosis is a metastasis to bone (C79.51): it neither shows nor excludes breast cancer.",
        (asked(110, "approved", REVIEWED["A"], {"metastatic": "yes"}, diagnosis_code="C79.51"),),
        criterion(110, "1.indication", reviewed="met", evaluated="unknown"),
    ),
    plant(
        111,
        "answers_that_differ",
        "Metastatic: yes, and metastatic: no. There is no answer.",
        (
            asked(111, "approved", REVIEWED["A"], {"metastatic": "yes"}),
            answers(111, {"metastatic": "no"}),
        ),
        criterion(111, "1.B.ii", evaluated="unknown"),
    ),
)
