"""One fault, or a few, for every expectation: rows that break it, to be added to tables about which all agrees."""

from collections.abc import Iterator

from analytics.extracts.schema import TABLES
from analytics.quality.columns import CODED, PLAUSIBLE_YEARS
from tests.test_quality_stage import (
    Row,
    answer,
    claim,
    enrollment,
    fill,
    observation,
    request,
    review,
)

MAKERS = {
    "medical_claim": claim,
    "authorization": request,
    "criterion_review": review,
    "clinical_answer": answer,
    "eligibility": enrollment,
    "observation": observation,
    "pharmacy_claim": fill,
}

Fault = tuple[str, Row]


def _generic() -> Iterator[tuple[str, list[Fault]]]:
    for name, table in TABLES.items():
        make = MAKERS[name]
        for column in table.columns:
            if column.required:
                empty = make(**{column.name: None}, reason=f"missing_{column.name}")
                yield f"{name}.{column.name}.not_null", [(name, empty)]
            if column.is_typed:
                used = column.required or column.must_read
                bad = make(**{column.name: "??"}, reason=f"unreadable_{column.name}" if used else None)
                rule = "words" if column.words else "readable"
                yield f"{name}.{column.name}.{rule}", [(name, bad)]
    for name in PLAUSIBLE_YEARS:
        table_name, column_name = name.split(".")
        yield f"{name}.plausible", [(table_name, MAKERS[table_name](**{column_name: "1899-12-31"}))]
    for name in CODED:
        table_name, column_name = name.split(".")
        yield f"{name}.pattern", [(table_name, MAKERS[table_name](**{column_name: "#1"}))]


def _person(number: int, **values: str | None) -> Row:
    return {"person_id": f"Q{number}", **values}


SPECIFIC: dict[str, list[Fault]] = {
    # Claim lines.
    "medical_claim.hcpcs_modifier.pattern": [("medical_claim", claim(hcpcs_modifier_3="JW,JG"))],
    "medical_claim.diagnosis_code.pattern": [("medical_claim", claim(diagnosis_code_7="174.9"))],
    "medical_claim.claim_line_number.range": [("medical_claim", claim(claim_line_number="0"))],
    "medical_claim.service_unit_quantity.not_zero": [
        ("medical_claim", claim(service_unit_quantity="0", reason="zero_units"))
    ],
    "medical_claim.service_unit_quantity.whole": [("medical_claim", claim(service_unit_quantity="60.5"))],
    "medical_claim.claim_line_end_date.order": [("medical_claim", claim(claim_line_end_date="2025-03-02"))],
    "medical_claim.claim_line_end_date.same_day": [("medical_claim", claim(claim_line_end_date="2025-03-05"))],
    "medical_claim.claim_start_date.order": [("medical_claim", claim(claim_start_date="2025-03-04"))],
    "medical_claim.paid_date.order": [("medical_claim", claim(paid_date="2025-03-01"))],
    "medical_claim.claim_line_start_date.plausible": [("medical_claim", claim(claim_line_start_date="1925-03-03"))],
    "medical_claim.claim_line_start_date.outlying": [("medical_claim", claim(claim_line_start_date="2025-06-29"))],
    "medical_claim.person_id.requested": [
        ("medical_claim", claim(claim_id=f"N{number}", person_id=f"N{number}")) for number in range(200)
    ],
    # Amounts.
    "medical_claim.charge_amount.sign": [("medical_claim", claim(charge_amount="-1"))],
    "medical_claim.allowed_amount.sign": [("medical_claim", claim(allowed_amount="-1"))],
    "medical_claim.paid_amount.sign": [("medical_claim", claim(paid_amount="-1"))],
    "medical_claim.allowed_amount.order": [("medical_claim", claim(allowed_amount="20", charge_amount="10"))],
    "medical_claim.paid_amount.order": [("medical_claim", claim(paid_amount="20", allowed_amount="10"))],
    # Claims.
    "medical_claim.claim_line_number.unique": [
        ("medical_claim", claim(claim_id="F1", service_unit_quantity=units, reason="conflicting_lines"))
        for units in ("50", "60")
    ],
    **{
        f"medical_claim.{name}_amount.repeated": [
            ("medical_claim", claim(claim_id="F2", claim_line_number=line, service_unit_quantity=units, **amounts))
            for line, units in (("1", "50"), ("2", "40"))
        ]
        for name in ("charge", "allowed", "paid")
        for amounts in ({"charge_amount": "500", "allowed_amount": "500", "paid_amount": "500"},)
    },
    "medical_claim.original_claim_id.linked": [
        ("medical_claim", claim(claim_id="F3", claim_frequency_code="8", original_claim_id="gone"))
    ],
    # Billed days.
    "medical_claim.hcpcs_modifier.jw_without_partner": [
        ("medical_claim", claim(**_person(1, claim_id="F4", hcpcs_modifier_1="JW")))
    ],
    "medical_claim.hcpcs_modifier.jw_and_jz": [
        ("medical_claim", claim(**_person(2, claim_id="F5", claim_line_number=line, hcpcs_modifier_2=modifier)))
        for line, modifier in (("1", "JZ"), ("2", "JW"))
    ],
    "medical_claim.hcpcs_modifier.attested": [
        ("medical_claim", claim(**_person(3, claim_id="F6", hcpcs_modifier_1=None)))
    ],
    "medical_claim.hcpcs_modifier.avoidable_waste": [
        ("medical_claim", claim(**_person(4, claim_id="F7", claim_line_number=line, **values)))
        for line, values in (
            ("1", {"hcpcs_modifier_1": None}),
            ("2", {"hcpcs_modifier_1": "JW", "service_unit_quantity": "15"}),
        )
    ],
    "medical_claim.service_unit_quantity.day_limit": [
        ("medical_claim", claim(**_person(5, claim_id="F8", service_unit_quantity="91")))
    ],
    "medical_claim.service_unit_quantity.slip": [
        ("medical_claim", claim(**_person(6, claim_id="F9", service_unit_quantity="901")))
    ],
    "medical_claim.service_unit_quantity.vials": [
        ("medical_claim", claim(**_person(7, claim_id="F10", service_unit_quantity="2")))
    ],
    "medical_claim.ndc_quantity.units": [
        ("medical_claim", claim(claim_id="F13", ndc_code="70020191101", ndc_quantity="1", service_unit_quantity="60"))
    ],
    "medical_claim.hcpcs_code.unclassified": [
        ("medical_claim", claim(claim_id="F14", hcpcs_code="J9999", ndc_code="70020191001"))
    ],
    "medical_claim.claim_id.billed_twice": [
        ("medical_claim", claim(**_person(8, claim_id=claim_id))) for claim_id in ("F11", "F12")
    ],
    # Identifiers.
    "medical_claim.rendering_npi.pattern": [("medical_claim", claim(rendering_npi="123"))],
    "medical_claim.rendering_npi.check_digit": [("medical_claim", claim(rendering_npi="1234567890"))],
    "medical_claim.billing_npi.pattern": [("medical_claim", claim(billing_npi="12345A7893"))],
    "medical_claim.billing_npi.check_digit": [("medical_claim", claim(billing_npi="1245319598"))],
    "authorization.prescriber_npi.pattern": [("authorization", request(prescriber_npi="DR. X"))],
    "authorization.prescriber_npi.check_digit": [("authorization", request(prescriber_npi="1234567891"))],
    # Payers and persons.
    "medical_claim.payer.requested": [("medical_claim", claim(payer="HARBOR"))],
    "authorization.payer.claimed": [("authorization", request(payer="Harbour"))],
    "medical_claim.person_id.enrolled": [("medical_claim", claim(**_person(9)))],
    "authorization.person_id.enrolled": [("authorization", request(**_person(10)))],
    "eligibility.birth_date.agreed": [
        ("medical_claim", claim(**_person(11))),
        ("eligibility", enrollment(**_person(11, birth_date="1950-01-01"))),
        ("eligibility", enrollment(**_person(11, birth_date="1951-01-01"))),
    ],
    "eligibility.death_date.agreed": [
        ("medical_claim", claim(**_person(12))),
        ("eligibility", enrollment(**_person(12, death_date="2025-05-01"))),
        ("eligibility", enrollment(**_person(12, death_date="2025-06-01"))),
    ],
    "eligibility.birth_date.before_service": [
        ("medical_claim", claim(**_person(13))),
        ("eligibility", enrollment(**_person(13, birth_date="2025-03-03"))),
    ],
    "eligibility.birth_date.before_request": [
        ("authorization", request(**_person(14))),
        ("eligibility", enrollment(**_person(14, birth_date="2025-03-03"))),
    ],
    "eligibility.death_date.after_service": [
        ("medical_claim", claim(**_person(15))),
        ("eligibility", enrollment(**_person(15, death_date="2025-03-02"))),
    ],
    "eligibility.enrollment_end_date.order": [("eligibility", enrollment(enrollment_end_date="2023-12-31"))],
    "eligibility.death_date.after_birth": [
        ("eligibility", enrollment(birth_date="2000-01-01", death_date="1999-01-01"))
    ],
    # Requests.
    "authorization.authorization_id.unique": [
        ("authorization", request(authorization_id="F1", regimen=name, reason="conflicting_rows"))
        for name in ("q3w", "weekly")
    ],
    "authorization.decided_at.order": [("authorization", request(decided_at="2025-01-02T08:59:00"))],
    "authorization.approved_to.order": [("authorization", request(approved_to="2025-01-02"))],
    "authorization.appeal_received_at.order": [("authorization", request(appeal_received_at="2025-01-01"))],
    "authorization.appeal_decided_at.order": [
        ("authorization", request(appeal_received_at="2025-02-02", appeal_decided_at="2025-02-01"))
    ],
    "authorization.received_at.outlying": [("authorization", request(received_at="2025-12-31"))],
    "authorization.decision.dated_approval": [
        ("authorization", request(approved_to=None, reason="approved_without_dates"))
    ],
    "authorization.appeal_decision.after_denial": [
        ("authorization", request(appeal_decision="overturned", reason="appeal_without_denial"))
    ],
    "authorization.decided_at.present": [("authorization", request(decided_at=None))],
    "authorization.decided_at.pending": [("authorization", request(decision="pending"))],
    "authorization.bsa_m2.range": [("authorization", request(bsa_m2="180"))],
    "authorization.requested_dose_mg_per_m2.range": [("authorization", request(requested_dose_mg_per_m2="101"))],
    "authorization.approved_units.range": [("authorization", request(approved_units="0"))],
    "authorization.approved_units.one_dose": [("authorization", request(approved_units="12"))],
    "authorization.diagnosis_code.listed": [("authorization", request(diagnosis_code="C50.A0"))],
    "authorization.regimen.known": [("authorization", request(regimen="every full moon"))],
    "authorization.prior_authorization_id.present": [("authorization", request(request_type="renewal"))],
    "authorization.prior_authorization_id.known": [
        ("authorization", request(request_type="renewal", prior_authorization_id="gone"))
    ],
    "authorization.prior_authorization_id.same_person": [
        ("authorization", request(request_type="renewal", prior_authorization_id="A3"))
    ],
    "authorization.authorization_id.reviewed": [("authorization", request(authorization_id="F2"))],
    "authorization.authorization_id.answered": [("authorization", request(authorization_id="F3"))],
    # Reviews, answers, lists.
    "criterion_review.authorization_id.known": [
        ("criterion_review", review(authorization_id="gone", reason="unknown_authorization"))
    ],
    "clinical_answer.authorization_id.known": [
        ("clinical_answer", answer(authorization_id="gone", reason="unknown_authorization"))
    ],
    "criterion_review.criterion_id.known": [
        ("criterion_review", review(criterion_id="9.Z", reason="unknown_criterion"))
    ],
    "criterion_review.criterion_id.unique": [
        ("criterion_review", review(criterion_id="1.B", determination=word, reason="conflicting_rows"))
        for word in ("met", "not_met")
    ],
    "clinical_answer.question.known": [("clinical_answer", answer(question="shoe_size", answer="42"))],
    "clinical_answer.answer.readable": [
        ("clinical_answer", answer(question="her2_status", answer="equivocal")),
        ("clinical_answer", answer(question="taxane_last_dose_on", answer="2025-1-5")),
        ("clinical_answer", answer(question="age_years", answer="fifty")),
    ],
    "clinical_answer.answer.agreed": [
        ("clinical_answer", answer(authorization_id="A4", answer="TRUE")),
        ("clinical_answer", answer(authorization_id="A5", answer="no")),
    ],
    "policy.diagnosis_code.current": [],
    # Observations and fills.
    "observation.source_units.known": [("observation", observation(source_units="ft2", reason="unknown_unit"))],
    "observation.result.plausible": [("observation", observation(result="18", reason="implausible_result"))],
    "observation.source_reference_range_high.present": [
        ("observation", observation(source_code="1742-6", is_multiple="true"))
    ],
    "observation.observation_date.outlying": [("observation", observation(observation_date="2025-06-29"))],
    "pharmacy_claim.quantity.range": [("pharmacy_claim", fill(quantity="0"))],
    "pharmacy_claim.days_supply.range": [("pharmacy_claim", fill(days_supply="-1"))],
}  # fmt: skip

FAULTS: dict[str, list[Fault]] = {**dict(_generic()), **SPECIFIC}
