"""Faults of claim lines, of claims, and of what is billed on a day."""

from analytics.sample.draft import Draft, dose, on, provider, settings
from analytics.sample.fault import Fault, Spoil
from analytics.sample.world import HARBOR

CLAIM = "medical_claim"
# Fewer dates have no rest that one could lie far beyond.
MANY = 10


def _line(**columns: str) -> Spoil:
    """A fault in the columns of one line."""
    return lambda draft: draft.put(CLAIM, **columns)


def _more(*lines: dict[str, str]) -> Spoil:
    """A fault of lines that are added."""
    return lambda draft: draft.add(CLAIM, *lines)


def _waste(units: str, **columns: str) -> dict[str, str]:
    """A second line of the second person's claim, with units discarded."""
    usual = {"claim_line_number": "2", "service_unit_quantity": units, "hcpcs_modifier_1": "JW"}
    return dose(2, allowed_amount=f"{int(units) * 90}.00") | usual | columns


def _avoidable(draft: Draft) -> None:
    draft.put(CLAIM, hcpcs_modifier_1="")
    draft.add(CLAIM, _waste("15"))


def _repeated(amount: str) -> Spoil:
    """Two lines of one claim, of different units, with the same amount."""

    def spoil(draft: Draft) -> None:
        draft.put(CLAIM, hcpcs_modifier_1="", **{amount: "6480.00"})
        # No more may be paid than allowed: where it is the payment that is repeated, as much is allowed.
        allowed = {"allowed_amount": "6500.00"} if amount == "paid_amount" else {}
        draft.add(CLAIM, _waste("3", **(allowed | {amount: "6480.00"})))

    return spoil


def _strangers(draft: Draft) -> None:
    for row in draft.rows[CLAIM][1:]:
        row["person_id"] = row["person_id"].replace("P", "0000")


def _billed_twice(draft: Draft) -> None:
    draft.put(CLAIM, service_unit_quantity="40", allowed_amount="3600.00")
    draft.add(CLAIM, draft.rows[CLAIM][1] | {"claim_id": "C2b"})


def _two_spellings(table: str) -> Spoil:
    """One row's payer is spelled in another way, which the configuration knows."""

    def spoil(draft: Draft) -> None:
        draft.put(table, payer="HARBOR HP")
        draft.settings = settings(HARBOR.name, "HARBOR HP")

    return spoil


def _without_eligibility(draft: Draft) -> None:
    draft.have("eligibility")
    draft.add(CLAIM, dose(5))


LINE_FAULTS: tuple[Fault, ...] = (
    # Lines.
    Fault("medical_claim.claim_line_number.range", "A line is numbered 0.", _line(claim_line_number="0")),
    Fault("medical_claim.person_id.requested", "Three of four claims are of persons without a request.", _strangers),
    Fault(
        "medical_claim.service_unit_quantity.not_zero",
        "A line of 0 units.",
        _line(service_unit_quantity="0"),
        reason="zero_units",
    ),
    Fault("medical_claim.service_unit_quantity.whole", "A line of 72.5 units.", _line(service_unit_quantity="72.5")),
    Fault(
        "medical_claim.claim_line_end_date.order",
        "A line ends a day before it starts.",
        _line(claim_line_end_date=on(2, -1)),
    ),
    Fault(
        "medical_claim.claim_line_end_date.same_day",
        "A line ends a week after it starts.",
        _line(claim_line_end_date=on(2, 7)),
    ),
    Fault(
        "medical_claim.claim_start_date.order",
        "A claim starts a day after its line does.",
        _line(claim_start_date=on(2, 1)),
    ),
    Fault("medical_claim.paid_date.order", "A line was paid a day before its service.", _line(paid_date=on(2, -1))),
    Fault(
        "medical_claim.claim_line_start_date.outlying",
        "One service, and its payment, nine months after all others.",
        _line(claim_line_start_date="2024-12-24", paid_date="2024-12-24"),
        persons=MANY,
    ),
    # Amounts.
    Fault("medical_claim.charge_amount.sign", "72 units, and minus 7,200 dollars.", _line(charge_amount="-7200.00")),
    Fault("medical_claim.allowed_amount.sign", "72 units, and minus 6,480 dollars.", _line(allowed_amount="-6480.00")),
    Fault("medical_claim.paid_amount.sign", "72 units, and minus 5,184 dollars.", _line(paid_amount="-5184.00")),
    Fault("medical_claim.allowed_amount.order", "More allowed than charged.", _line(charge_amount="648.00")),
    Fault("medical_claim.paid_amount.order", "More paid than allowed.", _line(paid_amount="7200.00")),
    *(
        Fault(
            f"medical_claim.{name}.repeated",
            f"Two lines of a claim, of 72 and of 3 units, with the same {name}.",
            _repeated(name),
        )
        for name in ("charge_amount", "allowed_amount", "paid_amount")
    ),
    # Claims.
    Fault(
        "medical_claim.claim_line_number.unique",
        "Two lines of a claim have one number, and different units.",
        _more(dose(2, service_unit_quantity="60", allowed_amount="5400.00")),
        reason="conflicting_lines",
    ),
    Fault(
        "medical_claim.original_claim_id.linked",
        "A void names a claim that is not there.",
        _more(dose(2, claim_id="C2b", claim_frequency_code="8", original_claim_id="C99")),
        reason="void_record",
    ),
    # Billed days.
    Fault(
        "medical_claim.hcpcs_modifier.jw_without_partner",
        "6 units discarded (JW), and none given.",
        _line(service_unit_quantity="6", hcpcs_modifier_1="JW", allowed_amount="540.00"),
    ),
    Fault(
        "medical_claim.hcpcs_modifier.jw_and_jz",
        "One day has a line with discarded drug (JW) and one that says none was (JZ).",
        _more(_waste("3")),
    ),
    Fault(
        "medical_claim.hcpcs_modifier.attested",
        "A dose after 2023-07-01 with neither JW nor JZ.",
        _line(hcpcs_modifier_1=""),
    ),
    Fault("medical_claim.hcpcs_modifier.avoidable_waste", "15 units discarded: a whole vial.", _avoidable),
    Fault(
        "medical_claim.service_unit_quantity.day_limit",
        "96 units on one day, where a policy allows 90 in three weeks.",
        _line(service_unit_quantity="96", allowed_amount="8640.00"),
    ),
    Fault(
        "medical_claim.service_unit_quantity.slip",
        "7,200 units on one day: the decimal point has moved.",
        _line(service_unit_quantity="7200"),
    ),
    Fault(
        "medical_claim.service_unit_quantity.vials",
        "2 units: the vials rather than the milligrams.",
        _line(service_unit_quantity="2"),
    ),
    Fault(
        "medical_claim.ndc_quantity.units",
        "72 units, and one vial of 45.",
        _line(ndc_code="70020-1911-01", ndc_quantity="1", ndc_unit="UN"),
    ),
    Fault(
        "medical_claim.hcpcs_code.unclassified",
        "A line under J9999 whose NDC is that of a vial of the drug.",
        _more(dose(2, 21, claim_id="C2b", hcpcs_code="J9999", ndc_code="70020-1911-01")),
    ),
    Fault("medical_claim.claim_id.billed_twice", "Two claims of 40 units for one person and day.", _billed_twice),
    # Identifiers, payers and persons.
    Fault(
        "medical_claim.rendering_npi.check_digit",
        "A rendering NPI whose check digit is wrong.",
        _line(rendering_npi=provider(good=False)),
    ),
    Fault(
        "medical_claim.billing_npi.check_digit",
        "A billing NPI whose check digit is wrong.",
        _line(billing_npi=provider(good=False)),
    ),
    Fault(
        "medical_claim.payer.requested",
        "One claim's payer is spelled in a way that no request uses.",
        _two_spellings(CLAIM),
    ),
    Fault(
        "authorization.payer.claimed",
        "One request's payer is spelled in a way that no claim uses.",
        _two_spellings("authorization"),
    ),
    Fault(
        "medical_claim.person_id.enrolled",
        "A person with a claim and no eligibility.",
        _without_eligibility,
    ),
    # Set aside without any finding.
    Fault(
        "duplicate_row",
        "One line twice, alike in every column.",
        _more(dose(1)),
        reason="duplicate_row",
        group="rows",
    ),
    Fault(
        "negative_net",
        "Minus 10 units, and no line from which they could be taken.",
        _more(dose(1, 21, claim_id="C1b", service_unit_quantity="-10", allowed_amount="-900.00")),
        reason="negative_net",
        group="rows",
    ),
)  # fmt: skip
