"""What must not change a number: the order of rows, how they are split and stored, foreign drugs."""

import random
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analytics.results import RESULTS
from tests.reference import extracts
from tests.reference.schema import Raw
from tests.support import open_study, write_extract

# The gate has its own tests, and takes seconds.
NAMES = [name for name in RESULTS if name != "quality_result"]
CONFIG = "[policies]\n" + "".join(f'"{payer}" = "{policy}"\n' for payer, policy in extracts.POLICIES.items())
TABLES = extracts.random_extract(random.Random(2024), 8)


def results(folder: Path) -> dict[str, list[dict[str, Any]]]:
    with open_study(folder) as study:
        return {name: study.frame(name).to_dicts() for name in NAMES}


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    return results(write_extract(tmp_path_factory.mktemp("plain"), TABLES, CONFIG))


def test_shuffled_rows_change_nothing(tmp_path: Path, expected: dict[str, list[dict[str, Any]]]) -> None:
    rng = random.Random(1)
    shuffled = {name: rng.sample(rows, len(rows)) for name, rows in TABLES.items()}
    assert results(write_extract(tmp_path, shuffled, CONFIG)) == expected


def test_split_parquet_changes_nothing(tmp_path: Path, expected: dict[str, list[dict[str, Any]]]) -> None:
    write_extract(tmp_path, TABLES, CONFIG)
    for path in tmp_path.glob("*.csv"):
        frame = pl.read_csv(path, infer_schema=False)
        path.unlink()
        parts = tmp_path / path.stem / "year=2024"
        parts.mkdir(parents=True)
        # A part may lack a column that another has.
        half = frame.height // 2
        frame[:half].write_parquet(parts / "1.parquet")
        frame[half:].write_parquet(parts / "2.parquet")
    assert results(tmp_path) == expected


def test_gzip_and_upper_case_headers_change_nothing(tmp_path: Path, expected: dict[str, list[dict[str, Any]]]) -> None:
    import gzip

    write_extract(tmp_path, TABLES, CONFIG)
    for path in tmp_path.glob("*.csv"):
        head, rest = path.read_bytes().split(b"\n", 1)
        (tmp_path / f"{path.name}.gz").write_bytes(gzip.compress(b"\xef\xbb\xbf" + head.upper() + b"\n" + rest))
        path.unlink()
    assert results(tmp_path) == expected


def test_typed_parquet_changes_nothing(tmp_path: Path) -> None:
    """Dates, timestamps and numbers stored as such read like their text."""
    rows = [{**row} for row in TABLES["medical_claim"] if _is_clean(row)]
    requests = [row for row in TABLES["authorization"] if (row.get("received_at") or "").count("-") == 2]
    tables = {"medical_claim": rows, "authorization": requests}
    text = results(write_extract(tmp_path / "text", tables, CONFIG))
    folder = write_extract(tmp_path / "typed", tables, CONFIG)
    frame = pl.read_csv(folder / "medical_claim.csv", infer_schema=False)
    date = next(column for column in frame.columns if column.lower() == "claim_line_start_date")
    units = next(column for column in frame.columns if column.lower() == "service_unit_quantity")
    number = next(column for column in frame.columns if column.lower() == "claim_line_number")
    frame.with_columns(
        pl.col(date).str.strip_chars().str.to_datetime("%Y-%m-%d"),
        pl.col(units).str.strip_chars().cast(pl.Float64),
        pl.col(number).str.strip_chars().cast(pl.Float64),
    ).write_parquet(folder / "medical_claim.parquet")
    (folder / "medical_claim.csv").unlink()
    typed = results(folder)
    for name in set(NAMES) - {"quarantine"}:
        assert typed[name] == text[name]


def _is_clean(row: Raw) -> bool:
    date = (row.get("claim_line_start_date") or "").strip()
    number = (row.get("service_unit_quantity") or "").strip().replace(".", "").replace("-", "")
    return len(date) == 10 and date[:2] == "20" and number.isdigit() and (row.get("claim_line_number") or "").isdigit()


def test_foreign_drugs_are_only_counted(tmp_path: Path, expected: dict[str, list[dict[str, Any]]]) -> None:
    foreign = [
        {**row, "claim_id": f"F{place}", "hcpcs_code": code, "claim_frequency_code": None, "original_claim_id": None}
        for place, row in enumerate(TABLES["medical_claim"])
        for code in ("J0897", None)
        # The earliest service date of any drug is where the extract begins.
        if (row.get("claim_line_start_date") or "") > "2023-06"
    ]
    tables = {**TABLES, "medical_claim": [*TABLES["medical_claim"], *foreign]}
    found = results(write_extract(tmp_path, tables, CONFIG))
    for name in set(NAMES) - {"reconciliation", "reconciliation_reason"}:
        assert found[name] == expected[name], name

    def counts(tables: dict[str, list[dict[str, Any]]]) -> tuple[dict[str, int], int]:
        row = next(row for row in tables["reconciliation"] if row["table_name"] == "medical_claim")
        return {k: v for k, v in row.items() if k.startswith("rows_")}, row["rows_read"]

    before, after = counts(expected)[0], counts(found)[0]
    assert after["rows_read"] == before["rows_read"] + len(foreign)
    assert after["rows_out_of_scope"] == before["rows_out_of_scope"] + len(foreign)
    assert after["rows_used"] == before["rows_used"]


@pytest.mark.parametrize("seed", range(3))
def test_every_row_has_one_fate(seed: int, tmp_path: Path) -> None:
    tables = extracts.random_extract(random.Random(seed), 5)
    with open_study(write_extract(tmp_path, tables, CONFIG)) as study:
        for row in study.reconciliation.iter_rows(named=True):
            assert row["rows_read"] == len(tables[row["table_name"]])
            fates = ("rows_used", "rows_excluded", "rows_quarantined", "rows_out_of_scope")
            assert row["rows_read"] == sum(row[fate] for fate in fates)
