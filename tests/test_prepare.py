"""A prepared extract gives what the extract itself gives, byte for byte, and reads again only what has changed."""

import gzip
import os
import random
import stat
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any, cast

import polars as pl
import pytest

import analytics as um
from analytics.drift import profile
from analytics.errors import UserError
from analytics.extracts.schema import TABLES as KNOWN
from analytics.gatekeeper import _codes, failing_rows
from analytics.lake.preparing import Done, prepare
from analytics.quality import GateProcess
from analytics.quarantine import write_quarantine
from analytics.results import RESULTS
from analytics.writing import write_report
from tests.plain_gate import PlainGate
from tests.reference import extracts
from tests.support import HARBOR, Rows, authorization, claim, write_extract

NAMES = [name for name in RESULTS if name != "quality_result"]
# What tells by itself whether the same rows were read, where all tables have been held against each other elsewhere.
FEW = ("administration", "renewal", "reconciliation", "reconciliation_reason", "quarantine")
CONFIG = "[policies]\n" + "".join(f'"{payer}" = "{policy}"\n' for payer, policy in extracts.POLICIES.items())
TABLES = extracts.random_extract(random.Random(2024), 6)


def found(folder: Path, names: Sequence[str] = NAMES, **options: Any) -> dict[str, Any]:
    """The tables, the warnings, the profile and what the gate counts over whole extracts; or why there is nothing."""
    with um.open(folder, **options) as study:
        try:
            _ = study.as_of
        except UserError as fault:
            return {"refused": str(fault)}
        tables: dict[str, Any] = {name: study.frame(name).to_dicts() for name in names}
        return tables | {"warnings": study.warnings, "profile": profile(study), "codes": _codes(study.engine)}


def read(done: list[Done]) -> dict[str, int]:
    """How many files were read, by table, where any was."""
    return {one.table: one.read for one in done if one.read}


def aged(folder: Path) -> Path:
    """The same folder, its files an hour old: a file just written is looked into, whatever its mark says."""
    then = time.time_ns() - 3_600_000_000_000
    for path in folder.rglob("*"):
        if path.is_file():
            os.utime(path, ns=(then, then))
    return folder


def in_parts(folder: Path, tables: Mapping[str, Rows], config: str = CONFIG) -> Path:
    """The extract with its claim lines as two months of Parquet."""
    write_extract(folder, tables, config)
    frame = pl.read_csv(folder / "medical_claim.csv", infer_schema=False)
    (folder / "medical_claim.csv").unlink()
    (folder / "medical_claim").mkdir()
    half = frame.height // 2
    frame[:half].write_parquet(folder / "medical_claim" / "1.parquet")
    frame[half:].write_parquet(folder / "medical_claim" / "2.parquet")
    return aged(folder)


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return found(write_extract(tmp_path_factory.mktemp("plain"), TABLES, CONFIG))


@pytest.mark.parametrize("seed", range(3))
def test_random_extracts_give_the_same(seed: int, tmp_path: Path) -> None:
    case = extracts.random_case(random.Random(seed), 4)
    config = '[policies]\nNobody = "ixempra-oncology-injectable"\n'
    config += "".join(f'"{payer}" = "{policy}"\n' for payer, policy in case.policies.items())
    data = write_extract(tmp_path / "data", case.tables, config)
    prepare(data, tmp_path / "lake")
    assert found(tmp_path / "lake", as_of=case.as_of) == found(data, as_of=case.as_of)


def test_another_configuration_and_date_need_no_new_preparation(tmp_path: Path) -> None:
    data = write_extract(tmp_path / "data", TABLES, CONFIG)
    prepare(data, tmp_path / "lake")
    other = tmp_path / "other.toml"
    other.write_text('[policies]\n"*" = "ixempra-oncology-injectable"\n')
    options = {"config": other, "as_of": "2024-02-01"}
    assert found(tmp_path / "lake", **options) == found(data, **options)


def gzipped(data: Path) -> None:
    for path in data.glob("*.csv"):
        head, rest = path.read_bytes().split(b"\n", 1)
        (data / f"{path.name}.gz").write_bytes(gzip.compress(b"\xef\xbb\xbf" + head.upper() + b"\n" + rest))
        path.unlink()


def partitioned(data: Path) -> None:
    for path in data.glob("*.csv"):
        frame = pl.read_csv(path, infer_schema=False)
        path.unlink()
        for year, rows in (("2024", frame[: frame.height // 2]), ("2025", frame[frame.height // 2 :])):
            (data / path.stem / f"year={year}").mkdir(parents=True)
            rows.write_parquet(data / path.stem / f"year={year}" / "part.parquet")


@pytest.mark.parametrize("store", [gzipped, partitioned])
def test_however_it_is_stored(store: Callable[[Path], None], tmp_path: Path, expected: dict[str, Any]) -> None:
    data = write_extract(tmp_path / "data", TABLES, CONFIG)
    store(data)
    prepare(data, tmp_path / "lake")
    ours = found(tmp_path / "lake")
    assert ours == found(data)
    assert {name: ours[name] for name in NAMES} == {name: expected[name] for name in NAMES}


def test_stored_types_are_kept(tmp_path: Path) -> None:
    """Parts that store a column otherwise, and types that a file doesn't give back as they were."""
    data = write_extract(tmp_path / "data", {"authorization": [authorization()], "medical_claim": []}, HARBOR)
    (data / "medical_claim.csv").unlink()
    parts = data / "medical_claim"
    parts.mkdir()
    lines = pl.DataFrame([claim(claim_id="C1"), claim(claim_id="C2", hcpcs_code="99213")])
    numbered = pl.col("claim_line_number").cast(pl.Float64)
    lines.with_columns(pl.col("claim_line_start_date").str.to_datetime(time_unit="ns"), numbered).write_parquet(
        parts / "1.parquet"
    )
    timed = pl.col("claim_line_start_date").str.to_datetime().dt.replace_time_zone("UTC")
    units = pl.col("service_unit_quantity").cast(pl.Decimal(12, 2))
    lines.with_columns(timed, units, paid_date=pl.time(1, 2, 3)).write_parquet(parts / "2.parquet")
    codes = pl.col("hcpcs_code").replace({"J9207": "9"}).cast(pl.Int64, strict=False)
    lines.with_columns(codes, claim_id=pl.Series([7.0, 8.0])).write_parquet(parts / "3.parquet")
    prepare(data, tmp_path / "lake")
    assert found(tmp_path / "lake") == found(data)


def plain_extract() -> dict[str, Rows]:
    """Thirty persons' requests and infusions, other drugs, a void of another drug, and one line to be mended."""
    persons = [f"P{number:02}" for number in range(30)]
    days = ("2025-02-03", "2025-02-24", "2025-03-17")
    lines = [
        claim(claim_id=f"{person}-{day}", person_id=person, claim_line_start_date=day)
        for person in persons
        for day in days
    ]
    lines += [{**line, "claim_id": f"O-{line['claim_id']}", "hcpcs_code": "99213", "payer": "Other"} for line in lines]
    lines.append(claim(claim_id="V", hcpcs_code="99214", claim_frequency_code="8", original_claim_id="P00-2025-02-03"))
    lines.append(claim(claim_id="Z1", service_unit_quantity="sixty"))
    spans = [{"person_id": one, "payer": "Harbor", "enrollment_start_date": "2024-01-01"} for one in [*persons, "S1"]]
    weights = [
        {"person_id": one, "observation_date": "2025-02-01", "source_code": code, "result": "1.7"}
        for one in [*persons, "S1"]
        for code in ("3140-1", "2160-0")
    ]
    requests = [authorization(authorization_id=f"A{one}", person_id=one) for one in persons]
    return {"medical_claim": lines, "authorization": requests, "eligibility": spans, "observation": weights}


def test_the_whole_report_is_the_same_bytes(tmp_path: Path) -> None:
    """With repairs that bring a person in who was not in scope, a given date, and an earlier run to hold it against."""
    data, lake = write_extract(tmp_path / "data", plain_extract(), HARBOR), tmp_path / "lake"
    prepare(data, lake)
    repairs = tmp_path / "repairs" / "medical_claim.csv"
    repairs.parent.mkdir()
    with um.open(data) as study:
        _ = study.as_of
        assert write_quarantine(study.engine, KNOWN["medical_claim"], repairs)
    rows = pl.read_csv(repairs, infer_schema=False)
    rows.with_columns(person_id=pl.lit("S1"), service_unit_quantity=pl.lit("60")).write_csv(repairs)
    first = report(data, tmp_path / "first")
    assert first == report(lake, tmp_path / "first of lake")
    options = {"as_of": "2025-06-30", "repairs": repairs.parent, "baseline": tmp_path / "first" / "manifest.json"}
    second = report(data, tmp_path / "second", **options)
    assert second == report(lake, tmp_path / "second of lake", **options)
    assert len(second) > 20 and second["manifest.json"] != first["manifest.json"]
    assert "S1" in pl.read_parquet(tmp_path / "second" / "tables" / "administration.parquet")["person_id"].to_list()
    assert b"quarantine/medical_claim.csv" in "\n".join(first).encode()


def report(folder: Path, out: Path, **options: Any) -> dict[str, bytes]:
    """Every file of a report, by name."""
    with um.open(folder, **options) as study:
        study.gate_process = PlainGate(cast(GateProcess, None), Lock(), set())
        write_report(study, out, internal=True)
    return {str(one.relative_to(out)): one.read_bytes() for one in out.rglob("*") if one.is_file()}


def test_an_unchanged_extract_is_not_opened_again(tmp_path: Path, expected: dict[str, Any]) -> None:
    data, lake = in_parts(tmp_path / "data", TABLES), tmp_path / "lake"
    assert read(prepare(data, lake))["medical_claim"] == 2
    for path in [*data.glob("*.csv"), *data.rglob("*.parquet")]:
        # Whoever opened it would find no extract.
        seen = path.stat()
        path.write_bytes(b"\0" * seen.st_size)
        os.utime(path, ns=(seen.st_mtime_ns, seen.st_mtime_ns))
    assert read(prepare(data, lake)) == {}
    with pytest.raises(UserError, match=r"not a complete Parquet file|binary data"):
        prepare(data, lake, is_thorough=True)
    ours = found(lake, FEW)
    assert {name: ours[name] for name in FEW} == {name: expected[name] for name in FEW}


def test_a_month_that_is_added_costs_that_month(tmp_path: Path, expected: dict[str, Any]) -> None:
    """Also where it brings a person into scope whose enrollment and measurements were there before."""
    data, lake = in_parts(tmp_path / "data", TABLES), tmp_path / "lake"
    month = (data / "medical_claim" / "2.parquet").read_bytes()
    (data / "medical_claim" / "2.parquet").unlink()
    prepare(data, lake)
    (data / "medical_claim" / "2.parquet").write_bytes(month)
    with um.open(lake) as study:
        assert study.outdated is not None and "medical_claim/2.parquet is new" in study.outdated
    assert read(prepare(data, lake)) == {"medical_claim": 1}
    ours = found(lake, FEW)
    assert {name: ours[name] for name in FEW} == {name: expected[name] for name in FEW}


def test_a_restated_file_is_read_a_removed_one_goes_a_renamed_one_stays(tmp_path: Path) -> None:
    data, lake = in_parts(tmp_path / "data", TABLES), tmp_path / "lake"
    parts = data / "medical_claim"
    prepare(data, lake)
    frame = pl.read_parquet(parts / "1.parquet")
    frame.with_columns(service_unit_quantity=pl.lit("30")).write_parquet(parts / "1.parquet")
    assert read(prepare(data, lake)) == {"medical_claim": 1}
    assert found(lake, FEW) == found(data, FEW)
    (parts / "2.parquet").rename(parts / "3.parquet")
    (parts / "1.parquet").touch()
    with um.open(lake) as study:
        assert study.outdated is not None and "2.parquet is gone" in study.outdated and "1.pa" not in study.outdated
    assert read(prepare(data, lake)) == {}
    assert found(lake, FEW) == found(data, FEW)
    (parts / "1.parquet").unlink()
    (data / "eligibility.csv").unlink(missing_ok=True)
    assert read(prepare(data, lake)) == {}
    assert found(lake, FEW) == found(data, FEW)
    assert len(list((lake / "parts" / "medical_claim").iterdir())) == 2
    assert not list((lake / "parts").glob("eligibility/*"))


def test_two_files_that_hold_the_same_both_count(tmp_path: Path) -> None:
    data, lake = in_parts(tmp_path / "data", TABLES), tmp_path / "lake"
    prepare(data, lake)
    (data / "medical_claim" / "3.parquet").write_bytes((data / "medical_claim" / "2.parquet").read_bytes())
    assert read(prepare(data, lake)) == {}
    assert found(lake, FEW) == found(data, FEW)


def test_it_works_without_the_extracts(tmp_path: Path, expected: dict[str, Any]) -> None:
    data = write_extract(tmp_path / "data", TABLES, CONFIG)
    prepare(data, tmp_path / "lake")
    data.rename(tmp_path / "elsewhere")
    (tmp_path / "lake").rename(tmp_path / "moved")
    with um.open(tmp_path / "moved") as study:
        assert study.outdated is None
    ours = found(tmp_path / "moved", FEW)
    assert {name: ours[name] for name in FEW} == {name: expected[name] for name in FEW}


def test_its_owner_alone_may_read_it(tmp_path: Path) -> None:
    data, lake = write_extract(tmp_path / "data", TABLES, CONFIG), tmp_path / "lake"
    before = os.umask(0)
    try:
        prepare(data, lake)
    finally:
        os.umask(before)
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (lake, *lake.rglob("*"))}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}


def test_rows_that_were_only_counted_are_asked_of_the_extracts(tmp_path: Path) -> None:
    data = write_extract(tmp_path / "data", {"medical_claim": [claim()], "authorization": [authorization()]}, HARBOR)
    prepare(data, tmp_path / "lake")
    with um.open(tmp_path / "lake") as study:
        with pytest.raises(UserError, match=r"only counted: ask for them of the extracts themselves, in '.*data'"):
            failing_rows(study, "medical_claim.hcpcs_code.pattern")
        with pytest.raises(UserError, match="only counted"):
            study.sql("select count(*) from medical_claim_read")
        assert study.sql("select count(*) as n from authorization_read").item() == 1
        assert failing_rows(study, "authorization.hcpcs_code.pattern").height == 0
