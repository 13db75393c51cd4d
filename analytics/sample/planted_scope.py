"""Planted rows of the other tables that can't be used, and rows out of scope: each reason."""

from analytics.sample.planted_quarantine import treated
from analytics.sample.planted_rows import answers, approved, claim, enrolled, observed, request, reviews, size
from analytics.sample.planting import (
    Planted,
    counted,
    day,
    not_given,
    person_id,
    plant,
    quarantined,
    request_id,
)
from analytics.sample.rows import Value, make_row
from analytics.sample.world import CAPECITABINE_NDC, SUMMIT

REVIEW, ANSWER = "criterion_review", "clinical_answer"


def _record(number: int, reason: str, story: str, table: str, **columns: Value) -> Planted:
    """A person in scope, and one more row of another table with one fault."""
    bad = (table, make_row(table, **columns))
    of_request = table in (REVIEW, ANSWER)
    holding = columns["authorization_id"] if of_request else person_id(number)
    base = (enrolled(number), *approved(number, -5)) if of_request else treated(number)
    return plant(number, f"{table}_{reason}", story, (base, bad), quarantined(table, reason, str(holding)))


RECORDS = (
    _record(
        241,
        "unknown_authorization",
        "A determination for a request that is not there.",
        REVIEW,
        authorization_id=request_id(241, 9),
        criterion_id="1.C",
        determination="met",
    ),
    _record(
        242,
        "unknown_criterion",
        "A determination for 1.D, which policy A does not have.",
        REVIEW,
        authorization_id=request_id(242),
        criterion_id="1.D",
        determination="met",
    ),
    _record(
        243,
        "unknown_determination",
        "The determination is 'maybe'.",
        REVIEW,
        authorization_id=request_id(243),
        criterion_id="1.B.i",
        determination="maybe",
    ),
    _record(
        244,
        "missing_determination",
        "A criterion without determination.",
        REVIEW,
        authorization_id=request_id(244),
        criterion_id="1.B.i",
    ),
    _record(
        245,
        "missing_criterion_id",
        "A determination without criterion.",
        REVIEW,
        authorization_id=request_id(245),
        determination="met",
    ),
    _record(
        246,
        "conflicting_rows",
        "Oncologist involved: met and not met.",
        REVIEW,
        authorization_id=request_id(246),
        criterion_id="1.C",
        determination="not_met",
    ),
    _record(
        251,
        "unknown_authorization",
        "An answer for a request that is not there.",
        ANSWER,
        authorization_id=request_id(251, 9),
        question="metastatic",
        answer="yes",
    ),
    _record(
        252,
        "missing_answer",
        "A question without answer.",
        ANSWER,
        authorization_id=request_id(252),
        question="oncologist_involved",
    ),
    _record(
        253,
        "missing_question",
        "An answer without question.",
        ANSWER,
        authorization_id=request_id(253),
        answer="yes",
    ),
    _record(
        255,
        "missing_enrollment_start_date",
        "Coverage without a beginning.",
        "eligibility",
        person_id=person_id(255),
        payer="Harbor Health Plan",
    ),
    _record(
        256,
        "unreadable_enrollment_start_date",
        "Coverage since 'always'.",
        "eligibility",
        person_id=person_id(256),
        payer="Harbor Health Plan",
        enrollment_start_date="always",
    ),
    _record(
        257,
        "unreadable_enrollment_end_date",
        "Coverage until 2025-13-31.",
        "eligibility",
        person_id=person_id(257),
        payer="Harbor Health Plan",
        enrollment_start_date="2023-01-01",
        enrollment_end_date="2025-13-31",
    ),
    _record(
        258,
        "missing_payer",
        "Coverage by nobody.",
        "eligibility",
        person_id=person_id(258),
        enrollment_start_date="2023-01-01",
    ),
)


def _bad_observation(
    number: int, reason: str, story: str, when: int | str, code: str, result: str, units: str
) -> Planted:
    bad = observed(number, when, code, result, units)
    return plant(
        number,
        f"observation_{reason}",
        story,
        (treated(number), bad),
        quarantined("observation", reason, person_id(number)),
    )


OBSERVATIONS = (
    _bad_observation(261, "unknown_unit", "A weight in 'lb', not UCUM's [lb_av].", -3, "29463-7", "154", "lb"),
    _bad_observation(262, "implausible_result", "18.0 m² of body surface.", -3, "3140-1", "18.0", "m2"),
    _bad_observation(263, "unreadable_result", "A height of 'tall'.", -3, "8302-2", "tall", "cm"),
    _bad_observation(264, "missing_result", "A height without result.", -3, "8302-2", "", "cm"),
    _bad_observation(265, "unreadable_observation_date", "Measured on 3 May.", "3 May", "8302-2", "165", "cm"),
    _bad_observation(266, "missing_observation_date", "Measured on no day.", "", "8302-2", "165", "cm"),
)

FILLS = (
    _record(
        269,
        "missing_dispensing_date",
        "A pharmacy fill on no day.",
        "pharmacy_claim",
        person_id=person_id(269),
        ndc_code=CAPECITABINE_NDC,
    ),
    _record(
        267,
        "missing_ndc_code",
        "A pharmacy fill without product.",
        "pharmacy_claim",
        person_id=person_id(267),
        dispensing_date=day(267, 0),
    ),
    _record(
        268,
        "unreadable_dispensing_date",
        "A pharmacy fill on '20240506'.",
        "pharmacy_claim",
        person_id=person_id(268),
        dispensing_date="20240506",
        ndc_code=CAPECITABINE_NDC,
    ),
)

OUT_OF_SCOPE = (
    plant(
        281,
        "other_drug",
        "A taxane's line of a treated person: counted, not judged.",
        (treated(281), claim(281, -30, 160, which=2, hcpcs_code="J9267")),
        not_given(281, -30),
        counted("medical_claim", "out_of_scope", "other_drug"),
    ),
    plant(
        282,
        "no_policy",
        "Summit Mutual has no policy: its claim and request are out of scope, with its review and answer.",
        (
            enrolled(282, payer=SUMMIT),
            request(
                282,
                "2024-05-01",
                "approved",
                payer=SUMMIT,
                approved_from="2024-05-06",
                approved_to="2025-05-05",
            ),
            claim(282, "2024-05-06", 200, "JZ", payer=SUMMIT),
            reviews(282, {"1.A": "met"}),
            answers(282, {"metastatic": "yes"}),
        ),
        not_given(282, "2024-05-06"),
        counted("medical_claim", "out_of_scope", "no_policy"),
        counted("authorization", "out_of_scope", "no_policy"),
        counted("criterion_review", "out_of_scope", "other_request"),
        counted("clinical_answer", "out_of_scope", "other_request"),
    ),
    plant(
        283,
        "other_observation",
        "A haemoglobin (LOINC 718-7) is of no use here.",
        (treated(283), observed(283, -4, "718-7", "11.2", "g/dL")),
        counted("observation", "out_of_scope", "other_observation"),
    ),
    plant(
        284,
        "other_person",
        "Enrolled, measured and given tablets, but never treated with the drug.",
        (
            enrolled(284),
            size(284, "1.80"),
            (
                "pharmacy_claim",
                make_row(
                    "pharmacy_claim",
                    person_id=person_id(284),
                    dispensing_date=day(284, 0),
                    ndc_code=CAPECITABINE_NDC,
                ),
            ),
        ),
        counted("eligibility", "out_of_scope", "other_person"),
        counted("observation", "out_of_scope", "other_person"),
        counted("pharmacy_claim", "out_of_scope", "other_person"),
    ),
)

SCOPE: tuple[Planted, ...] = RECORDS + OBSERVATIONS + FILLS + OUT_OF_SCOPE
