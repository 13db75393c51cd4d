"""The tables of a sample: their columns in file order, rows as text, and their CSV files."""

import csv
from datetime import date, datetime
from pathlib import Path

Value = str | int | date | datetime | bool | None
Row = dict[str, str]

COLUMNS: dict[str, tuple[str, ...]] = {
    "medical_claim": (
        "claim_id",
        "claim_line_number",
        "person_id",
        "payer",
        "claim_start_date",
        "claim_line_start_date",
        "hcpcs_code",
        "service_unit_quantity",
        "hcpcs_modifier_1",
        "hcpcs_modifier_2",
        "hcpcs_modifier_3",
        "hcpcs_modifier_4",
        "hcpcs_modifier_5",
        "place_of_service_code",
        "rendering_npi",
        "billing_npi",
        "diagnosis_code_1",
        "diagnosis_code_2",
        "allowed_amount",
        "paid_amount",
        "paid_date",
        "data_source",
        "ndc_code",
        "claim_frequency_code",
        "original_claim_id",
        "claim_status",
    ),
    "authorization": (
        "authorization_id",
        "person_id",
        "payer",
        "hcpcs_code",
        "request_type",
        "prior_authorization_id",
        "received_at",
        "decided_at",
        "decision",
        "priority",
        "extended",
        "approved_from",
        "approved_to",
        "approved_units",
        "regimen",
        "exception_approved",
        "bsa_m2",
        "requested_dose_mg_per_m2",
        "diagnosis_code",
        "prescriber_npi",
        "prescriber_specialty",
        "denial_reason",
        "appeal_received_at",
        "appeal_decided_at",
        "appeal_decision",
    ),
    "criterion_review": ("authorization_id", "criterion_id", "determination"),
    "clinical_answer": ("authorization_id", "question", "answer"),
    "eligibility": (
        "person_id",
        "payer",
        "birth_date",
        "death_date",
        "enrollment_start_date",
        "enrollment_end_date",
    ),
    "observation": (
        "person_id",
        "observation_date",
        "source_code",
        "result",
        "source_units",
        "source_reference_range_high",
    ),
    "pharmacy_claim": ("person_id", "dispensing_date", "ndc_code", "quantity", "days_supply"),
}


def text(value: Value) -> str:
    """A value as it stands in a CSV file: nothing for None, yes or no, UTC times to the minute."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%MZ")
    return value.isoformat() if isinstance(value, date) else str(value)


def money(cents: int) -> str:
    """Whole cents as dollars with two decimals; negative for a reversal."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def make_row(table: str, **values: Value) -> Row:
    """One row of `table` as text, its columns in file order, those not given empty."""
    columns = COLUMNS[table]
    strange = values.keys() - set(columns)
    if strange:
        raise KeyError(f"{table} has no column {', '.join(sorted(strange))}")
    return {column: text(values.get(column)) for column in columns}


class Book:
    """The rows written so far, by table, and the next claim's and request's number."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = {table: [] for table in COLUMNS}
        self._claims = 0
        self._requests = 0

    def add(self, table: str, **values: Value) -> None:
        """Append one row; columns not given are empty."""
        self.rows[table].append(make_row(table, **values))

    def next_claim(self) -> str:
        """A claim id that no claim has yet."""
        self._claims += 1
        return f"C{self._claims:07d}"

    def next_request(self) -> str:
        """An authorization id that no request has yet."""
        self._requests += 1
        return f"A{self._requests:06d}"


def write_tables(folder: Path, rows: dict[str, list[Row]]) -> dict[str, int]:
    """Write one CSV per table (UTF-8, a line feed after each row) and count its rows."""
    for table, table_rows in rows.items():
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS[table], lineterminator="\n")
            writer.writeheader()
            writer.writerows(table_rows)
    return {table: len(table_rows) for table, table_rows in rows.items()}
