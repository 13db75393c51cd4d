"""`um check`: findings for people and machines, thresholds that can be tried again, drift and run-out."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import analytics as um
from analytics import checking, cli, drift
from analytics.check_formats import FORMATS
from analytics.config import Config
from analytics.runout import run_out
from tests.support import HARBOR, ROOT, SAMPLES, authorization, claim, opened

NOTHING_IN_SCOPE = SAMPLES / "dirty" / "extract" / "extract.rows_in_scope"


@pytest.fixture(scope="module")
def found() -> Iterator[checking.Check]:
    with um.open(SAMPLES) as study:
        yield study.check()


def said(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    if code:
        with pytest.raises(SystemExit) as stop:
            cli.main(list(words))
        assert stop.value.code == code
        captured = capsys.readouterr()
        return captured.out + captured.err
    cli.main(list(words))
    return capsys.readouterr().out


def test_the_text_puts_failures_first_and_says_what_to_do(found: checking.Check) -> None:
    text = FORMATS["text"](found)
    assert text.index("These ask for care") < text.index("Worth knowing") < text.index(" passed; ")
    assert text.index("medical_claim.hcpcs_modifier: Since 2023-07-01 every dose carries JW or JZ") < 1200
    for word in ("found  ", "why    ", "do     ", "see    um rows "):
        assert word in text
    assert str(found) == text


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_no_form_holds_a_person_or_a_claim(form: str, found: checking.Check) -> None:
    with um.open(SAMPLES) as study:
        ids = set(study.administration["person_id"]) | set(study.administration["claim_ids"].explode())
        ids |= set(study.request["authorization_id"])
    assert not ids & set(re.findall(r"[\w-]+", FORMATS[form](found)))


def test_machines_get_their_forms(found: checking.Check) -> None:
    content = json.loads(FORMATS["json"](found))
    assert content["failed"] is False and set(content["measures"]) == {"dosing", "approvals", "renewals"}
    assert {row["status"] for row in content["results"]} <= {"passed", "failed", "could_not_run", "not_applicable"}
    suites = ElementTree.fromstring(FORMATS["junit"](found))
    assert int(suites.attrib["tests"]) == len(found.results)
    assert suites.attrib["failures"] == "0"


def test_thresholds_and_severities_are_tried_again_without_the_data(
    found: checking.Check, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checking.save(found, tmp_path)
    name = "medical_claim.hcpcs_modifier.attested"
    strict = tmp_path / "strict.toml"
    strict.write_text(f'[severities]\n"{name}" = "critical"\n')
    assert name in said(capsys, "check", "--again", str(tmp_path), "--config", str(strict), code=1)
    lenient = tmp_path / "lenient.toml"
    lenient.write_text(f"[thresholds]\n{name} = 0.5\n")
    again = checking.again(tmp_path, Config(thresholds={name: 0.5}))
    assert next(result for result in again.results if result.expectation == name).status == "passed"
    assert "carries JW or JZ" not in said(capsys, "check", "--again", str(tmp_path), "--config", str(lenient))
    # What was overridden once is not remembered.
    checking.save(again, tmp_path)
    assert "carries JW or JZ" in said(capsys, "check", "--again", str(tmp_path))


def test_counts_are_judged_again_by_the_configuration_that_went_with_the_data(
    found: checking.Check, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What failed by it fails again, without its being named."""
    assert found.config == str((SAMPLES / "um.toml").resolve())
    strict = tmp_path / "strict.toml"
    strict.write_text('[severities]\nmedical_claim.hcpcs_modifier.attested = "critical"\n')
    checking.save(replace(found, config=str(strict)), tmp_path / "kept")
    words = ("check", "--again", str(tmp_path / "kept"))
    assert "the gate FAILED" in said(capsys, *words, code=1)
    # Another is tried, and not remembered.
    lenient = tmp_path / "lenient.toml"
    lenient.write_text("")
    assert "the gate passed" in said(capsys, *words, "--config", str(lenient), "--out", str(tmp_path / "kept"))
    assert "the gate FAILED" in said(capsys, *words, code=1)
    strict.unlink()
    gone = said(capsys, *words, code=2)
    assert "strict.toml" in gone and "is gone: name one with --config" in gone and gone.count("\n") == 1


def test_a_configuration_that_came_to_lie_beside_the_data_is_taken(found: checking.Check, tmp_path: Path) -> None:
    checking.save(replace(found, config=None, data=str(tmp_path)), tmp_path)
    assert not checking.again(tmp_path).verdict.failed
    (tmp_path / "um.toml").write_text('[severities]\nmedical_claim.hcpcs_modifier.attested = "critical"\n')
    assert checking.again(tmp_path).verdict.failed


def a_result(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda content: content["results"][5].update(changes)


@pytest.mark.parametrize(
    "damage",
    [
        a_result(n_checked="x"),
        a_result(n_checked=-1),
        a_result(n_checked=1.5),
        a_result(n_failed=True),
        a_result(n_failed=10**9),
        a_result(status="bogus"),
        a_result(status=["passed"]),
        a_result(expectation="no.such"),
        a_result(fault=None),
        lambda content: content["results"].__setitem__(3, "passed"),
        lambda content: content["results"].__delitem__(slice(10, None)),
        lambda content: content["results"].append(content["results"][0]),
        lambda content: content.update(results={}),
        lambda content: content.pop("drift"),
        lambda content: content.update(drift=[{"figure": "x"}]),
        lambda content: content.update(
            drift=[{"figure": "x", "kind": "rows", "before": "1", "now": 2, "allowed": 0.2}]
        ),
        lambda content: content.update(
            drift=[{"figure": "x", "kind": "rows", "before": None, "now": 2, "allowed": 0.2}]
        ),
        lambda content: content.update(incomplete_months=[{"x": 1}]),
        lambda content: content.update(incomplete_months=[{"month": 7, "share_paid": None}]),
        lambda content: content.update(incomplete_months=[{"month": "2025-12-01", "share_paid": "half"}]),
        lambda content: content.update(as_of="soon"),
        lambda content: content.update(as_of=None),
        lambda content: content.update(data=7),
        lambda content: content.update(config=7),
        lambda content: content.update(options="--config"),
        lambda content: content.update(layout="2"),
    ],
)
def test_damaged_counts_are_refused(
    damage: Callable[[dict[str, Any]], None],
    found: checking.Check,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Never a traceback, and never a pass."""
    checking.save(found, tmp_path)
    path = tmp_path / "quality.json"
    content = json.loads(path.read_text())
    damage(content)
    path.write_text(json.dumps(content))
    refused = said(capsys, "check", "--again", str(tmp_path), code=2)
    assert "has another layout" in refused and refused.count("\n") == 1


@pytest.mark.parametrize("text", ["", "[]", "7", "null", '"x"', "[" * 100_000])
def test_what_are_no_counts_is_refused(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "quality.json").write_text(text)
    assert "run `um check DATA --out" in said(capsys, "check", "--again", str(tmp_path), code=2)


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_every_form_says_that_nothing_is_in_scope(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main(["check", str(NOTHING_IN_SCOPE), "--format", form, "--out", str(tmp_path)])
    written = capsys.readouterr()
    assert stop.value.code == 1 and written.err.startswith("um: No row is in scope")
    if form == "json":
        content = json.loads(written.out)
        failed = {row["expectation"] for row in content["results"] if row["status"] == "failed"}
        assert content["failed"] is True and content["as_of"] is None and failed == {"extract.rows_in_scope"}
        assert {measure["verdict"] for measure in content["measures"].values()} == {"unusable"}
    elif form == "junit":
        cases = ElementTree.fromstring(written.out).iter("testcase")
        assert [case.attrib["name"] for case in cases if case.find("failure") is not None] == ["extract.rows_in_scope"]
    else:
        start = "::error title=extract" if form == "github" else f"{NOTHING_IN_SCOPE}: the gate FAILED."
        assert written.out.startswith(start) and "0 claim lines and requests in scope" in written.out
    # No setting makes a pass of it.
    (tmp_path / "um.toml").write_text(
        '[thresholds]\nextract.rows_in_scope = 0\n[severities]\nextract.rows_in_scope = "info"\n'
    )
    kept = ("check", "--again", str(tmp_path), "--config", str(tmp_path / "um.toml"))
    assert "No row is in scope" in said(capsys, *kept, code=1)


@pytest.mark.parametrize(
    ("tables", "failed"),
    [
        (
            {"medical_claim": [], "authorization": []},
            {"medical_claim.rows_read", "authorization.rows_read", "extract.rows_in_scope"},
        ),
        (
            {"medical_claim": [], "authorization": [authorization(payer="Nobody")]},
            {"medical_claim.rows_read", "extract.rows_in_scope"},
        ),
        (
            {"medical_claim": [claim(claim_line_start_date="soon")], "authorization": [authorization(received_at="?")]},
            {"medical_claim.quarantined", "authorization.quarantined"},
        ),
    ],
)
def test_extracts_that_tell_no_date_have_findings(
    tables: dict[str, list[dict[str, str | None]]], failed: set[str], tmp_path: Path
) -> None:
    with opened(tmp_path, tables, HARBOR) as study:
        found = study.check()
    assert {result.expectation for result in found.results if result.status == "failed"} == failed
    assert found.verdict.failed and found.verdict.failures[0] == found.refusal != ""
    assert {word for word, _ in found.verdict.by_measure.values()} == {"unusable"}
    checking.save(found, tmp_path / "kept")
    assert checking.again(tmp_path / "kept") == found


def test_a_failed_gate_tells_its_exit_code_when_nobody_reads_on() -> None:
    words = [sys.executable, "-m", "analytics.cli", "check", str(NOTHING_IN_SCOPE), "--format", "json"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as running:
        assert running.stdout is not None and running.stderr is not None
        running.stdout.close()
        said = running.stderr.read().decode()
        assert running.wait(60) == 1
    assert said.startswith("um: No row is in scope") and said.count("\n") == 1


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (
            '[thresholds]\n"medical_claim.payer.not_nul" = 0.1\n',
            ["medical_claim.payer.not_nul", "medical_claim.payer.not_null"],
        ),
        ('[thresholds]\n"medical_claim.payer.not_null" = "some"\n', ["'some'", "share of rows from 0 to 1"]),
        ('[severities]\n"medical_claim.payer.not_null" = "bad"\n', ["'bad'", "critical"]),
    ],
)
def test_settings_that_mean_nothing_are_refused(
    config: str, words: list[str], found: checking.Check, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checking.save(found, tmp_path)
    (tmp_path / "um.toml").write_text(config)
    text = said(capsys, "check", "--again", str(tmp_path), "--config", str(tmp_path / "um.toml"), code=2)
    assert all(word in text for word in words) and text.count("\n") == 1


def test_arguments_that_contradict_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "either DATA" in said(capsys, "check", code=2)
    assert "either DATA" in said(capsys, "check", str(SAMPLES), "--again", str(tmp_path), code=2)
    assert "quality.json" in said(capsys, "check", "--again", str(tmp_path), code=2)
    kept = str(tmp_path)
    assert "need DATA" in said(capsys, "check", "--again", kept, "--baseline", kept, code=2)
    (tmp_path / "quality.json").write_text('{"layout": 99}')
    assert "layout" in said(capsys, "check", "--again", str(tmp_path), code=2)


def test_rows_behind_a_finding(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "rows", str(SAMPLES), "medical_claim.service_unit_quantity.not_zero")
    assert text.count("\n") > 1 and "zero_units" in text
    wrong = said(capsys, "rows", str(SAMPLES), "medical_claim.service_unit_quantity.not_zeros", code=2)
    assert "nearest is 'medical_claim.service_unit_quantity.not_zero'" in wrong


def test_quarantined_rows_come_as_they_can_be_mended(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "rows", str(SAMPLES), "authorization.quarantined")
    assert text.startswith("row_id,reason,authorization_id") and "approved_without_dates" in text
    whole = said(capsys, "rows", str(SAMPLES), "authorization.rows_read", code=2)
    assert "about a whole table" in whole and "export" in whole


def test_drift_against_an_earlier_run(tmp_path: Path) -> None:
    lines = [
        claim(claim_id=f"C{n}", claim_line_start_date=str(date(2025, 1, 1) + timedelta(days=n))) for n in range(40)
    ]
    before = {"medical_claim": lines, "authorization": [authorization()]}
    fewer = [{**line, "service_unit_quantity": "90", "hcpcs_modifier_1": "JZ"} for line in lines[:20]]
    now = {"medical_claim": fewer, "authorization": [authorization(decision="denied")]}
    with opened(tmp_path / "before", before, HARBOR) as study:
        _ = study.as_of
        baseline = tmp_path / "manifest.json"
        baseline.write_text(json.dumps({"layout": drift.LAYOUT, "profile": drift.profile(study)}))
        assert drift.compare(drift.read_baseline(baseline), drift.profile(study)) == []
    with opened(tmp_path / "now", now, HARBOR) as study:
        _ = study.as_of
        changed = {
            one.figure: one.sentence() for one in drift.compare(drift.read_baseline(baseline), drift.profile(study))
        }
    assert changed["medical_claim"] == "medical_claim: 20 rows, before 40 (up to 20% allowed)"
    assert "90.00 on average, before 60.00" in changed["medical_claim.service_unit_quantity"]
    assert {"medical_claim.modifier=JZ", "authorization.decision=denied", "authorization.decision=approved"} <= set(
        changed
    )


def test_a_baseline_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    with pytest.raises(um.UserError, match="no baseline"):
        drift.read_baseline(path)
    path.write_text("<html>")
    with pytest.raises(um.UserError, match="not JSON"):
        drift.read_baseline(path)
    path.write_text('{"tables": 7}')
    with pytest.raises(um.UserError, match="no run record"):
        drift.read_baseline(path)
    path.write_text('{"layout": 0}')
    with pytest.raises(um.UserError, match="layout 0"):
        drift.read_baseline(path)


def test_months_still_being_paid_are_told_from_paid_dates(tmp_path: Path) -> None:
    """Half of the lines are paid at once, half 60 days later; the extract ends on 2025-12-31."""
    end, lines = date(2025, 12, 31), []
    for n in range(700):
        day = date(2024, 1, 31) + timedelta(days=n)
        paid = day + timedelta(days=60 if n % 2 else 0)
        if paid <= end:
            line = claim(claim_id=f"C{n}", claim_line_start_date=str(day), paid_date=str(paid))
            lines.append(line)
    with opened(tmp_path / "paid", {"medical_claim": lines, "authorization": [authorization()]}, HARBOR) as study:
        unpaid = run_out(study)
    found = dict(zip(map(str, unpaid.months), unpaid.shares, strict=True))
    assert list(found) == ["2025-11-01", "2025-12-01"]
    assert 0.45 < found["2025-12-01"] < 0.55 < found["2025-11-01"] < 0.95 or found["2025-11-01"] == pytest.approx(
        0.5, abs=0.1
    )
    bare = [{k: v for k, v in line.items() if k != "paid_date"} for line in lines]
    with opened(tmp_path / "bare", {"medical_claim": bare, "authorization": [authorization()]}, HARBOR) as study:
        unknown = run_out(study)
    assert [str(month) for month in unknown.months] == ["2025-10-01", "2025-11-01", "2025-12-01"]
    assert unknown.shares == [None] * 3
    assert unknown.says == (
        "No paid date tells when claims were paid, so the latest three months, October to December 2025, are taken to "
        "be incomplete."
    )
