"""The generator of large extracts makes what it says, the same each time, and a study opens it."""

from pathlib import Path

import duckdb
import polars as pl
import pytest

import analytics as um
from tests.benchmarks.generate import Plan, generate

PLAN = Plan(lines=30_000, in_scope=900, heavy=90, seed=7)


def _claims(folder: Path) -> pl.DataFrame:
    parts = folder / "medical_claim"
    source = f"read_parquet('{parts}/*.parquet')" if parts.is_dir() else f"'{parts}.csv'"
    return duckdb.sql(f"select * from {source}").pl()


def test_lines_share_and_corrections_are_as_asked(tmp_path: Path) -> None:
    counts = generate(tmp_path, PLAN)
    claims = _claims(tmp_path)
    assert counts["medical_claim"] == claims.height == PLAN.lines
    drug = claims.filter(pl.col("hcpcs_code") == "J9207")
    assert 0.98 * PLAN.in_scope <= drug.height <= PLAN.in_scope
    assert 0.01 < claims["claim_frequency_code"].is_in(["7", "8"]).mean() < 0.03
    assert drug.group_by("person_id").len()["len"].max() >= 80
    assert claims["claim_line_start_date"].is_sorted()


def test_same_arguments_same_rows(tmp_path: Path) -> None:
    for name in ("one", "again"):
        generate(tmp_path / name, PLAN)
    assert _claims(tmp_path / "one").equals(_claims(tmp_path / "again"))


@pytest.mark.parametrize("order", ["member", "code"])
def test_other_orders_hold_the_same_lines(order: str, tmp_path: Path) -> None:
    generate(tmp_path / "date", PLAN)
    generate(tmp_path / order, PLAN, "csv", order)
    sorted_by = pl.read_csv(tmp_path / order / "medical_claim.csv", infer_schema=False)
    assert sorted_by["person_id" if order == "member" else "hcpcs_code"].is_sorted()
    assert set(sorted_by["claim_id"]) == set(_claims(tmp_path / "date")["claim_id"])


def test_study_opens_it(tmp_path: Path) -> None:
    generate(tmp_path, PLAN)
    with um.open(tmp_path) as study:
        months = study.dosing_summary
        judged = months["n_within"].sum() + months["n_exceeds"].sum() + months["n_exception"].sum()
        assert judged > 200
        assert set(study.renewal["outcome"]) >= {"renewed_late", "stopped"}
        assert study.quarantine.is_empty()
