"""Prepared extracts that are damaged, foreign or for other codes are refused; stopping leaves them as they were."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import analytics as um
from analytics.errors import UserError
from analytics.lake import locks, preparing
from analytics.lake.preparing import prepare
from analytics.lake.record import read_record, write_record
from tests.support import HARBOR, authorization, claim, write_extract


@pytest.fixture
def data(tmp_path: Path) -> Path:
    lines = [claim(), claim(claim_id="C2", hcpcs_code="99213")]
    return write_extract(tmp_path / "data", {"medical_claim": lines, "authorization": [authorization()]}, HARBOR)


@pytest.fixture
def lake(data: Path, tmp_path: Path) -> Path:
    prepare(data, tmp_path / "lake")
    return tmp_path / "lake"


def piece(lake: Path) -> Path:
    return next(path for path in (lake / "parts" / "medical_claim").iterdir() if ".rest." not in path.name)


def cut_off(lake: Path) -> None:
    piece(lake).write_bytes(piece(lake).read_bytes()[:-100])


def flip_a_bit(lake: Path) -> None:
    content = bytearray(piece(lake).read_bytes())
    content[len(content) // 2] ^= 1
    piece(lake).write_bytes(content)


def lose_a_part(lake: Path) -> None:
    piece(lake).unlink()


def lose_the_record(lake: Path) -> None:
    (lake / "prepared.json").unlink()


def cut_off_the_record(lake: Path) -> None:
    (lake / "prepared.json").write_text((lake / "prepared.json").read_text()[:500])


def change_the_record(lake: Path) -> None:
    text = (lake / "prepared.json").read_text()
    assert '"n_kept": 1' in text
    (lake / "prepared.json").write_text(text.replace('"n_kept": 1', '"n_kept": 2', 1))


def change_the_layout(lake: Path) -> None:
    text = (lake / "prepared.json").read_text()
    (lake / "prepared.json").write_text(text.replace('"layout": 1', '"layout": 99'))


FAULTS: list[tuple[Callable[[Path], None], str]] = [
    (cut_off, "is damaged: run um prepare"),
    (flip_a_bit, "is damaged: run um prepare"),
    (lose_a_part, "lack 'parts/medical_claim/"),
    (lose_the_record, "have lost their record"),
    (cut_off_the_record, "can't be read"),
    (change_the_record, "is damaged"),
    (change_the_layout, "have layout 99; this version reads layout 1"),
]


@pytest.mark.parametrize(("damage", "said"), FAULTS, ids=[damage.__name__ for damage, _ in FAULTS])
def test_damage_is_noticed_and_mended_by_preparing_again(
    damage: Callable[[Path], None], said: str, data: Path, lake: Path
) -> None:
    with um.open(data) as study:
        before = study.administration.to_dicts()
    damage(lake)
    with pytest.raises(UserError, match=said) as caught:
        um.open(lake)
    assert caught.value.exit_code == 2 and str(caught.value).count("\n") == 0
    prepare(data, lake)
    with um.open(lake) as study:
        assert study.administration.to_dicts() == before


def test_another_tool_s_folder_is_left_alone(data: Path, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "prepared.json").write_text('{"product": "another"}')
    with pytest.raises(UserError, match="no record of um prepare"):
        um.open(foreign)
    with pytest.raises(UserError, match="another tool's"):
        prepare(data, foreign)
    (foreign / "prepared.json").rename(foreign / "notes.txt")
    with pytest.raises(UserError, match="holds other files"):
        prepare(data, foreign)
    assert [path.name for path in foreign.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("place", ["data", "data/medical_claim", "."])
def test_extracts_and_lake_are_apart(place: str, data: Path) -> None:
    with pytest.raises(UserError, match="folder of its own"):
        prepare(data, data.parent / place)


def test_codes_for_which_nothing_was_kept_are_named(lake: Path) -> None:
    record = read_record(lake)
    fewer = tuple(code for code in record.scope.policy_codes if code != "J9207")
    scope = type(record.scope)(record.scope.reading, fewer, *(record.scope.class_codes, record.scope.observation_codes))
    write_record(type(record)(record.data, scope, record.config, record.tables), lake / "prepared.json")
    with pytest.raises(UserError, match=r"codes for which nothing was kept in .*\(J9207\): run um prepare"):
        um.open(lake)


def test_rules_of_reading_that_changed_are_noticed(lake: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analytics.lake.scope.reading", lambda: "other rules")
    with pytest.raises(UserError, match="reads extracts otherwise"):
        um.open(lake)
    assert {one.table: one.read for one in prepare(data, lake)} == {"medical_claim": 1, "authorization": 1}
    um.open(lake).close()


def test_the_configuration_comes_along_and_is_the_extracts_own(data: Path, lake: Path) -> None:
    with um.open(lake) as study:
        assert study.config.policies == {"Harbor": "ixempra-oncology-injectable"}
    (data / "um.toml").write_text(HARBOR + "[report]\nplan = 'P'\n")
    with um.open(lake) as study:
        assert study.config.plan is None and study.outdated and "um.toml is another" in study.outdated
    with um.open(lake, config=data / "um.toml") as study:
        assert study.config.plan == "P" and study.outdated is None
    prepare(data, lake)
    with um.open(lake) as study:
        assert study.config.plan == "P"
    (lake / "um.toml").write_text(HARBOR)
    with pytest.raises(UserError, match="is not the one that the extracts were prepared with"):
        um.open(lake)


@pytest.mark.parametrize("step", ["_settle", "keep"])
def test_what_is_stopped_changes_nothing(step: str, data: Path, lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {path: path.read_bytes() for path in lake.rglob("*") if path.is_file()}
    write_extract(data, {"medical_claim": [claim(service_unit_quantity="30")]})

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(preparing, step, stop)
    with pytest.raises(KeyboardInterrupt):
        prepare(data, lake)
    assert {path: path.read_bytes() for path in lake.rglob("*") if path.is_file()} == before


def test_a_file_that_changes_meanwhile_is_refused(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = preparing.keep

    def change_after(*given: Any) -> Any:
        written = kept(*given)
        write_extract(data, {"medical_claim": [claim(), claim(claim_id="C3")], "authorization": [authorization()] * 2})
        return written

    monkeypatch.setattr(preparing, "keep", change_after)
    with pytest.raises(UserError, match="was changed while it was read"):
        prepare(data, tmp_path / "lake")
    assert not (tmp_path / "lake" / "prepared.json").exists()


def test_one_prepares_at_a_time_and_nobody_s_parts_are_cleared_away(data: Path, lake: Path) -> None:
    with locks.preparing(lake), pytest.raises(UserError, match="is being prepared by another run"):
        prepare(data, lake)
    with um.open(lake) as reading:
        write_extract(data, {"medical_claim": [claim(), claim(claim_id="C3", claim_line_start_date="2025-04-03")]})
        prepare(data, lake)
        # It opened the earlier ones, and goes on with them.
        assert reading.administration.height == 1
    prepare(data, lake)
    with um.open(lake) as study:
        assert study.administration.height == 2
    assert {str(path.relative_to(lake)) for path in (lake / "parts").rglob("*.parquet")} == set(
        read_record(lake).pieces
    )


def um_says(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "analytics.cli", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_command_says_what_it_did(data: Path, tmp_path: Path) -> None:
    done = um_says("prepare", data, "--out", tmp_path / "lake")
    assert (done.returncode, done.stderr) == (0, "")
    assert "medical_claim: 1 file, 1 read, 0 known already; 1 of 2 rows kept" in done.stdout
    (data / "medical_claim.csv").unlink()
    said = um_says("rows", tmp_path / "lake", "medical_claim.quarantined")
    assert said.returncode == 0 and said.stderr.startswith("warning: The extracts in")
    again = um_says("prepare", data, "--out", tmp_path / "lake")
    assert again.returncode == 2 and "has no medical_claim" in again.stderr and again.stderr.count("\n") == 1
    assert json.loads((tmp_path / "lake" / "prepared.json").read_text())["layout"] == 1
