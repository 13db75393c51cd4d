"""`um rows`, which a finding names as the next step, lists the very rows that the finding counts."""

import shlex
from pathlib import Path
from threading import Lock
from typing import Any

import polars as pl
import pytest

import analytics as um
from analytics import checking, cli
from analytics.check_formats import FORMATS
from analytics.gatekeeper import failing_rows
from analytics.quality import WHOLE_EXTRACT, counting_sql
from analytics.quality.catalogue import catalogue
from analytics.sample.dirty import FAULTS
from analytics.study import Study
from tests.plain_gate import PlainGate
from tests.support import HARBOR, SAMPLES, authorization, claim, write_extract

NOTHING: Any = None


def checked(study: Study) -> checking.Check:
    """The gate's findings by the catalogue's own SQL, which needs no process."""
    study.gate_process = PlainGate(NOTHING, Lock(), set())
    return study.check()


@pytest.mark.parametrize("name", sorted(WHOLE_EXTRACT))
def test_findings_over_the_whole_extract_list_rows_out_of_scope(name: str) -> None:
    """A row without its code is out of scope for that very reason, and yet it is the one to be looked at."""
    folder = next(fault.folder for fault in FAULTS if fault.name == name)
    with um.open(SAMPLES / "dirty" / folder) as study:
        found = next(result for result in checked(study).results if result.expectation == name)
        assert found.status == "failed" and found.n_failed > 0
        rows = failing_rows(study, name)
        assert rows.height == found.n_failed
        assert study.engine.rows(counting_sql(catalogue()[name])) == [(found.n_checked, found.n_failed)]
    assert found.table_name in ("medical_claim", "authorization", "observation")
    assert not [
        column for column in rows.columns if column.endswith("_stored") or column in ("row_text", "row_identity")
    ]


def test_a_row_that_is_bad_in_two_ways_is_listed_for_each(tmp_path: Path) -> None:
    lines = [claim(), claim(claim_id="C2", hcpcs_code="J920", service_unit_quantity="many"), claim(hcpcs_code="")]
    tables = {"medical_claim": lines, "authorization": [authorization(), authorization(hcpcs_code="9207", payer="")]}
    with um.open(write_extract(tmp_path, tables, HARBOR)) as study:
        found = {result.expectation: (result.n_checked, result.n_failed) for result in checked(study).results}
        for name, counts in (
            ("medical_claim.hcpcs_code.not_null", (3, 1)),
            ("medical_claim.hcpcs_code.pattern", (2, 1)),
            ("authorization.hcpcs_code.pattern", (2, 1)),
        ):
            assert found[name] == counts, name
            assert failing_rows(study, name).height == counts[1], name
            assert study.engine.rows(counting_sql(catalogue()[name])) == [counts], name


def test_rows_without_a_code_are_listed_where_nothing_else_is(tmp_path: Path) -> None:
    lines = [claim(hcpcs_code=""), claim(hcpcs_code="J-92O7")]
    tables = {"medical_claim": lines, "authorization": [authorization(hcpcs_code=None)]}
    with um.open(write_extract(tmp_path, tables, HARBOR)) as study:
        assert failing_rows(study, "authorization.hcpcs_code.not_null")["authorization_id"].to_list() == ["A1"]
        assert failing_rows(study, "medical_claim.hcpcs_code.pattern")["hcpcs_code"].to_list() == ["J-92O7"]
        with pytest.raises(um.UserError, match="No row is in scope"):
            failing_rows(study, "medical_claim.quarantined")


def test_the_command_opens_the_extracts_as_the_check_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without the configuration no row is in scope, and without the repairs no line bills zero units."""
    lines = [claim(claim_id=f"C{n}", person_id=f"P{n}", service_unit_quantity="six") for n in range(3)]
    data = write_extract(tmp_path / "the data", {"medical_claim": lines, "authorization": [authorization()]})
    config, repairs = tmp_path / "plan's.toml", tmp_path / "repairs"
    config.write_text(HARBOR + "[gate]\nmax_quarantined_percent = 100\n")
    repairs.mkdir()
    with um.open(data, config=config) as study:
        bad = failing_rows(study, "medical_claim.quarantined")
    bad[:2].with_columns(service_unit_quantity=pl.lit("0")).write_csv(repairs / "medical_claim.csv")
    with um.open(data, config=config, as_of="2025-06-30", repairs=repairs) as study:
        found, settings = checked(study), study.config
    name = "medical_claim.service_unit_quantity.not_zero"
    line = next(line for line in FORMATS["text"](found).splitlines() if "see" in line and name in line)
    command = shlex.split(line.split("see", 1)[1])
    assert command[:4] == ["um", "rows", str(data), name]
    assert command[4:] == ["--as-of", "2025-06-30", "--config", str(config), "--repairs", str(repairs)]
    cli.main(command[1:])
    listed = pl.read_csv(capsys.readouterr().out.encode(), infer_schema=False)
    assert listed["reason"].to_list() == ["zero_units"] * 2
    checking.save(found, tmp_path / "kept")
    assert line in FORMATS["text"](checking.again(tmp_path / "kept", settings)).splitlines()


def test_without_options_the_command_is_short() -> None:
    with um.open(SAMPLES) as study:
        assert study.options == ()
