"""Several random extracts as one, stored in many ways, so that one run of a slow engine covers them all."""

import random
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb

from tests.reference import extracts
from tests.reference.extract_world import POLICIES
from tests.reference.schema import Raw
from tests.support import write_extract

# Within an extract these tell persons, claims and requests apart; between extracts they would run into each other.
_IDS = {"person_id", "claim_id", "original_claim_id", "authorization_id", "prior_authorization_id"}
# Random extracts are messier than the gate lets pass.
CONFIG = "[policies]\n" + "".join(f'"{payer}" = "{policy}"\n' for payer, policy in POLICIES.items())
CONFIG += "[gate]\nmax_quarantined_percent = 100\n"
# How columns are stored in Parquet where not as text; what can't be stored so is null.
_STORED = {
    "medical_claim": {
        "claim_line_number": "uinteger",
        "claim_line_start_date": "date",
        "claim_start_date": "timestamp",
        "service_unit_quantity": "double",
        "allowed_amount": "decimal(18, 2)",
        "paid_date": "timestamp_ns",
    },
    "authorization": {
        "received_at": "timestamptz",
        "decided_at": "timestamp_ns",
        "approved_from": "date",
        "approved_to": "timestamp_s",
        "approved_units": "float",
        "bsa_m2": "float",
        "extended": "boolean",
        "exception_approved": "boolean",
    },
    "eligibility": {"birth_date": "date", "enrollment_start_date": "timestamptz"},
    "observation": {"observation_date": "timestamp_ms", "result": "double"},
    "pharmacy_claim": {"quantity": "utinyint", "days_supply": "ubigint", "dispensing_date": "date"},
}


def merged_extract(seeds: Iterable[int], n_persons: int) -> dict[str, list[Raw]]:
    """The raw text rows of one random extract a seed, by input table; headers are lower case throughout."""
    found: dict[str, list[Raw]] = {}
    for seed in seeds:
        case = extracts.random_case(random.Random(seed), n_persons)
        for name, rows in case.tables.items():
            found.setdefault(name, []).extend(_apart(row, f"d{seed}-") for row in rows)
    return found


def _apart(row: Raw, mark: str) -> Raw:
    return {
        column.lower(): re.sub(r"\S", lambda first: mark + first[0], value, count=1)
        if value and column.lower() in _IDS
        else value
        for column, value in row.items()
    }


def write_in_many_ways(folder: Path, tables: Mapping[str, Sequence[Raw]]) -> Path:
    """Write extracts as typed Parquet (a file, two parts of other types, folders named by payer) and as CSV.

    Columns that the rows have only in part are there in all; eligibility and authorization are single files.
    """
    folder.mkdir(parents=True)
    (folder / "um.toml").write_text(CONFIG, encoding="utf-8")
    with tempfile.TemporaryDirectory() as plain, duckdb.connect() as connection:
        write_extract(Path(plain), tables)
        for name in tables:
            _load(connection, name, Path(plain) / f"{name}.csv")

        def write(query: str, path: str, how: str = "") -> None:
            (folder / path).parent.mkdir(exist_ok=True)
            connection.execute(f"copy ({query}) to '{folder / path}' {how}")

        for name in ("authorization", "eligibility", "pharmacy_claim"):
            write(f'select * from "{name}"', f"{name}.parquet")
        write(
            "select * replace (nullif(trim(payer), '') as payer, '02' as place_of_service_code) from medical_claim",
            "medical_claim",
            "(format parquet, partition_by (payer, place_of_service_code))",
        )
        write("select * from observation where result < 50", "observation/a.parquet")
        others = "select * replace (cast(result as varchar) as result), 'x' as more from observation"
        write(f"{others} where result >= 50 or result is null", "observation/b.parquet")
        write("select * from criterion_review", "criterion_review.csv", "(header)")
        write("select * from clinical_answer", "clinical_answer.csv.gz", "(header)")
    return folder


def _load(connection: duckdb.DuckDBPyConnection, name: str, path: Path) -> None:
    read = f"read_csv('{path}', all_varchar = true)"
    columns = [str(row[0]) for row in connection.execute(f"describe select * from {read}").fetchall()]
    if name == "medical_claim" and "place_of_service_code" not in columns:
        read = f"(select *, null as place_of_service_code from {read})"
        columns.append("place_of_service_code")
    kinds = _STORED.get(name, {})
    listed = ", ".join(
        f"try_cast(trim({column}) as {kinds[column]}) as {column}" if column in kinds else column for column in columns
    )
    connection.execute(f'create table "{name}" as select {listed} from {read}')
