"""Odd but honest extracts: how files are stored, named and split must not change what they say."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import analytics as um
from analytics.results import RESULTS
from tests.support import HARBOR, authorization, claim, opened, write_extract

SMALL = {"medical_claim": [claim()], "authorization": [authorization()]}


def reasons(study: um.Study, table: str) -> dict[str, int]:
    rows = study.reconciliation_reason.filter(table_name=table).to_dicts()
    return {row["reason"]: row["n_rows"] for row in rows}


def parts(folder: Path, *frames: dict[str, Any]) -> Path:
    """The small extract with its claims as Parquet parts, each a row with some values replaced by typed ones."""
    write_extract(folder, SMALL, HARBOR)
    (folder / "medical_claim.csv").unlink()
    (folder / "medical_claim").mkdir()
    for number, values in enumerate(frames):
        row = {**claim(claim_id=f"C{number}"), **values}
        pl.DataFrame([row]).write_parquet(folder / "medical_claim" / f"p{number}.parquet")
    return folder


def test_columns_without_a_name_are_passed_over(tmp_path: Path) -> None:
    folder = write_extract(tmp_path, SMALL, HARBOR)
    lines = (folder / "medical_claim.csv").read_text().splitlines()
    (folder / "medical_claim.csv").write_text(
        "\n".join([f",{lines[0]},", *(f"0,{line}," for line in lines[1:])]) + "\n"
    )
    with um.open(folder) as study:
        assert study.administration.height == 1
        assert any("column without a name 1" in sentence for sentence in study.warnings)


@pytest.mark.parametrize("kinds", [(7, 7.0), ("7", 7.0), (7.0, "7")])
def test_parts_that_store_an_id_differently_agree(kinds: tuple[Any, Any], tmp_path: Path) -> None:
    days = ("2025-03-03", "2025-03-31")
    rows = [{"person_id": kind, "claim_line_start_date": day} for kind, day in zip(kinds, days, strict=True)]
    with um.open(parts(tmp_path, *rows)) as study:
        assert study.administration["person_id"].to_list() == ["7", "7"]


def test_parts_that_store_dates_differently_agree(tmp_path: Path) -> None:
    rows = [
        {"claim_line_start_date": dt.date(2025, 3, 3)},
        {"claim_line_start_date": "2025-03-31"},
        {"claim_line_start_date": dt.datetime(2025, 4, 28)},
        {"claim_line_start_date": dt.datetime(2025, 5, 26, 7)},
    ]
    with um.open(parts(tmp_path, *rows)) as study:
        found = [str(day) for day in study.administration["administered_on"]]
        assert found == ["2025-03-03", "2025-03-31", "2025-04-28"]
        assert reasons(study, "medical_claim") == {"unreadable_claim_line_start_date": 1}


def test_a_column_may_be_a_partition(tmp_path: Path) -> None:
    folder = write_extract(tmp_path, SMALL, HARBOR)
    frame = pl.read_csv(folder / "medical_claim.csv", infer_schema=False).drop("person_id")
    (folder / "medical_claim.csv").unlink()
    for name in ("person_id=007", "_temporary"):
        (folder / "medical_claim" / name).mkdir(parents=True)
        frame.write_parquet(folder / "medical_claim" / name / "p0.parquet")
    with um.open(folder) as study:
        assert study.administration["person_id"].to_list() == ["007"]


def test_huge_values_are_unreadable_and_sums_hold(tmp_path: Path) -> None:
    huge = [
        claim(claim_id="C2", service_unit_quantity="50000000000000"),
        claim(claim_id="C3", claim_line_start_date="2025-03-31", allowed_amount="9e15"),
    ]
    with opened(tmp_path, {**SMALL, "medical_claim": [claim(), *huge]}, HARBOR) as study:
        assert reasons(study, "medical_claim") == {"unreadable_service_unit_quantity": 1}
        assert study.dosing_summary["billed_units"].to_list() == [Decimal("120.0000")]
        assert any("allowed_amount" in sentence for sentence in study.warnings)


def test_times_that_no_calendar_holds_are_unreadable(tmp_path: Path) -> None:
    late = authorization(authorization_id="A2", received_at="9999-12-31T23:59:59-05:00")
    with opened(tmp_path, {**SMALL, "authorization": [authorization(), late]}, HARBOR) as study:
        assert reasons(study, "authorization") == {"unreadable_received_at": 1}


@pytest.mark.parametrize("odd", [{"priority": "urgent"}, {"bsa_m2": "9.9"}, {"regimen": "Q3W"}])
def test_what_reads_alike_is_one_row(odd: dict[str, str], tmp_path: Path) -> None:
    plain = {"priority": "", "bsa_m2": "", "regimen": "q3w", **{}}
    rows = [authorization(**{**plain, **odd}), authorization(**plain)]
    with opened(tmp_path, {**SMALL, "authorization": rows}, HARBOR) as study:
        assert reasons(study, "authorization") == {"duplicate_row": 1}


@pytest.mark.parametrize("day", ["2025-W01-1", "2025-1-1", "20250101", "2025-02-30"])
def test_dates_are_written_in_one_way(day: str, tmp_path: Path) -> None:
    with pytest.raises(um.UserError, match="2025-12-31"):
        um.open(tmp_path, as_of=day)


def test_nothing_up_to_as_of_is_said(tmp_path: Path) -> None:
    with opened(tmp_path, SMALL, HARBOR, as_of="2001-01-01") as study:
        assert study.administration.height == 0
        assert sum("on or before 2001-01-01" in sentence for sentence in study.warnings) == 2


def test_many_administrations_give_the_same_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Their limits and scenarios are views then.
    days = ("2025-01-06", "2025-01-13", "2025-01-27")
    lines = [claim(claim_id=f"C{place}", claim_line_start_date=day) for place, day in enumerate(days)]
    names = ("administration", "limit_result", "dosing_sensitivity")
    found = []
    for many in (250_000, 0):
        monkeypatch.setattr("analytics.engine.MANY", many)
        with opened(tmp_path, {**SMALL, "medical_claim": lines}, HARBOR) as study:
            found.append([pl.DataFrame(study.frame(name)) for name in names])
            # Files are written from a table that stands in for the view meanwhile.
            with study.engine.held("limit_result") as rows:
                assert (rows == "limit_result") == bool(many)
                study.engine.export(study.select(RESULTS["limit_result"], rows), tmp_path / "written.parquet")
            assert pl.read_parquet(tmp_path / "written.parquet").equals(found[-1][1])
            assert not study.engine.rows("select 1 from duckdb_tables() where table_name like '%_worked_out'")
    assert "exceeds" in found[0][0]["status"]
    assert all(one.equals(other) for one, other in zip(*found, strict=True))


def test_columns_that_are_absent_are_staged_as_if_they_were_empty(tmp_path: Path) -> None:
    # One line can't be used: its digests, and what is quarantined of it, are those of empty columns.
    lines = [claim(), claim(claim_id="C2", service_unit_quantity="many")]
    absent = {"diagnosis_code_7": None, "paid_date": None, "ndc_code": None, "hcpcs_modifier_5": None}
    found = []
    for name, rows in (("less", lines), ("more", [{**line, **absent} for line in lines])):
        with opened(tmp_path / name, {**SMALL, "medical_claim": rows}, HARBOR) as study:
            study.engine.parameters.setdefault("as_of", study.as_of)
            study.engine.make("medical_claim_row")
            found.append(study.engine.query("select * from medical_claim_row order by claim_id"))
    assert found[0]["row_text"].null_count() == 1
    assert found[0].schema == found[1].schema and found[0].equals(found[1])
