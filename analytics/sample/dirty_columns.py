"""Faults of single columns, built from the description of the tables: empty, unreadable, odd or missing values."""

from collections.abc import Iterator

from analytics.extracts.schema import TABLES, Column, Table
from analytics.sample.draft import Draft, ask, dose, on
from analytics.sample.fault import Fault, Spoil

# How people write what can't be read, by the kind of column.
UNREADABLE = {
    "date": "03/05/2024",
    "timestamp": "02/28/2024 3 PM",
    "integer": "one",
    "units": "72 mg",
    "amount": "$6,480.00",
    "measure": "1,80",
    "boolean": "perhaps",
    "word": "accepted",
}
# A clean value for columns that a clean extract does without; for the others of such, one row holds the fault alone.
USUAL = {
    "charge_amount": "7200.00",
    "paid_amount": "5184.00",
    "claim_status": "paid",
    "ndc_quantity": "2",
    "priority": "standard",
    "extended": "no",
    "approved_units": "1440",
    "exception_approved": "no",
    "bsa_m2": "1.80",
    "birth_date": "1966-04-15",
    "quantity": "56",
    "days_supply": "14",
    "source_reference_range_high": "2.50",
}
# The scope hangs on these two: without them a row is another drug's, or another laboratory test's.
SCOPING = ("hcpcs_code", "source_code")

# Dates far outside any real time, each the placeholder or the slip of the century that breaks no order of dates.
FAR_DATES = {
    "medical_claim.claim_line_start_date": "1924-03-06",
    "medical_claim.claim_start_date": "1900-01-01",
    "medical_claim.claim_line_end_date": "9999-12-31",
    "medical_claim.paid_date": "9999-12-31",
    "authorization.received_at": "1900-01-01",
    "authorization.decided_at": "9999-12-31",
    "authorization.approved_from": "1900-01-01",
    "authorization.approved_to": "9999-12-31",
    "authorization.appeal_received_at": "9999-12-31",
    "authorization.appeal_decided_at": "9999-12-31",
    "eligibility.birth_date": "1866-04-15",
    "eligibility.death_date": "9999-12-31",
    "eligibility.enrollment_start_date": "1900-01-01",
    "observation.observation_date": "1900-01-01",
    "pharmacy_claim.dispensing_date": "9999-12-31",
}
CODES = {
    "medical_claim.place_of_service_code": ("1", "A place of service without its leading zero: 1 for 01."),
    "medical_claim.ndc_code": ("7002019", "An NDC of seven digits."),
    "medical_claim.claim_frequency_code": ("01", "A frequency code with a leading zero: 01 for 1."),
    "medical_claim.hcpcs_modifier_3": ("JGTB", "Two modifiers in one column: JGTB."),
    "medical_claim.diagnosis_code_1": ("174.9", "A claim's diagnosis in ICD-9: 174.9."),
    "medical_claim.rendering_npi": ("40017", "A rendering provider under the plan's own number: 40017."),
    "medical_claim.billing_npi": ("40017", "A billing provider under the plan's own number: 40017."),
    "authorization.diagnosis_code": ("174.9", "A request's diagnosis in ICD-9: 174.9."),
    "authorization.prescriber_specialty": ("Oncology", "A specialty in words, where a taxonomy code belongs."),
    "authorization.prescriber_npi": ("Dr. Roe", "A prescriber by name, where an NPI belongs."),
    "pharmacy_claim.ndc_code": ("4110150", "An NDC of seven digits: its leading zeros and a segment's are lost."),
}
POPULATED = (
    "medical_claim.allowed_amount",
    "medical_claim.billing_npi",
    "medical_claim.paid_date",
    "authorization.diagnosis_code",
    "authorization.prescriber_specialty",
    "authorization.requested_dose_mg_per_m2",
)


def column_faults() -> tuple[Fault, ...]:
    """A fault for every expectation that comes from the description of a column."""
    found = [fault for table in TABLES.values() for column in table.columns for fault in _of_column(table, column)]
    return (*found, *_far_dates(), *_codes(), *_absent())


def _of_column(table: Table, column: Column) -> Iterator[Fault]:
    name, is_scoping = f"{table.name}.{column.name}", column.name in SCOPING
    if column.required:
        where = "One row has nothing in"
        reason = "" if is_scoping else f"missing_{column.name}"
        yield Fault(f"{name}.not_null", f"{where} {column.name}.", _spoil(table, column, ""), reason=reason)
    if not column.is_typed:
        return
    bad = UNREADABLE[column.kind]
    fate = "unknown" if column.words else "unreadable"
    reason = f"{fate}_{column.name}" if column.required or column.must_read else ""
    one, every = _spoil(table, column, bad), _spoil(table, column, bad, throughout=True)
    rule = "words" if column.words else "readable"
    yield Fault(f"{name}.{rule}", f"One {column.name} reads “{bad}”.", one, reason=reason)
    yield Fault(f"{name}.type", f"Every {column.name} reads “{bad}”.", every, exit_code=1, reason=reason)


def _spoil(table: Table, column: Column, bad: str, throughout: bool = False) -> Spoil:
    """Puts a bad value into a column of one row, or of all; where that loses the row, it is one that is added."""
    name = column.name

    def spoil(draft: Draft) -> None:
        _prepare(draft, table.name, name)
        if name in USUAL:
            draft.put_all(table.name, **{name: USUAL[name]})
        if throughout:
            draft.put_all(table.name, **{name: bad})
        elif table.required or (bad and not column.must_read):
            draft.put(table.name, **{name: bad})
        else:
            draft.add(table.name, draft.rows[table.name][1] | {name: bad})

    return spoil


def _prepare(draft: Draft, table: str, column: str) -> None:
    """What a column needs to make sense: its table, and for an appeal a denial."""
    if table not in draft.rows:
        draft.have(table)
    if column.startswith("appeal_"):
        draft.deny_all()


def _far_dates() -> Iterator[Fault]:
    for name, day in FAR_DATES.items():
        table, column = name.split(".")
        yield Fault(f"{name}.plausible", f"One {column} is {day}.", _put(table, column, day))


def _put(table: str, column: str, value: str) -> Spoil:
    """Puts a value into a column of one row; an appeal that was decided came in before."""

    def spoil(draft: Draft) -> None:
        _prepare(draft, table, column)
        if column.startswith("appeal_"):
            word = "upheld" if column == "appeal_decided_at" else "pending"
            draft.put(table, appeal_received_at=on(2), appeal_decision=word)
        draft.put(table, **{column: value})

    return spoil


def _codes() -> Iterator[Fault]:
    for name, (code, story) in CODES.items():
        table, column = name.split(".")
        id = name.removesuffix("_1").removesuffix("_3")
        yield Fault(f"{id}.pattern", story, _put(table, column, code))
    yield Fault(
        "medical_claim.hcpcs_code.pattern",
        "A line with the code J920: a character is missing.",
        lambda draft: draft.add("medical_claim", dose(1, claim_id="C1b", hcpcs_code="J920")),
    )
    yield Fault(
        "authorization.hcpcs_code.pattern",
        "A request with the code J920: a character is missing.",
        lambda draft: draft.add("authorization", ask(1, authorization_id="A1b", hcpcs_code="J920")),
    )
    yield Fault(
        "observation.source_code.pattern",
        "An observation under a laboratory's own code, AST.",
        _local_code,
    )


def _local_code(draft: Draft) -> None:
    draft.have("observation")
    draft.add("observation", draft.rows["observation"][1] | {"source_code": "AST", "result": "31", "source_units": ""})


def _absent() -> Iterator[Fault]:
    for name in POPULATED:
        table, column = name.split(".")
        yield Fault(f"{name}.populated", f"There is no column {column}.", _empty(table, column))


def _empty(table: str, column: str) -> Spoil:
    """Takes a column away."""
    return lambda draft: draft.put_all(table, **{column: ""})
