"""`um policy check`: what it finds beyond a sound form, in sentences with file, line, found and right."""

import json
import re
import time
from pathlib import Path

import pytest

from analytics.errors import UserError
from analytics.policy.load import FOLDER
from analytics.workbench.check import Checked, check, exit_code, files_to_check
from analytics.workbench.wording import checked_text
from tests.policies import um

POLICY_A = FOLDER / "ixempra-oncology-injectable.toml"
POLICY_B = FOLDER / "emblemhealth-mg-mm-ph-153.toml"


def changed(tmp_path: Path, *changes: tuple[str, str], of: Path = POLICY_A) -> Path:
    """A private policy like a shipped one, with texts replaced."""
    text = of.read_text(encoding="utf-8")
    for old, new in (*changes, (f'id = "{of.stem}"', 'id = "mine"'), ('payers = ["EmblemHealth"', 'payers = ["Mine"')):
        assert old in text or old.startswith("payers"), old
        text = text.replace(old, new)
    for beside in FOLDER.glob("*.csv"):
        (tmp_path / beside.name).write_bytes(beside.read_bytes())
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    return file


def one(file: Path) -> Checked:
    return check([file])[0]


def test_shipped_policies_are_sound() -> None:
    found = check(files_to_check([], None))
    assert [checked.faults + checked.findings for checked in found] == [[], []]
    assert all(checked.n_examples > 30 for checked in found)
    assert exit_code(found) == 0
    for checked in found:
        assert f"nothing is wrong; {checked.n_examples} worked examples hold" in checked_text(found)


def test_what_a_remark_speaks_of_is_a_note() -> None:
    notes = one(POLICY_B).notes
    assert [note.split("'")[1] for note in notes] == ["I.1.A.iii.one_of.a", "I.1.A.iii.one_of.b"]


#: Old text, new text, the place in the file, and what is then said. All of them load.
FINDINGS = [
    (
        'status = "within"\nallowed_units = { "q3w.dose" = 74',
        'status = "within"\nallowed_units = { "q3w.dose" = 75',
        'status = "within"\nallowed_units',
        "'The whole dose, rounded up to units' fails: allowed_units is q3w.dose = 75, weekly.dose = 30 in the example, "
        "and q3w.dose = 74, weekly.dose = 30 by the rules; right would be what the rules give, unless one of them is",
    ),
    (
        'evaluated = { "1" = "not_met", "1.A" = "not_met" }',
        'evaluated = { "1" = "not_met", "1.A" = "unknown" }',
        None,
        "'A year short of 18' fails: evaluated.\"1.A\" is unknown in the example, and not_met by the rules",
    ),
    (
        "at_most = 3\nwindow_days = 28",
        "at_most = 3\nwindow_days = 35",
        'id = "weekly.frequency"',
        "the label speaks of 28 days, and window_days is 35; right would be one span",
    ),
    (
        "at_most = 1\nwindow_days = 21",
        'at_most = 1\nwindow_days = 21\nlabel = "y"\ncitation = "Ixempra UM policy, Dosing A"\n\n'
        '[[version.regimen.limit]]\nid = "q3w.more"\nkind = "frequency"\nat_most = 2\nwindow_days = 14',
        'id = "q3w.more"',
        "at most 2 administrations in 14 days never bites beside 'q3w.frequency', which allows 1 administration in 21",
    ),
    (
        'id = "q3w.frequency"\nkind = "frequency"\nat_most = 1',
        'id = "q3w.frequency"\nkind = "units"\nat_most = 40',
        'id = "q3w.frequency"',
        "40 units hold no whole dose: 'q3w.dose' allows 48 units at 1.2 m²; right would be 48 units or more",
    ),
    (
        'test = { fact = "age_years", at_least = 18 }',
        'test = { all = [{ fact = "age_years", at_least = 18 }, { fact = "age_years", at_most = 17 }] }',
        "initial = ",
        "'1.A' can never be met: what it and the criteria around it ask for exclude each other",
    ),
    (
        'test = { fact = "recurrent_unresectable_locoregional", one_of = ["yes"] }',
        'test = { all = [{ fact = "recurrent_unresectable_locoregional", one_of = ["yes"] }, '
        '{ fact = "diagnosis_code", prefixes = ["C34"] }] }',
        "initial = ",
        "'1.B.i' can never be met",
    ),
]


@pytest.mark.parametrize(("old", "new", "place", "message"), FINDINGS)
def test_finding(tmp_path: Path, old: str, new: str, place: str | None, message: str) -> None:
    file = changed(tmp_path, (old, new))
    checked = one(file)
    assert checked.faults == []
    said = [finding for finding in checked.findings if message in finding]
    assert said, checked.findings
    assert re.match(r"mine\.toml, line \d+, [\w.\[\]\"]+: ", said[0])
    assert "; right would be " in said[0] and ". " not in said[0]
    line = int(re.findall(r"line (\d+)", said[0])[0])
    if place is not None:
        lines = file.read_text(encoding="utf-8").splitlines()
        near = "\n".join(lines[max(line - 8, 0) : line + 8])
        assert place in near
    assert exit_code([checked]) == 1


def test_what_no_example_looks_at_is_a_note(tmp_path: Path) -> None:
    text = POLICY_A.read_text(encoding="utf-8")
    cut = text[: text.index("# ---- Worked examples")]
    file = tmp_path / "mine.toml"
    file.write_text(cut.replace(f'id = "{POLICY_A.stem}"', 'id = "mine"'), encoding="utf-8")
    checked = one(file)
    assert checked.findings == []
    assert sum("no worked example exceeds" in note for note in checked.notes) == 4
    assert sum("no worked example judges it" in note for note in checked.notes) == 6
    assert "it has no worked example" in checked_text([checked])


def test_faults_come_first_and_all_at_once(tmp_path: Path) -> None:
    file = changed(
        tmp_path, ("mg = 15", 'mg = "15"'), ('hcpcs_code = "J9207"', 'hcpcs_code = "F9207"'), ("drug =", "drag =")
    )
    checked = one(file)
    assert len(checked.faults) == 4  # the key that drag should be is missing
    assert checked.policy is None and checked.findings == []
    assert all(
        ("mine.toml, " in fault and "right would be" in fault) or "nearest is" in fault for fault in checked.faults
    )
    assert exit_code([checked]) == 2


def test_a_file_against_those_beside_it(tmp_path: Path) -> None:
    copy = tmp_path / POLICY_A.name
    copy.write_text(POLICY_A.read_text(encoding="utf-8"), encoding="utf-8")
    assert "is the id of a policy of the product; right would be another id" in one(copy).faults[0]
    file = changed(tmp_path, ('drug = "ixabepilone"', 'drug = "another"'))
    line = file.read_text(encoding="utf-8").splitlines().index('drug = "another"') + 1
    assert f"mine.toml, line {line}, drug: J9207 is billed for 'another' here and for 'ixab" in one(file).faults[0]


def test_a_failed_example_says_both_values(tmp_path: Path) -> None:
    file = changed(tmp_path, ('exceeded = ["q3w.dose", "weekly.dose"]', "exceeded = []"))
    found = one(file).findings
    assert any("exceeded is none in the example, and q3w.dose, weekly.dose by the rules" in said for said in found), (
        found
    )


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no policy file"):
        files_to_check([tmp_path / "none.toml"], None)


# ---- the command


def test_command_and_its_exit_codes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = um(capsys, "policy", "check", str(POLICY_A))
    assert (code, err) == (0, "") and "nothing is wrong" in out
    wrong = changed(tmp_path, ("at_most = 3\nwindow_days = 28", "at_most = 3\nwindow_days = 35"))
    code, out, err = um(capsys, "policy", "check", str(wrong))
    assert (code, err) == (1, "") and "can be used, but is not right" in out
    unusable = changed(tmp_path, ("mg = 15", "mg = 0"))
    code, out, err = um(capsys, "policy", "check", str(unusable), "--format", "json")
    assert (code, err) == (2, "")
    said = "vial[1].mg: 0 is not possible; right would be at least 0.1 and at most 10000"
    assert [fault.split(", ", 2)[2] for fault in json.loads(out)[0]["faults"]] == [said]


def test_checking_is_fast() -> None:
    """Some 0.25 s of processor time beside Python's own start; the bound leaves room for a busy machine."""
    check([POLICY_A])

    def seconds() -> float:
        start = time.process_time()
        check([POLICY_A])
        return time.process_time() - start

    assert min(seconds() for _ in range(3)) < 0.5
