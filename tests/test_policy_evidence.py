"""What else answers a question: faults of its tables, what is said of it, and what a change of it does."""

from pathlib import Path

import pytest

from analytics.policy.load import load_policy, read_policy
from analytics.workbench.diff import compare
from analytics.workbench.logic import unreachable
from tests.policies import FOLDER


def changed(tmp_path: Path, stem: str, *changes: tuple[str, str]) -> Path:
    """An invented policy's file with texts replaced."""
    text = (FOLDER / f"{stem}.toml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    file = tmp_path / f"{stem}.toml"
    file.write_text(text, encoding="utf-8")
    return file


def faults(tmp_path: Path, stem: str, *changes: tuple[str, str]) -> list[str]:
    return read_policy(changed(tmp_path, stem, *changes))[0].messages()


#: Old text, new text, and what is said of it.
LAB_FAULTS = [
    (
        'value = "result"\nunit = "g/dL"\n',
        'value = "result"\n',
        "lab[1].unit: is missing, and goes with value = result",
    ),
    (
        'value = "result"\nunit = "10',
        'unit = "10',
        "lab[3].unit: is of a multiple of the upper limit, which has no unit",
    ),
    ('"upper_limit_multiple"', '"upper_limit_multiple"\nunit = "1"', "lab[4].unit: doesn't go with value"),
    ('unit = "g/L"', 'unit = "G/DL"', "lab[1].conversion: 'g/dl' is given twice; right would be one factor a unit"),
    ("factor = 0.1", "factor = 0", "factor: 0 is not possible; right would be above 0"),
    ('loinc = "20509-6"', 'loinc = "718-7"', "lab: two give hemoglobin by 718-7; right would be one"),
    ('fact = "platelets"\nloinc', 'fact = "hemoglobin"\nloinc', "'hemoglobin' is in g/dL by 718-7 and in 10*3/uL by"),
    ('{ loinc = "718-7", days_before = 13', '{ loinc = "718-8", days_before = 13', "718-8' has a last digit"),
    ("below = 10", 'below = 10, above = 3, one_of = ["x"]', "'hemoglobin' is compared in no way or in two"),
]


@pytest.mark.parametrize(("old", "new", "said"), LAB_FAULTS, ids=lambda text: text[:20])
def test_faults_of_labs(tmp_path: Path, old: str, new: str, said: str) -> None:
    found = faults(tmp_path, "invented-labs", (old, new))
    assert any(said in message for message in found), found


def test_what_a_change_of_a_lab_does(tmp_path: Path) -> None:
    one = load_policy(FOLDER / "invented-labs.toml")
    edits = [
        ("days = 30", "days = 60"),
        ('conversion = [{ unit = "g/L", factor = 0.1 }]\n', ""),
        ("below = 10", "below = 11"),
    ]
    other = load_policy(changed(tmp_path, "invented-labs", *edits))
    found = {(change.effect, change.sentence) for change in compare(one, one.versions[0], other, other.versions[0])}
    assert found == {
        ("looser", "Results for 'platelets' may be 60 days old instead of 30."),
        ("depends", "Results for 'hemoglobin' are looked at in g/dL instead of g/dL or g/L."),
        ("looser", "'1.A' (Hemoglobin below 10 g/dL): below 11 instead of 10."),
    }


@pytest.mark.parametrize(
    ("first", "second", "is_possible"),
    [
        ("above = 10", "at_most = 10", False),
        ("at_least = 10", "at_most = 10", True),
        ("at_least = 10", "below = 10", False),
        ("above = 10", "below = 10.1", True),
    ],
)
def test_bounds_that_exclude_each_other(tmp_path: Path, first: str, second: str, is_possible: bool) -> None:
    both = f'{{ all = [{{ fact = "hemoglobin", {first} }}, {{ fact = "hemoglobin", {second} }}] }}'
    file = changed(tmp_path, "invented-labs", ('{ fact = "hemoglobin", below = 10 }', both))
    policy = load_policy(file)
    assert (unreachable(policy, policy.versions[0].initial) == []) == is_possible
