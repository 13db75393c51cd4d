"""Whose rows are tested: the input tables as staged, and the questions of `sql/quality` asked of them."""

from dataclasses import dataclass

from analytics import resources
from analytics.extracts.kinds import TYPES as TYPES
from analytics.extracts.schema import TABLES, Table

# The policies' tables that the checks read, and the columns they read of them.
POLICY_TABLES: dict[str, dict[str, str]] = {
    "policy_code": {
        "policy_id": "VARCHAR",
        "hcpcs_code": "VARCHAR",
        "mg_per_unit": "DOUBLE",
        "counted_per_unit": "DOUBLE",
        "vial_sets": "INTEGER",
    },
    "policy_vial_set": {"policy_id": "VARCHAR", "vial_sets": "INTEGER", "smallest_vial_mg": "DOUBLE"},
    "policy_vial": {"policy_id": "VARCHAR", "ndc_prefix": "VARCHAR", "mg": "DOUBLE"},
    "policy_limit": {"policy_id": "VARCHAR", "kind": "VARCHAR", "amount": "DOUBLE", "dose_per": "VARCHAR"},
    "policy_regimen": {"policy_id": "VARCHAR", "regimen": "VARCHAR"},
    "policy_node_value": {
        "policy_id": "VARCHAR",
        "value": "VARCHAR",
        "is_prefix": "BOOLEAN",
        "result": "SMALLINT",
    },
    "policy_question": {"policy_id": "VARCHAR", "question": "VARCHAR", "answer_type": "VARCHAR"},
    "policy_question_word": {"policy_id": "VARCHAR", "question": "VARCHAR", "word": "VARCHAR"},
}


@dataclass(frozen=True)
class Source:
    """Rows that are tested: what one of them is called (in the plural), and whether they are a file's answer."""

    name: str
    rows: str
    is_file: bool = False


SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        Source("medical_claim", "claim lines"),
        Source("authorization", "requests"),
        Source("criterion_review", "recorded determinations"),
        Source("clinical_answer", "documented answers"),
        Source("eligibility", "eligibility rows"),
        Source("observation", "observations"),
        Source("pharmacy_claim", "pharmacy claims"),
        Source("quality_billing_day", "billed days", is_file=True),
        Source("quality_claim", "claims", is_file=True),
        Source("quality_vial", "claim lines with a number of vials", is_file=True),
        Source("quality_void", "voids and replacements", is_file=True),
        Source("quality_person", "persons", is_file=True),
        Source("quality_payer", "payers", is_file=True),
        Source("quality_provider", "provider identifiers", is_file=True),
        Source("quality_request", "requests", is_file=True),
        Source("quality_approved_units", "approvals of a number of units", is_file=True),
        Source("quality_answer", "answered questions", is_file=True),
        Source("quality_diagnosis_list", "diagnosis codes", is_file=True),
    )
}

# In the order in which they need each other. The first is computed once: every dated table is held against it.
RUN_TABLE = "quality_span"
RUN_COLUMNS = ("as_of", "service_reached_on", "received_reached_on", "observed_reached_on")
FILES = (
    "quality_code_bound",
    "answer_reading",
    *(source.name for source in SOURCES.values() if source.is_file),
)


def statement(name: str) -> str:
    """The SELECT of a file of `sql/quality`."""
    return (resources.folder("sql") / "quality" / f"{name}.sql").read_text(encoding="utf-8")


def staged_columns(table: Table) -> dict[str, str]:
    """The columns (and DuckDB types) that a staged input table has: values, the source's text of typed ones, reason."""
    columns = {column.name: TYPES[column.kind] for column in table.columns}
    columns |= {f"{column.name}_text": "VARCHAR" for column in table.columns if column.is_typed}
    if table.name == "medical_claim":
        columns["service_date"] = "DATE"
    if table.name == "observation":
        columns["is_multiple"] = "BOOLEAN"
    if table.name in ("medical_claim", "authorization"):
        columns["policy_id"] = "VARCHAR"
    if table.name == "clinical_answer":
        columns |= {"answer_yes_no": "VARCHAR", "answer_number": "DOUBLE", "answer_on": "DATE"}
    return columns | {"reason": "VARCHAR"}


def input_columns() -> dict[str, dict[str, str]]:
    """Every table that may be in the stage folder, with its columns and types."""
    return {name: staged_columns(table) for name, table in TABLES.items()} | POLICY_TABLES


def relation(name: str) -> str:
    """What stands behind FROM for a source: input tables come with the run's one row of dates."""
    return name if SOURCES[name].is_file else f"{name}_row cross join {RUN_TABLE}"
