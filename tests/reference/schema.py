"""The input tables: how each column is read, which are required, and what makes a row unusable by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.reference import words
from tests.reference.words import Reader

Raw = dict[str, str | None]

DECISIONS = ("approved", "partially_approved", "denied", "withdrawn", "pending")
LOINC_BSA = ("3140-1", "8277-6")
LOINC_HEIGHT = "8302-2"
LOINC_WEIGHT = "29463-7"
LOINC_LABS = {"ast_uln": "1920-8", "alt_uln": "1742-6", "bilirubin_uln": "1975-2"}
LOINC_SIZES = {*LOINC_BSA, LOINC_HEIGHT, LOINC_WEIGHT}

_modifiers: dict[str, Reader] = {f"hcpcs_modifier_{n}": words.code for n in range(1, 6)}

COLUMNS: dict[str, dict[str, Reader]] = {
    "medical_claim": {
        "claim_id": words.text,
        "claim_line_number": words.integer,
        "person_id": words.text,
        "payer": words.text,
        "claim_line_start_date": words.day,
        "claim_start_date": words.day,
        "hcpcs_code": words.code,
        "service_unit_quantity": words.number,
        **_modifiers,
        "billing_npi": words.code,
        "allowed_amount": words.number,
        "paid_amount": words.number,
        "paid_date": words.day,
        "data_source": words.text,
        "ndc_code": words.ndc,
        "claim_frequency_code": words.code,
        "original_claim_id": words.text,
        "claim_status": words.one_of("paid", "denied"),
    },
    "authorization": {
        "authorization_id": words.text,
        "person_id": words.text,
        "payer": words.text,
        "hcpcs_code": words.code,
        "request_type": words.one_of("initial", "renewal"),
        "prior_authorization_id": words.text,
        "received_at": words.instant,
        "decided_at": words.instant,
        "decision": words.one_of(*DECISIONS),
        "priority": words.one_of("standard", "expedited"),
        "extended": words.boolean,
        "approved_from": words.day,
        "approved_to": words.day,
        "approved_units": words.number,
        "regimen": words.folded,
        "exception_approved": words.boolean,
        "bsa_m2": words.number,
        "requested_dose_mg_per_m2": words.number,
        "diagnosis_code": words.diagnosis,
        "prescriber_npi": words.code,
        "prescriber_specialty": words.code,
        "denial_reason": words.text,
        "appeal_received_at": words.instant,
        "appeal_decided_at": words.instant,
        "appeal_decision": words.one_of("overturned", "upheld", "pending"),
    },
    "criterion_review": {
        "authorization_id": words.text,
        "criterion_id": words.text,
        "determination": words.one_of("met", "not_met", "not_documented"),
    },
    "clinical_answer": {
        "authorization_id": words.text,
        "question": words.folded,
        "answer": words.text,
    },
    "eligibility": {
        "person_id": words.text,
        "payer": words.text,
        "birth_date": words.day,
        "death_date": words.day,
        "enrollment_start_date": words.day,
        "enrollment_end_date": words.day,
    },
    "observation": {
        "person_id": words.text,
        "observation_date": words.day,
        "source_code": words.code,
        "result": words.number,
        "source_units": words.folded,
        "source_reference_range_high": words.number,
    },
    "pharmacy_claim": {
        "person_id": words.text,
        "dispensing_date": words.day,
        "ndc_code": words.ndc,
        "quantity": words.number,
        "days_supply": words.number,
    },
}

# Without its code a row is out of scope before anything is asked of it, so no code stands here.
REQUIRED: dict[str, tuple[str, ...]] = {
    "medical_claim": (
        "claim_id",
        "claim_line_number",
        "person_id",
        "payer",
        "claim_line_start_date",
        "service_unit_quantity",
    ),
    "authorization": ("authorization_id", "person_id", "payer", "request_type", "received_at", "decision"),
    "criterion_review": ("authorization_id", "criterion_id", "determination"),
    "clinical_answer": ("authorization_id", "question", "answer"),
    "eligibility": ("person_id", "payer", "enrollment_start_date"),
    "observation": ("person_id", "observation_date", "result"),
    "pharmacy_claim": ("person_id", "dispensing_date", "ndc_code"),
}
MUST_READ: dict[str, tuple[str, ...]] = {
    "medical_claim": ("claim_line_number", "claim_line_start_date", "service_unit_quantity"),
    "authorization": ("received_at", "decided_at", "approved_from", "approved_to"),
    "criterion_review": (),
    "clinical_answer": (),
    "eligibility": ("enrollment_start_date", "enrollment_end_date"),
    "observation": ("observation_date", "result"),
    "pharmacy_claim": ("dispensing_date",),
}
MUST_KNOW: dict[str, tuple[str, ...]] = {
    "medical_claim": ("claim_status",),
    "authorization": ("request_type", "decision", "appeal_decision"),
    "criterion_review": ("determination",),
}
# The service date stands for both dates; lines that differ in the place alone are one.
_IDENTITY_LEFT_OUT = {"claim_line_start_date", "claim_start_date", "place"}


@dataclass(eq=False)
class Row:
    """One raw row as read. `fate` is None while the row is in use, else its kind and reason."""

    table: str
    index: int
    raw: Raw
    values: dict[str, Any]
    fate: tuple[str, str] | None = None
    notes: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, column: str) -> Any:
        return self.values[column]

    def put(self, kind: str, reason: str) -> None:
        """Take the row out of use, unless an earlier step did."""
        if self.fate is None:
            self.fate = (kind, reason)

    def identity(self) -> tuple[Any, ...]:
        left_out = _IDENTITY_LEFT_OUT if self.table == "medical_claim" else set()
        return tuple(value for column, value in self.values.items() if column not in left_out)


def read_row(table: str, index: int, source: Raw) -> Row:
    """Read every used column of a raw row; headers match in any case."""
    raw = {header.strip().lower(): words.text(value) for header, value in source.items()}
    values = {column: reader(raw.get(column)) for column, reader in COLUMNS[table].items()}
    if table == "medical_claim":
        if raw.get("claim_line_start_date") is None:
            # An institutional line often carries its header's date alone; what follows speaks of the line's.
            raw["claim_line_start_date"] = raw.get("claim_start_date")
        values["service_date"] = words.day(raw.get("claim_line_start_date"))
        values["place"] = words.place(raw.get("place_of_service_code"))
        if raw.get("claim_status") is None:
            values["claim_status"] = "paid"
    if table == "authorization":
        values["priority"] = values["priority"] or "standard"
        if values["bsa_m2"] is not None and not Decimal("0.5") <= values["bsa_m2"] <= Decimal("3.5"):
            values["bsa_m2"] = None
    return Row(table, index, raw, values)


def own_fault(row: Row) -> str | None:
    """The first reason, in the fixed order, for which the row cannot be used whatever the other rows say."""
    for column in REQUIRED[row.table]:
        if row.raw.get(column) is None:
            return f"missing_{column}"
    for column in MUST_READ[row.table]:
        value = row["service_date"] if column == "claim_line_start_date" else row[column]
        if row.raw.get(column) is not None and value is None:
            return f"unreadable_{column}"
    for column in MUST_KNOW.get(row.table, ()):
        if row.raw.get(column) is not None and row[column] is None:
            return f"unknown_{column}"
    if row.table == "medical_claim" and row["service_unit_quantity"] == 0:
        return "zero_units"
    if row.table == "authorization":
        return _decision_fault(row)
    return None


def final_decision(row: Row) -> str:
    """The decision after appeal."""
    return "approved" if row["appeal_decision"] == "overturned" else str(row["decision"])


def finally_approved(row: Row) -> bool:
    return final_decision(row) in ("approved", "partially_approved")


def _decision_fault(row: Row) -> str | None:
    if row["appeal_decision"] == "overturned" and row["decision"] not in ("denied", "partially_approved"):
        return "appeal_without_denial"
    if finally_approved(row) and (row["approved_from"] is None or row["approved_to"] is None):
        return "approved_without_dates"
    return None
