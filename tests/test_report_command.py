"""`um report` as a scheduler runs it: files, rights, exit codes, the same bytes twice, and nothing on the network."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

import analytics as um
from analytics import charts
from analytics.results import RESULTS
from tests.support import SAMPLES

UM = [sys.executable, "-m", "analytics.cli"]
# Whatever opens a socket, in this process or its children, leaves a line behind.
WATCH = """
import os, sys
def _watch(event, arguments):
    if event in ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto"):
        with open(os.environ["UM_SOCKET_LOG"], "a") as stream:
            print(event, arguments[1:], file=stream)
sys.addaudithook(_watch)
"""


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*UM, *words], capture_output=True, text=True, env=os.environ | environment, check=False)


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, subprocess.CompletedProcess[str], Path]:
    """The sample's report, made twice, the second time with every socket watched."""
    folder = tmp_path_factory.mktemp("report")
    first = run("report", str(SAMPLES), "--out", str(folder / "one"))
    assert first.returncode == 0, first.stderr
    (folder / "sitecustomize.py").write_text(WATCH)
    log = folder / "sockets.txt"
    path = os.pathsep.join([str(folder), str(Path(um.__file__).parent.parent)])
    second = run("report", str(SAMPLES), "--out", str(folder / "two"), UM_SOCKET_LOG=str(log), PYTHONPATH=path)
    assert second.returncode == 0, second.stderr
    return folder / "one", folder / "two", first, log


def test_it_says_where_the_page_is(reports: tuple[Path, Path, subprocess.CompletedProcess[str], Path]) -> None:
    out, _, done, _ = reports
    assert done.stdout == f"As of 2025-12-31. The page: {out / 'report.html'}\n"
    assert all(line.startswith("warning: ") for line in done.stderr.splitlines())


def test_our_own_part_of_the_sample_s_page_is_small(
    reports: tuple[Path, Path, subprocess.CompletedProcess[str], Path],
) -> None:
    text = (reports[0] / "report.html").read_text(encoding="utf-8")
    assert len(text.replace(charts.library(), "").encode()) < 600_000


def test_every_table_is_written_and_is_the_study_s(
    reports: tuple[Path, Path, subprocess.CompletedProcess[str], Path],
) -> None:
    out = reports[0]
    assert {path.stem for path in (out / "tables").iterdir()} == set(RESULTS)
    with um.open(SAMPLES) as study:
        for name in set(RESULTS) - {"quality_result"}:
            assert pl.read_parquet(out / "tables" / f"{name}.parquet").equals(study.frame(name)), name


def test_the_same_input_gives_the_same_bytes(
    reports: tuple[Path, Path, subprocess.CompletedProcess[str], Path],
) -> None:
    one, two, _, _ = reports
    files = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(two) for path in two.rglob("*") if path.is_file())
    for file in files:
        assert (one / file).read_bytes() == (two / file).read_bytes(), file


def test_nothing_opens_a_socket(reports: tuple[Path, Path, subprocess.CompletedProcess[str], Path]) -> None:
    assert not reports[3].exists(), reports[3].read_text()


def test_files_with_persons_are_their_owner_s_alone(
    reports: tuple[Path, Path, subprocess.CompletedProcess[str], Path],
) -> None:
    for folder in ("tables", "quarantine"):
        assert stat.S_IMODE((reports[0] / folder).stat().st_mode) == 0o700
        for path in (reports[0] / folder).iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_the_page_and_the_record_hold_no_person_and_no_claim(
    reports: tuple[Path, Path, subprocess.CompletedProcess[str], Path],
) -> None:
    out = reports[0]
    ids: set[str] = set()
    for table, columns in {
        "administration": ["person_id", "authorization_id"],
        "renewal": ["person_id", "authorization_id"],
    }.items():
        frame = pl.read_parquet(out / "tables" / f"{table}.parquet")
        for column in columns:
            ids |= set(frame[column].drop_nulls())
    ids |= set(pl.read_parquet(out / "tables/administration.parquet")["claim_ids"].explode())
    for file in ("report.html", "manifest.json"):
        text = (out / file).read_text(encoding="utf-8")
        assert not ids & set(re.findall(r"[\w-]+", text))


def test_the_manifest_is_a_run_record(
    reports: tuple[Path, Path, subprocess.CompletedProcess[str], Path],
) -> None:
    manifest = json.loads((reports[0] / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["as_of"] == "2025-12-31" and manifest["as_of_given"] is False
    assert {policy["policy_id"] for policy in manifest["policies"]} == {
        "emblemhealth-mg-mm-ph-153",
        "ixempra-oncology-injectable",
    }
    assert manifest["payers_without_policy"] == ["Summit Mutual"]
    assert set(manifest["gate"]["measures"]) == {"dosing", "approvals", "renewals"}


def test_a_second_report_replaces_the_first_and_leaves_the_rest(tmp_path: Path) -> None:
    from tests.support import HARBOR, authorization, claim, write_extract

    data = write_extract(tmp_path / "data", {"medical_claim": [claim()], "authorization": [authorization()]}, HARBOR)
    out = tmp_path / "out"
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    (out / "report.html").write_text("an earlier page")
    done = run("report", str(data), "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert (out / "notes.txt").read_text() == "mine"
    assert "an earlier page" not in (out / "report.html").read_text(encoding="utf-8")
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_failed_gate_gives_no_report(tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(SAMPLES / "dirty" / "medical_claim" / "medical_claim.quarantined", data)
    out = tmp_path / "out"
    done = run("report", str(data), "--out", str(out))
    assert done.returncode == 1
    assert "quarantined" in done.stderr and "Traceback" not in done.stderr
    assert {path.name for path in out.iterdir()} == {"gate-failed.html", "gate-failed.json"}


def test_help_is_instant_and_policies_are_listed() -> None:
    assert "report" in run("--help").stdout
    assert "ixempra-oncology-injectable" in run("policy", "list").stdout
    shown = run("policy", "show", "emblemhealth-mg-mm-ph-153", "--on", "2024-02-15")
    assert "2019-07-15" in shown.stdout and shown.returncode == 0
    unknown = run("policy", "show", "ixempra")
    assert unknown.returncode == 2 and "ixempra-oncology-injectable" in unknown.stderr
