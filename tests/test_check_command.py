"""`um check`: findings for people and machines, thresholds that can be tried again, drift and run-out."""

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

import analytics as um
from analytics import checking, cli, drift
from analytics.check_formats import FORMATS
from analytics.config import Config
from analytics.runout import run_out
from tests.support import HARBOR, SAMPLES, authorization, claim, opened


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
