"""Drift: columns that come and go between runs, and baselines that are none."""

import json
from pathlib import Path

import pytest

import analytics as um
from analytics import drift
from tests.support import HARBOR, Rows, authorization, claim, opened

LINES = [claim(claim_id=f"C{n}", person_id=f"P{n}", allowed_amount="10") for n in range(5)]


def profile(folder: Path, **tables: Rows) -> dict[str, dict[str, float]]:
    with opened(folder, {"medical_claim": LINES, "authorization": [authorization()], **tables}, HARBOR) as study:
        _ = study.as_of
        return drift.profile(study)


def test_a_column_that_vanished_is_empty_throughout(tmp_path: Path) -> None:
    whole = profile(tmp_path / "whole")
    without = [{name: value for name, value in line.items() if name != "allowed_amount"} for line in LINES]
    bare = profile(tmp_path / "bare", medical_claim=without)
    assert [one.sentence() for one in drift.compare(whole, bare)] == [
        "medical_claim.allowed_amount: 100.0% null, before 0.0% (up to 5 points allowed)"
    ]
    assert [(one.figure, one.before, one.now) for one in drift.compare(bare, whole)] == [
        ("medical_claim.allowed_amount", 1.0, 0.0)
    ]
    # An empty column and none are the same to whatever is computed.
    empty = profile(tmp_path / "empty", medical_claim=[{**line, "allowed_amount": ""} for line in LINES])
    assert drift.compare(bare, empty) == []


def test_a_table_that_came_is_told_once_and_not_column_by_column(tmp_path: Path) -> None:
    enrolled = [{"person_id": "P1", "payer": "Harbor", "enrollment_start_date": "2024-01-01"}]
    found = drift.compare(profile(tmp_path / "before"), profile(tmp_path / "now", eligibility=enrolled))
    assert [(one.figure, one.kind) for one in found] == [("eligibility", "rows")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "There is no baseline '{}': name the manifest.json of an earlier report."),
        ("<html>", "The baseline '{}' is not JSON: name the"),
        ("[" * 100_000, "The baseline '{}' is not JSON: name the"),
        ("[1]", "The baseline '{}' is no run record: name the"),
        ('{"layout": 1, "results": []}', "The baseline '{}' is no run record, but the counts kept by `um check`: name"),
        ('{"layout": 1}', "The baseline '{}' is no whole run record: name the"),
        ('{"layout": 1, "profile": {"rows": {}}}', "The baseline '{}' is no whole run record: name the"),
        ('{"layout": 0, "profile": {}}', "The baseline '{}' has layout 0; this version reads layout 1: make the"),
    ],
)
def test_what_is_no_baseline_is_named_for_what_it_is(content: str | None, words: str, tmp_path: Path) -> None:
    path = tmp_path / "it.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(um.UserError) as fault:
        drift.read_baseline(path)
    assert str(fault.value).startswith(words.format(path)) and str(fault.value).count("layout") in (0, 2)


def test_a_folder_is_no_baseline(tmp_path: Path) -> None:
    with pytest.raises(um.UserError, match=r"is a folder: name the manifest\.json"):
        drift.read_baseline(tmp_path)


def test_a_whole_run_record_is_read(tmp_path: Path) -> None:
    figures = profile(tmp_path / "data")
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"layout": drift.LAYOUT, "profile": figures, "drift": None}))
    assert drift.read_baseline(path) == figures
