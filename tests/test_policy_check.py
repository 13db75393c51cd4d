"""`um policy check`: what it finds beyond a sound form, in sentences with file, line, found and right."""

import json
import re
import time
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from analytics.errors import UserError
from analytics.policy.dosing import Limit
from analytics.policy.load import FOLDER, load_policy
from analytics.workbench.check import Checked, check, exit_code, files_to_check
from analytics.workbench.labels import said_doubtfully, said_otherwise
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
        "'The whole dose, rounded up to units' fails: expected allowed_units.\"q3w.dose\" = 75, found "
        'allowed_units."q3w.dose" = 74; right would be what the text says, in the',
    ),
    (
        'evaluated = { "1" = "not_met", "1.A" = "not_met" }',
        'evaluated = { "1" = "not_met", "1.A" = "unknown" }',
        None,
        '\'A year short of 18\' fails: expected evaluated."1.A" = unknown, found evaluated."1.A" = not_met',
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
        'id = "weekly.frequency"',
        'id = "weekly.most"\nkind = "dose"\nat_most = 20\nlabel = "y"\ncitation = "Ixempra UM policy, Dosing B"\n\n'
        '[[version.regimen.limit]]\nid = "weekly.frequency"',
        'id = "weekly.most"',
        "at most 20 mg/m² per administration never bites beside 'weekly.dose', which allows 16 mg/m² per",
    ),
    (
        'at_most = 16\nlabel = "At most 16 mg/m² per administration"',
        'at_most = 16\nlabel = "At most 160 mg/m² per administration"',
        'id = "weekly.dose"',
        "the label speaks of 160 mg/m², and the limit is 16 mg/m²; right would be one amount",
    ),
    (
        'label = "At most three administrations in any 28 days"',
        'label = "At most three administrations every 6 months"',
        'id = "weekly.frequency"',
        "the label speaks of 6 months (168 to 186 days), and window_days is 28; right would be one span",
    ),
    (
        'label = "At most three administrations in any 28 days"',
        'label = "y"\ncitation = "Ixempra UM policy, Dosing B"\n\n[[version.regimen.limit]]\nid = "weekly.auth"\n'
        'kind = "units"\nspan = "authorization"\nat_most = 10\nlabel = "z"',
        'id = "weekly.auth"',
        "10 units hold no whole dose: 'weekly.dose' allows 20 units at 1.2 m²",
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


FINDINGS += [
    (
        "at_most = 1\nwindow_days = 21",
        'at_most = 18\nspan = "lifetime"',
        'id = "q3w.frequency"',
        "the label speaks of 21 days, and span is lifetime; right would be one span",
    ),
    (
        "at_most = 1\nwindow_days = 21",
        "at_most = 2\nwindow_days = 21",
        'id = "q3w.frequency"',
        "the label speaks of 1 dose, and at_most is 2; right would be one number",
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


DOSE = """
[[version.regimen.limit]]
id = "{id}"
kind = "{kind}"
at_most = {at_most}
{more}
label = "y"
citation = "Ixempra UM policy, Dosing A"
"""


def with_limits(tmp_path: Path, *limits: tuple[str, str, str, str], changes: Sequence[tuple[str, str]] = ()) -> Checked:
    """The shipped policy with limits in place of the dose limit of its first regimen: id, kind, at_most, what else.

    changes: other texts of it to replace, each once.
    """
    text = POLICY_A.read_text(encoding="utf-8")
    start = text.index('[[version.regimen.limit]]\nid = "q3w.dose"')
    end = text.index("[[version.regimen.limit]]", start + 1)
    some = "".join(DOSE.format(id=i, kind=kind, at_most=most, more=more) for i, kind, most, more in limits)
    text = text[:start] + some + text[end : text.index("# ---- Worked examples")]
    for old, new in changes:
        text = text.replace(old, new, 1)
    file = tmp_path / "mine.toml"
    file.write_text(text.replace(f'id = "{POLICY_A.stem}"', 'id = "mine"'), encoding="utf-8")
    checked = one(file)
    assert checked.faults == []
    return checked


@pytest.mark.parametrize(
    ("one_more", "other_more", "bites"),
    [
        ("", "", False),
        ("", 'rounding = { to = "whole_unit" }', False),
        ('rounding = { to = "whole_unit" }', "", True),
        ("", 'rounding = { to = "whole_vial" }', True),
        ("", "rounding = { percent = 25 }", True),
        ("", "rounding = { percent = 1 }", False),
        ("", 'per = "kg"', True),
        ("", 'counted_in = "units"', False),
        ("", "doses = { from = 1, to = 3 }", True),
        ("doses = { from = 1, to = 3 }", "", False),
        ("doses = { from = 1, to = 3 }", "doses = { from = 2, to = 3 }", True),
        ("advisory = true", "", True),
    ],
)
def test_a_dose_limit_beside_a_smaller_one(tmp_path: Path, one_more: str, other_more: str, bites: bool) -> None:
    """42 beside 40: it bites where the other rounds further, measures otherwise, or leaves doses out."""
    more = (("free", "dose", "900", "doses = { from = 1 }"),) * bool("doses" in one_more + other_more)
    checked = with_limits(tmp_path, ("large", "dose", "42", one_more), ("small", "dose", "40", other_more), *more)
    said = [finding for finding in checked.findings if "per administration" in finding and "never bites" in finding]
    assert any("at most 42" in each and "'small'" in each for each in said) is not bites, checked.findings


@pytest.mark.parametrize(
    ("after", "most", "days", "doses", "right"),
    [
        (14, 1, 21, "from = 2", 21),
        (20, 1, 21, "from = 2", 21),
        (21, 1, 21, "from = 2", None),
        (14, 1, 21, "from = 1", None),
        (9, 2, 21, "from = 3", 11),
        (9, 2, 21, "from = 2", None),
        (11, 2, 21, "from = 3", None),
        (14, 1, 21, "from = 2, to = 4", 21),
        (19, 1, 21, "from = 2, grace", None),
        (18, 1, 21, "from = 2, grace", 19),
    ],
)
def test_a_phase_that_no_dose_on_time_comes_to(
    tmp_path: Path, after: int, most: int, days: int, doses: str, right: int | None
) -> None:
    """One dose in 21 days, and a new course 14 days after a dose: every one that is on time is the first of its course.

    Of two doses in 21 days three take 21 days at least, and with 9 from one to the next 18 at most. With two days of
    grace 19 days are on time.
    """
    phase = doses.removesuffix(", grace")
    said = f"window_days = {days}" + ("\ngrace_days = 2" if phase != doses else "")
    rest = [("late", "dose", "20", f"doses = {{ {phase} }}")]
    course = f'course = {{ new_after_days = {after}, citation = "Ixempra UM policy, x" }}\nrenewal ='
    often = "at_most = 1\nwindow_days = 21", f"at_most = {most}\n{said}"
    checked = with_limits(tmp_path, *rest, changes=[("renewal =", course), often])
    found = [finding for finding in checked.findings if "at most 20 mg" in finding]
    assert len(found) == (right is not None), checked.findings
    if right is not None:
        begins = f"a new course begins with a dose more than {after} days after the one before"
        assert f"never bites: {begins}, and" in found[0]
        assert f"right would be new_after_days of {right} or more" in found[0]


@pytest.mark.parametrize(
    ("kind", "doses", "said"),
    [
        ("dose", ("from = 1, to = 4", "from = 6"), "no limit of 'q3w' on the dose holds for dose 5 of a course"),
        ("dose", ("from = 1, to = 4", "from = 8"), "no limit of 'q3w' on the dose holds for doses 5 to 7 of a course"),
        ("dose", ("from = 3", "from = 3"), "no limit of 'q3w' on the dose holds for doses 1 to 2 of a course"),
        ("dose", ("from = 1, to = 9", "from = 2, to = 3"), "holds for dose 10 and later ones of a course"),
        ("dose", ("from = 1, to = 4", "from = 5"), None),
        ("units", ("from = 2, to = 4", "from = 6"), "no limit of 'q3w' on units holds for dose 5 of a course"),
        ("units", ("from = 2, to = 4", "from = 5, to = 6"), None),
    ],
)
def test_doses_that_no_limit_of_a_kind_holds_are_a_note(
    tmp_path: Path, kind: str, doses: tuple[str, str], said: str | None
) -> None:
    window = "" if kind == "dose" else "\nwindow_days = 21"
    some = [(f"l{n}", kind, f"{900 + n}", f"doses = {{ {each} }}{window}") for n, each in enumerate(doses)]
    notes = [note for note in with_limits(tmp_path, *some).notes if "no limit of" in note]
    assert len(notes) == (said is not None), notes
    assert said is None or said in notes[0]


def test_units_that_hold_no_phased_dose(tmp_path: Path) -> None:
    """The smallest of the doses is what they must hold: 30 mg/m² at 1.2 m² are 36 units."""
    phases = ("a", "dose", "40", "doses = { from = 1, to = 1 }"), ("b", "dose", "30", "doses = { from = 2 }")
    for most, is_wrong in (("35", True), ("36", False)):
        checked = with_limits(tmp_path, *phases, ("auth", "units", most, 'span = "authorization"'))
        said = f"{most} units hold no whole dose: 'b' allows 36 units at 1.2 m²"
        assert any(said in finding for finding in checked.findings) is is_wrong, checked.findings


def test_a_frequency_that_no_dose_of_the_course_keeps(tmp_path: Path) -> None:
    """Weekly at first, then every 21 days; what comes so long after the one before is the first of another course."""
    course = 'course = { new_after_days = 14, citation = "Ixempra UM policy, x" }\nrenewal ='
    weekly = ("often", "frequency", "1", "window_days = 7\ndoses = { from = 1, to = 12 }")
    doses = ("one", "dose", "40", ""), weekly
    later = "at_most = 1\nwindow_days = 21", "at_most = 1\nwindow_days = 21\ndoses = { from = 13 }"
    findings = with_limits(tmp_path, *doses, changes=[("renewal =", course), later]).findings
    said = (
        "at most 1 administration in 21 days, from dose 13 on is never kept: a new course begins with a dose more than"
    )
    assert [said in finding for finding in findings] == [True], findings


#: Counted over an authorization, which policy A gives for 12 months.
AUTHORIZED = {"span": "authorization"}


@pytest.mark.parametrize(
    ("label", "changes", "finding", "note"),
    [
        ("At most 50 mg/kg", {}, "the label speaks of 50 mg/kg, and the limit is 5 mg/kg", None),
        ("Up to 5.0 mg per kg, in vials of 100 mg", {}, None, None),
        ("400 mg (5 mg/kg at 80 kg)", {}, None, None),
        ("At most 5 mg/m²", {}, None, "the label speaks of 5 mg/m², and the limit is 5 mg/kg"),
        ("4 mg/kg, then 6 mg/kg", {}, None, "the label speaks of 4 mg/kg and 6 mg/kg, and the limit is 5 mg/kg"),
        ("10 mg/kg/day, from 1 to 20 mg/kg", {}, None, None),
        ("At most 1,000 mg", {"per": "flat", "at_most": Decimal(1000)}, None, None),
        (
            "90 units of 10 mg (1 unit = 10 mg)",
            {"per": None, "counted_in": "units", "at_most": Decimal(90)},
            None,
            None,
        ),
        ("At most 9 billed units", {"per": None, "counted_in": "units"}, "speaks of 9 units, and the limit is 5", None),
        (
            "One every 6 months",
            {"window_days": 56},
            "speaks of 6 months (168 to 186 days), and window_days is 56",
            None,
        ),
        ("One every 6 months", {"window_days": 180}, None, None),
        ("Over 6 months old, one in 8 weeks", {"window_days": 56}, None, None),
        ("One in 56 days, after 6 months", {"window_days": 56}, None, None),
        ("In children over 6 months of age", {"window_days": 56}, None, None),
        ("At most one dose in 21 days", {"span": "lifetime"}, "speaks of 21 days, and span is lifetime", None),
        ("At most 5 infusions every 24 weeks", AUTHORIZED, "of 24 weeks, and span is authorization", None),
        ("At most 5 infusions in 12 months", AUTHORIZED, None, None),
        ("At most 5 infusions in 365 days", AUTHORIZED, None, None),
        ("5 infusions under an approval, one every 21 days", AUTHORIZED, None, None),
        ("5 infusions in all, one dose in 21 days", {"span": "lifetime"}, None, None),
        ("At most 5 in a lifetime", {"window_days": 56}, "speaks of a lifetime, and window_days is 56", None),
        ("At most five doses in any 8 weeks", {"window_days": 56}, None, None),
        ("At most four doses in any 8 weeks", {"window_days": 56}, "speaks of 4 doses, and at_most is 5", None),
        ("At most one maintenance dose every 56 days", {"window_days": 56}, "of 1 dose, and at_most is 5", None),
        ("The first two doses in 56 days", {"window_days": 56}, None, None),
        ("Three doses in 56 days", {"window_days": 56, "from_dose": 1, "to_dose": 3}, None, None),
        ("One dose a week, 4 weeks of 5", {"window_days": 28}, None, None),
    ],
)
def test_a_label_beside_its_numbers(label: str, changes: dict[str, Any], finding: str | None, note: str | None) -> None:
    is_count = {"window_days", "span"} & set(changes)
    kind: Any = "frequency" if is_count else "units" if changes.get("counted_in") else "dose"
    limit = Limit("x", kind, Decimal(5), None, False, label, "c", per="kg", counted_in="mg")
    limit = replace(limit, **changes)
    found = [problem for _, problem, _ in said_otherwise(limit, load_policy(POLICY_A).versions[0])]
    assert len(found) == (finding is not None) and (finding is None or finding in found[0]), found
    assert said_doubtfully(limit) == note


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
    assert any("expected exceeded = none, found exceeded = q3w.dose and weekly.dose" in said for said in found), found


def test_a_failed_example_is_told_once(tmp_path: Path) -> None:
    """A dose that the limit no longer allows: what follows from the status is not told as faults of its own."""
    limit = 'at_most = 16\nlabel = "At most 16 mg/m² per administration"'
    file = changed(tmp_path, (limit, limit.replace("16", "15")), ("at_most = 40", "at_most = 39"), ("At most 40", "39"))
    found = [said for said in one(file).findings if "'The whole dose, rounded up to units' fails" in said]
    assert len(found) == 1
    assert (
        'fails: expected status = within, allowed_units."q3w.dose" = 74, allowed_units."weekly.dose" = 30, found '
        "status = indeterminate, unknown_reasons = vial_rounding, allowed_units." in found[0]
    )


def test_one_worked_example_is_one(tmp_path: Path) -> None:
    text = POLICY_A.read_text(encoding="utf-8").replace(f'id = "{POLICY_A.stem}"', 'id = "mine"')
    file = tmp_path / "mine.toml"
    file.write_text("[[example.".join(text.split("[[example.")[:2]), encoding="utf-8")
    assert "nothing is wrong; its worked example holds." in checked_text([one(file)])


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
    said = "vial[1].mg: 0 is not possible; right would be at least 0.1 and at most 100000"
    assert [fault.split(", ", 2)[2] for fault in json.loads(out)[0]["faults"]] == [said]


def test_checking_is_fast() -> None:
    """Some 0.3 s of processor time beside Python's own start; the bound only catches what grows out of hand."""
    check([POLICY_A])

    def seconds() -> float:
        start = time.process_time()
        check([POLICY_A])
        return time.process_time() - start

    assert min(seconds() for _ in range(3)) < 2
