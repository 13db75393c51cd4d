"""Faults of rows: each an extract that can be used, with one thing in it that an analyst should look at."""

from analytics.sample.draft import Draft, ask, dose, provider
from analytics.sample.fault import Fault
from analytics.sample.planting import claim_id, request_id
from analytics.sample.rows import make_row
from analytics.sample.world import EMBLEM

CLAIM, REQUEST = "medical_claim", "authorization"
MANY = 24


def _put(table: str, **columns: str):  # type: ignore[no-untyped-def]
    """A fault in one row's columns."""
    return lambda draft: draft.put(table, 1, **columns)


def _jw_alone(draft: Draft) -> None:
    draft.put(CLAIM, 1, service_unit_quantity="6", hcpcs_modifier_1="JW")


def _jw_and_jz(draft: Draft) -> None:
    draft.add((CLAIM, dose(1, 3, "JW", line="2")))


def _negative_net(draft: Draft) -> None:
    draft.add((CLAIM, dose(1, -10, "JZ", later=21, which="2")))


def _unlinked_void(draft: Draft) -> None:
    draft.add((CLAIM, dose(1, 72, which="2", claim_frequency_code="8", original_claim_id=claim_id(999))))


def _enrolled(draft: Draft) -> None:
    draft.add_everyone("eligibility", payer="Harbor Health Plan", enrollment_start_date="2022-01-01")
    draft.put_all("eligibility", birth_date="1966-04-15")


def _service_after_death(draft: Draft) -> None:
    _enrolled(draft)
    draft.put("eligibility", 1, death_date="2024-03-01")


def _birth_after_service(draft: Draft) -> None:
    _enrolled(draft)
    draft.put(REQUEST, 1, received_at="2024-03-20T09:00Z", decided_at="2024-03-22T09:00Z")
    draft.put("eligibility", 1, birth_date="2024-03-12")


def _short_hcpcs(draft: Draft) -> None:
    draft.add((CLAIM, dose(1, 1, which="2", hcpcs_code="J920", ndc_code="")))


def _vials(draft: Draft) -> None:
    draft.put(CLAIM, 1, service_unit_quantity="2")


def _too_many_a_day(draft: Draft) -> None:
    draft.add((CLAIM, dose(9, 96, payer=EMBLEM)), (REQUEST, ask(9, EMBLEM, bsa_m2="2.40")))


def _billed_twice(draft: Draft) -> None:
    draft.put(CLAIM, 0, service_unit_quantity="40", allowed_amount="3600.00", paid_amount="2880.00")
    draft.add((CLAIM, dose(1, 40, which="2", place_of_service_code="22", billing_npi=provider())))


def _amount_repeated(draft: Draft) -> None:
    draft.put(CLAIM, 1, hcpcs_modifier_1="")
    draft.add((CLAIM, dose(2, 3, "JW", line="2", allowed_amount="6480.00")))


def _no_attestation(draft: Draft) -> None:
    draft.put(CLAIM, 1, hcpcs_modifier_1="")


def _far_future(draft: Draft) -> None:
    draft.add(
        (CLAIM, dose(1, which="2", claim_start_date="2024-12-24", claim_line_start_date="2024-12-24", paid_date=""))
    )


def _duplicate(draft: Draft) -> None:
    draft.add((CLAIM, dose(1)))


def _reviewed(draft: Draft) -> None:
    for criterion in ("1.indication", "1.A", "1.B", "1.C"):
        draft.add_everyone("criterion_review", criterion_id=criterion, determination="met")


def _review(number: int, criterion: str, word: str) -> tuple[str, dict[str, str]]:
    row = make_row("criterion_review", authorization_id=request_id(number), criterion_id=criterion, determination=word)
    return "criterion_review", row


def _orphan_review(draft: Draft) -> None:
    _reviewed(draft)
    draft.add(_review(999, "1.C", "met"))


def _conflicting_reviews(draft: Draft) -> None:
    _reviewed(draft)
    draft.add(_review(1, "1.C", "not_met"))


ROW_FAULTS: tuple[Fault, ...] = (
    Fault(
        "jw_without_partner",
        "6 units discarded (JW), and none given.",
        findings=("medical_claim.hcpcs_modifier.jw_without_partner",),
        spoil=_jw_alone,
    ),
    Fault(
        "jw_and_jz",
        "One day has lines with discarded drug (JW) and with none (JZ).",
        findings=("medical_claim.hcpcs_modifier.jw_and_jz",),
        spoil=_jw_and_jz,
    ),
    Fault(
        "zero_units",
        "A line of 0 units.",
        findings=("medical_claim.service_unit_quantity.not_zero",),
        reason="zero_units",
        persons=MANY,
        spoil=_put(CLAIM, service_unit_quantity="0"),
    ),
    Fault(
        "negative_net",
        "Minus 10 units, and no line from which they could be taken.",
        reason="negative_net",
        persons=MANY,
        spoil=_negative_net,
    ),
    Fault(
        "unlinked_void",
        "A void names a claim that is not there.",
        findings=("medical_claim.original_claim_id.linked",),
        reason="void_record",
        spoil=_unlinked_void,
    ),
    Fault(
        "decided_before_received",
        "A request was decided a week before it was received.",
        findings=("authorization.decided_at.order",),
        spoil=_put(REQUEST, decided_at="2024-02-20T15:00Z"),
    ),
    Fault(
        "approved_from_after_to",
        "An approval ends before it begins.",
        findings=("authorization.approved_to.order",),
        spoil=_put(REQUEST, approved_to="2024-02-28"),
    ),
    Fault(
        "service_after_death",
        "A dose on 2024-03-06, and a death on 2024-03-01.",
        findings=("eligibility.death_date.after_service",),
        spoil=_service_after_death,
    ),
    Fault(
        "birth_after_service",
        "A dose on 2024-03-06, and a birth on 2024-03-12.",
        findings=("eligibility.birth_date.before_service",),
        spoil=_birth_after_service,
    ),
    Fault(
        "npi_check_digit",
        "A billing NPI whose check digit is wrong.",
        findings=("medical_claim.billing_npi.check_digit",),
        spoil=_put(CLAIM, billing_npi=provider(good=False)),
    ),
    Fault(
        "hcpcs_pattern",
        "A line with the code J920: a character is missing.",
        findings=("medical_claim.hcpcs_code.pattern",),
        spoil=_short_hcpcs,
    ),
    Fault(
        "ndc_pattern",
        "An NDC of seven digits.",
        findings=("medical_claim.ndc_code.pattern",),
        spoil=_put(CLAIM, ndc_code="7002019"),
    ),
    Fault(
        "vials_as_units",
        "2 units: the vials rather than the milligrams.",
        findings=("medical_claim.service_unit_quantity.vials",),
        spoil=_vials,
    ),
    Fault(
        "over_90_units",
        "96 units on one day, where policy B allows 90 in 21 days.",
        findings=("medical_claim.service_unit_quantity.day_limit",),
        spoil=_too_many_a_day,
    ),
    Fault(
        "billed_twice",
        "One infusion billed by an office and by a hospital.",
        findings=("medical_claim.claim_id.billed_twice",),
        spoil=_billed_twice,
    ),
    Fault(
        "amount_repeated",
        "Two lines of different units carry the same allowed amount.",
        findings=("medical_claim.allowed_amount.repeated",),
        spoil=_amount_repeated,
    ),
    Fault(
        "no_attestation",
        "A dose after 2023-07-01 with neither JW nor JZ.",
        findings=("medical_claim.hcpcs_modifier.attested",),
        spoil=_no_attestation,
    ),
    Fault(
        "far_future_date",
        "One service date nine months after all others.",
        findings=("medical_claim.claim_line_start_date.outlying",),
        persons=MANY,
        spoil=_far_future,
    ),
    Fault("duplicate_rows", "One line twice, alike in every column.", reason="duplicate_row", spoil=_duplicate),
    Fault(
        "orphan_review",
        "A determination for a request that is not there.",
        findings=("criterion_review.authorization_id.known",),
        reason="unknown_authorization",
        persons=MANY // 2,
        spoil=_orphan_review,
    ),
    Fault(
        "conflicting_reviews",
        "One criterion of one request is met and not met.",
        findings=("criterion_review.criterion_id.unique",),
        reason="conflicting_rows",
        persons=MANY // 2,
        spoil=_conflicting_reviews,
    ),
)
