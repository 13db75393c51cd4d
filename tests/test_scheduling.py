"""`um report` under a scheduler: a failed gate leaves the last good page, beside it its own; the docs' examples run."""

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import HARBOR, ROOT, authorization, claim, write_extract

UM = [sys.executable, "-m", "analytics.cli"]
DOCS = (ROOT / "docs" / "scheduling.md").read_text(encoding="utf-8")
# Inherited rights would let the checks of rights pass or fail by chance.
os.umask(0o022)


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*UM, *map(str, words)], capture_output=True, text=True, check=False, cwd=ROOT)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An extract that passes the gate, of one person over a limit and one request approved for too long."""
    lines = [claim(), claim(claim_id="C2", claim_line_start_date="2025-03-10")]
    tables = {"medical_claim": lines, "authorization": [authorization(approved_to="2026-06-30")]}
    return write_extract(tmp_path_factory.mktemp("good") / "data", tables, HARBOR)


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An extract of which the gate sets aside more rows than are allowed."""
    lines = [claim(claim_id=f"C{n}", claim_line_start_date=f"2025-03-{n + 1:02}") for n in range(20)]
    lines += [claim(claim_id=f"X{n}", person_id=None) for n in range(20)]
    tables = {"medical_claim": lines, "authorization": [authorization()]}
    return write_extract(tmp_path_factory.mktemp("bad") / "data", tables, HARBOR)


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An extract without any row in scope: it can't even be checked."""
    tables = {"medical_claim": [claim(hcpcs_code="J0897")], "authorization": [authorization(hcpcs_code="J0897")]}
    return write_extract(tmp_path_factory.mktemp("broken") / "data", tables, HARBOR)


@pytest.fixture(scope="module")
def after(good: Path, bad: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes], str]:
    """A folder with a good report (worklists too) after a run that failed: what it held before, and what was said."""
    out = tmp_path_factory.mktemp("out") / "report"
    done = run("report", good, "--out", out, "--internal")
    assert done.returncode == 0, done.stderr
    before = held(out)
    failed = run("report", bad, "--out", out)
    assert failed.returncode == 1
    return out, before, failed.stderr


def held(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def test_a_failed_gate_leaves_the_last_good_report_and_writes_its_own_beside_it(
    after: tuple[Path, dict[str, bytes], str],
) -> None:
    out, before, said = after
    now = held(out)
    assert {name: now[name] for name in before} == before
    assert set(now) - set(before) == {"gate-failed.html", "gate-failed.json"}
    page = now["gate-failed.html"].decode()
    assert "gate failed" in page and "This is no report" in page and "quarantined" in page
    assert "quarantined" in said and "Traceback" not in said


def test_the_failed_run_s_record_names_what_failed(after: tuple[Path, dict[str, bytes], str]) -> None:
    record = json.loads((after[0] / "gate-failed.json").read_text(encoding="utf-8"))
    assert record["gate"]["failed"] is True and record["as_of"] == "2025-03-20"
    assert "medical_claim.quarantined" in record["gate"]["failed_checks"]
    assert set(record["gate"]["measures"]) == {"dosing", "approvals", "renewals"}


def test_the_failed_page_holds_no_person_and_no_small_count(after: tuple[Path, dict[str, bytes], str]) -> None:
    page = (after[0] / "gate-failed.html").read_text(encoding="utf-8")
    words = re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.S)
    assert not re.search(r"\b(P1|A1|C\d+|X\d+)\b", words)
    # Nothing else than "<11", "withheld" or a count of 11 and more stands where a number of rows is told.
    cells = re.findall(r'<td class="number">([^<]*)</td>', page)
    assert cells
    for cell in cells:
        assert cell in ("&lt;11", "withheld", "–", "0") or int(cell.replace(",", "")) >= 11, cell
    assert "default-src &#39;none&#39;" in page and "unsafe" not in page


def test_the_next_good_run_takes_the_failure_and_old_worklists_away(good: Path, tmp_path: Path) -> None:
    out = tmp_path / "report"
    out.mkdir()
    for name in ("internal.html", "gate-failed.html", "gate-failed.json"):
        (out / name).write_text("of an earlier run")
    done = run("report", good, "--out", out)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in out.iterdir()} == {"report.html", "manifest.json", "tables", "quarantine"}


def test_what_can_t_be_checked_leaves_its_page_too(broken: Path, tmp_path: Path) -> None:
    done = run("report", broken, "--out", tmp_path / "report")
    assert set(held(tmp_path / "report")) == {"gate-failed.html", "gate-failed.json"}
    assert done.returncode == 1 and "No row is in scope" in done.stderr
    assert "No row is in scope" in (tmp_path / "report" / "gate-failed.html").read_text(encoding="utf-8")
    record = json.loads((tmp_path / "report" / "gate-failed.json").read_text(encoding="utf-8"))
    assert record["as_of"] is None and record["gate"]["failed_checks"] == []


def test_worklists_are_their_owner_s_alone_and_the_page_does_not_know_of_them(
    after: tuple[Path, dict[str, bytes], str],
) -> None:
    out = after[0]
    assert stat.S_IMODE((out / "internal.html").stat().st_mode) == 0o600
    worklists = (out / "internal.html").read_text(encoding="utf-8")
    assert "P1" in worklists and "must not be mailed" in worklists
    assert "internal" not in (out / "manifest.json").read_text(encoding="utf-8")
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "internal.html" not in page and "gate-failed" not in page


def test_unusable_input_touches_nothing(good: Path, tmp_path: Path) -> None:
    done = run("report", tmp_path / "nowhere", "--out", tmp_path / "report")
    assert done.returncode == 2 and not (tmp_path / "report").exists()


# ---- The examples in docs/scheduling.md


@pytest.fixture(scope="module")
def path_with_um(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PATH on which `um` is this checkout's."""
    folder = tmp_path_factory.mktemp("bin")
    command = folder / "um"
    command.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m analytics.cli "$@"\n')
    command.chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


def blocks(language: str) -> list[str]:
    return [text for name, text in re.findall(r"^```(\w*)\n(.*?)^```$", DOCS, flags=re.S | re.M) if name == language]


def test_the_script_for_cron_runs(good: Path, bad: Path, tmp_path: Path, path_with_um: str) -> None:
    script = tmp_path / "nightly.sh"
    script.write_text(blocks("sh")[0])
    script.chmod(0o755)
    line = next(block for block in blocks("") if "flock" in block)
    schedule = re.fullmatch(r"(?:\S+ ){5}PATH=\S+ (.*)\n", line)
    assert schedule, "five fields of time, a PATH, and a command"
    command = schedule[1].replace("/srv/um/", f"{tmp_path}/")
    environment = os.environ | {"PATH": path_with_um, "UM_OUT": str(tmp_path / "report")}

    def once(data: Path) -> subprocess.CompletedProcess[str]:
        words = environment | {"UM_DATA": str(data)}
        return subprocess.run(command, shell=True, capture_output=True, text=True, env=words, check=False)

    fine = once(good)
    assert (fine.returncode, fine.stdout, fine.stderr) == (0, "", "")
    failed = once(bad)
    assert failed.returncode == 1
    assert failed.stdout.startswith("No new report: the data-quality gate failed.") and "quarantined" in failed.stdout
    assert (tmp_path / "report" / "report.html").exists()


def test_the_steps_for_github_actions_run(bad: Path, tmp_path: Path, path_with_um: str) -> None:
    yaml = pytest.importorskip("yaml")
    workflow = yaml.safe_load(blocks("yaml")[0])
    job = workflow["jobs"]["report"]
    # YAML reads the key `on` as true.
    assert workflow[True]["schedule"][0]["cron"] and job["env"].keys() == {"UM_DATA", "UM_OUT"}
    assert [step.get("uses", "").partition("@")[0] for step in job["steps"]][-1] == "actions/upload-artifact"
    environment = os.environ | {"PATH": path_with_um, "UM_OUT": str(tmp_path / "report"), "UM_DATA": str(bad)}

    # As if an earlier run had been fine: its worklists and tables must not leave the runner.
    (tmp_path / "report" / "tables").mkdir(parents=True)
    for name in ("report.html", "manifest.json", "internal.html", "tables/renewal.parquet"):
        (tmp_path / "report" / name).write_text("of an earlier run")
    codes: list[int] = []
    for step in job["steps"]:
        # As a runner does: after a failed step, only those that always run.
        if "run" in step and (not any(codes) or step.get("if") == "always()"):
            shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
            codes.append(subprocess.run(shell, env=environment, cwd=tmp_path, capture_output=True).returncode)
    assert codes == [0, 1, 0]
    assert {path.name for path in (tmp_path / "page").iterdir()} == {
        *("report.html", "manifest.json", "gate-failed.html", "gate-failed.json")
    }


def test_a_fault_of_our_own_is_not_taken_for_a_failed_gate(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from analytics import cli, policy

    def fail() -> None:
        raise RuntimeError("oh")

    monkeypatch.setattr(policy, "load_policies", fail)
    with pytest.raises(SystemExit) as left:
        cli.main(["policy", "list"])
    assert left.value.code == 70
    assert "fault of um-analytics" in capsys.readouterr().err
