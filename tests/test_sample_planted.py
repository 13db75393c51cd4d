"""The committed sample: every planted finding is reported as its README says."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import analytics as um
from analytics.sample.planted import PLANTED
from analytics.sample.planting import Absent, AtLeast, Expectation, Holding, Planted
from analytics.study import Study

SAMPLES = Path(__file__).parent.parent / "data_samples"
Studies = dict[date | None, Study]


@pytest.fixture(scope="module")
def studies() -> Iterator[Studies]:
    """The committed sample, opened once for each day for which a finding is planted."""
    with ExitStack() as open_ones:
        yield {day: open_ones.enter_context(um.open(SAMPLES, as_of=day)) for day in {one.as_of for one in PLANTED}}


def _same(found: Any, wanted: object) -> bool:
    if isinstance(wanted, AtLeast):
        return bool(found >= wanted.number)
    if isinstance(found, Decimal) or isinstance(wanted, float):
        return found is not None and float(found) == pytest.approx(float(wanted))  # type: ignore[arg-type]
    return bool(found == wanted)


def _rows(study: Study, wanted: Expectation) -> pl.DataFrame:
    frame = study.frame(wanted.table)
    for column, value in wanted.key.items():
        cell = pl.col(column)
        frame = frame.filter(
            cell.str.contains(f'"{value.text}"', literal=True) if isinstance(value, Holding) else cell == value
        )
    return frame


@pytest.mark.parametrize("finding", PLANTED, ids=lambda finding: finding.id)
def test_planted_finding_is_reported(finding: Planted, studies: Studies) -> None:
    study = studies[finding.as_of]
    for wanted in finding.expect:
        rows = _rows(study, wanted)
        if isinstance(wanted.value, Absent):
            assert rows.is_empty(), f"{wanted.table} {dict(wanted.key)}"
            continue
        found = rows[wanted.column].to_list()
        found = found if wanted.table != "limit_result" else found[:1]
        assert found, f"{wanted.table} has no row with {dict(wanted.key)}"
        for value in found:
            assert _same(value, wanted.value), f"{wanted.table}.{wanted.column} is {value}, not {wanted.value}"


def test_report_day_is_the_last_planted_day(studies: Studies) -> None:
    assert studies[None].as_of == date(2025, 12, 31)
    assert studies[None].horizon == date(2025, 12, 31)


def test_gate_passes_with_few_quarantined_rows(studies: Studies) -> None:
    read = studies[None].reconciliation
    for table in ("medical_claim", "authorization"):
        row = read.filter(pl.col("table_name") == table).row(0, named=True)
        in_scope = row["rows_read"] - row["rows_out_of_scope"]
        assert 0 < row["rows_quarantined"] < 0.05 * in_scope


def test_sample_shows_believable_figures(studies: Studies) -> None:
    study = studies[None]
    for policy in study.dosing_summary["policy_id"].unique():
        months = study.dosing_summary.filter(pl.col("policy_id") == policy)
        judged = months["n_within"].sum() + months["n_exceeds"].sum() + months["n_exception"].sum()
        assert 0.85 <= months["n_within"].sum() / judged <= 0.93
        assert (months["n_persons"] > 10).mean() > 0.95
    decided = study.request.filter(pl.col("decision").is_in(["approved", "partially_approved", "denied"]))
    assert 0.75 <= (decided["decision"] != "denied").mean() <= 0.90
    eligible = study.renewal_summary["n_eligible_on_therapy"].sum()
    kept = study.renewal.filter(
        pl.col("on_therapy") & pl.col("outcome").is_in(["renewed_on_time", "renewed_late", "reauthorized"])
    )
    assert 0.55 <= kept.height / eligible <= 0.75
