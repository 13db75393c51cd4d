"""`um policy diff`: what is stricter, looser, new or gone, between versions and between payers."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from analytics.policy import load_policies
from analytics.policy.load import FOLDER, load_policy
from analytics.policy.model import Policy, Version
from analytics.policy.rules import Rule, Test, TestValue
from analytics.workbench.diff import compare
from analytics.workbench.diff_kinds import Change
from tests.policies import FOLDER as INVENTED
from tests.policies import um

POLICY_A, POLICY_B = "ixempra-oncology-injectable", "emblemhealth-mg-mm-ph-153"
POLICIES = load_policies()


def against(tmp_path: Path, *changes: tuple[str, str], of: str = POLICY_A) -> list[Change]:
    """What differs between a shipped policy's latest version and the same with texts replaced."""
    text = (FOLDER / f"{of}.toml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    for beside in FOLDER.glob("*.csv"):
        (tmp_path / beside.name).write_bytes(beside.read_bytes())
    (tmp_path / f"{of}.toml").write_text(text[: text.index("# ---- Worked examples")], encoding="utf-8")
    one, other = POLICIES[of], load_policy(tmp_path / f"{of}.toml")
    return compare(one, one.versions[-1], other, other.versions[-1])


#: Old text, new text; effect, kind and sentence of the change. Turned around, the effect is the opposite.
CHANGES = [
    ("months = 12,", "months = 6,", "stricter", "changed", "An approval is for 6 months instead of 12 months."),
    ("months = 12,", "days = 180,", "stricter", "changed", "An approval is for 180 days instead of 12 months."),
    (
        "initial = {",
        'bsa_cap = { m2 = 2.0, citation = "Ixempra UM policy, x" }\ninitial = {',
        "stricter",
        "new",
        "Body surface area is capped at 2.0 m², and was not.",
    ),
    (
        "at_most = 40",
        "at_most = 37.5",
        "stricter",
        "changed",
        "In 'q3w', at most 37.5 mg/m² per administration instead of at most 40 mg/m² per administration.",
    ),
    (
        "at_most = 3\nwindow_days = 28",
        "at_most = 3\nwindow_days = 21",
        "looser",
        "changed",
        "In 'weekly', at most 3 administrations in 21 days instead of at most 3 administrations in 28 days.",
    ),
    (
        "at_most = 3\nwindow_days = 28",
        "at_most = 4\nwindow_days = 35",
        "depends",
        "changed",
        "In 'weekly', at most 4 administrations in 35 days instead of at most 3 administrations in 28 days.",
    ),
    (
        "at_most = 3\nwindow_days = 28",
        "at_most = 3\nwindow_days = 28\nadvisory = true",
        "looser",
        "changed",
        "In 'weekly', at most 3 administrations in 28 days (advisory) instead of at most 3 administrations in 28 days.",
    ),
    (
        'name = "weekly"',
        'name = "every week"',
        "stricter",
        "gone",
        "The regimen 'weekly' is gone: Up to three doses in each cycle of 28 days.",
    ),
    (
        "at_least = 18",
        "at_least = 21",
        "stricter",
        "changed",
        "'1.A' (Adult: at least 18 years old when the request was received): at least 21 instead of 18.",
    ),
    (
        'prefixes = ["C50"]',
        'prefixes = ["C50", "D05"]',
        "looser",
        "changed",
        "'1.indication' (The request's diagnosis code is a breast cancer code (C50)): D05… added.",
    ),
    (
        'prefixes = ["C50"]',
        'one_of = ["C50.911", "C50.912"]',
        "stricter",
        "changed",
        "'1.indication' (The request's diagnosis code is a breast cancer code (C50)): C50… taken out, "
        "but for 2 codes of it.",
    ),
    (
        '{ id = "1.B", any =',
        '{ id = "1.B", all =',
        "stricter",
        "changed",
        "'1.B': all of its criteria must be met instead of any.",
    ),
    (
        "mg_per_unit = 1",
        "mg_per_unit = 2",
        "depends",
        "changed",
        "One unit of J9207 is 2 mg instead of 1 mg.",
    ),
]


@pytest.mark.parametrize(("old", "new", "effect", "kind", "sentence"), CHANGES)
def test_change(tmp_path: Path, old: str, new: str, effect: str, kind: str, sentence: str) -> None:
    changes = against(tmp_path, (old, new))
    assert (effect, kind, sentence) in [(change.effect, change.kind, change.sentence) for change in changes]
    assert all(change.before_citation or change.after_citation for change in changes)


def test_a_branch_that_is_gone_is_told_once_and_in_whole() -> None:
    policy = POLICIES[POLICY_B]
    before, since = policy.versions
    forward = compare(policy, before, policy, since)
    assert [(change.area, change.effect, change.kind, change.id) for change in forward] == [
        ("criterion", "stricter", "gone", "I.1.A.iii")
    ]
    backward = compare(policy, since, policy, before)
    assert [(change.effect, change.kind, change.id) for change in backward] == [("looser", "new", "I.1.A.iii")]


def test_the_same_is_the_same() -> None:
    for policy in POLICIES.values():
        for version in policy.versions:
            assert compare(policy, version, policy, version) == []


def test_between_payers() -> None:
    a, b = POLICIES[POLICY_A], POLICIES[POLICY_B]
    changes = compare(a, a.versions[-1], b, b.versions[-1])
    told = {(change.area, change.kind, change.id): change.effect for change in changes}
    assert told[("length", "changed", "")] == "stricter"
    assert told[("cap", "new", "")] == "stricter"
    assert told[("regimen", "gone", "weekly")] == "stricter"
    assert told[("window", "new", "q3w.units")] == "stricter"
    assert told[("window", "changed", "q3w.frequency")] == "looser"
    assert told[("criterion", "gone", "1.A")] == "looser"
    assert told[("criterion", "new", "II.3")] == "stricter"
    assert told[("criterion", "changed", "I.1.A.dx_code")] == "depends"


# ---- Criteria put together in another way


def regrouped(tmp_path: Path, *changes: tuple[str, str]) -> tuple[Policy, Policy]:
    """An invented policy with three criteria, and the same with texts replaced in its versions."""
    text = (INVENTED / "invented-flat.toml").read_text(encoding="utf-8").replace('["1.A", "1.B", "1.C"]', FLAT)
    text = text[: text.index("[[example.")]
    made = []
    for folder, some in (("before", ()), ("after", changes)):
        for old, new in some:
            assert old in text, old
            text = text.replace(old, new)
        (tmp_path / folder).mkdir()
        file = tmp_path / folder / "invented-flat.toml"
        file.write_text(text, encoding="utf-8")
        made.append(load_policy(file))
    return made[0], made[1]


FLAT = '["1.A", "1.B", "1.C"]'
GATHER = '\n[criterion."1.X"]\nlabel = "One of two"\ncitation = "Policy, criteria"\n[[version]]'
#: What stands in place of the three criteria, and what is said of it in both directions.
GROUPS = [
    ('["1.A", { id = "1.X", any = ["1.B", "1.C"] }]', "looser", "'1.X': it takes 1.B or 1.C instead of 1.B and 1.C."),
    (
        '["1.A", { id = "1.X", at_least = 1, of = ["1.B", "1.C"] }]',
        "looser",
        "'1.X': it takes 1.B or 1.C instead of 1.B and 1.C.",
    ),
    (
        '["1.A", { id = "1.X", all = ["1.B", "1.C"] }]',
        "neutral",
        "Criteria are gathered under others than before, and ask together for the same.",
    ),
]


@pytest.mark.parametrize(("new", "effect", "sentence"), GROUPS)
def test_criteria_grouped_anew(tmp_path: Path, new: str, effect: str, sentence: str) -> None:
    one, other = regrouped(tmp_path, (FLAT, new), ("\n[[version]]", GATHER))
    found = compare(one, one.versions[0], other, other.versions[0])
    assert [(change.effect, change.sentence) for change in found] == [(effect, sentence)]
    (back,) = compare(other, other.versions[0], one, one.versions[0])
    assert back.effect == {"looser": "stricter", "neutral": "neutral"}[effect]


def test_criteria_grouped_anew_by_another_payer(tmp_path: Path) -> None:
    one, other = regrouped(tmp_path, (FLAT, GROUPS[0][0]), ("\n[[version]]", GATHER))
    found = compare(one, one.versions[0], replace(other, id="another"), other.versions[0])
    assert [(change.effect, change.sentence) for change in found] == [GROUPS[0][1:]]


def test_what_changes_for_initial_requests_alone_says_so() -> None:
    policy = POLICIES[POLICY_A]
    version = policy.versions[-1]
    fewer = replace(version.initial, children=version.initial.children[1:])
    (change,) = compare(policy, version, policy, replace(version, initial=fewer))
    assert change.sentence.startswith("For an initial request, '1.indication' is gone; it had to be met: ")
    (change,) = compare(policy, version, policy, replace(version, renewal=fewer))
    assert change.sentence.startswith("For a renewal, '1.indication' is gone; it had to be met: ")
    (change,) = compare(policy, version, policy, replace(version, initial=fewer, renewal=fewer))
    assert change.sentence.startswith("'1.indication' is gone; it had to be met: ")


def test_a_criterion_under_a_new_id_is_compared_with_the_one_whose_place_it_took() -> None:
    """A file names each criterion once, so a version that asks for another age has another id for it."""
    policy = POLICIES[POLICY_A]
    version = policy.versions[-1]
    place = next(n for n, each in enumerate(version.initial.children) if each.criterion.id == "1.A")

    def asking(*ages: tuple[str, int]) -> Version:
        leaf = version.initial.children[place]
        leaves = [
            replace(leaf, criterion=replace(leaf.criterion, id=name, label="An age", rule=Rule("all", (test,))))
            for name, years in ages
            for test in (Test("age_years", "at_least", Decimal(years), (), None),)
        ]
        children = (*version.initial.children[:place], *leaves, *version.initial.children[place + 1 :])
        tree = replace(version.initial, children=children)
        return replace(version, initial=tree, renewal=tree)

    def told(one: Version, other: Version) -> list[tuple[str, str]]:
        return [(change.effect, change.sentence) for change in compare(policy, one, policy, other)]

    old, new, renamed = asking(("1.A", 18)), asking(("1.A.new", 16)), asking(("1.X", 18))
    assert told(old, new) == [("looser", "'1.A.new' in place of '1.A' (An age): at least 16 instead of 18.")]
    assert told(new, old) == [("stricter", "'1.A' in place of '1.A.new' (An age): at least 18 instead of 16.")]
    assert told(old, renamed) == [("neutral", "'1.X' in place of '1.A' asks for the same.")]
    # Of two that ask for the same facts nobody knows which took its place.
    both = [sentence for _, sentence in told(old, asking(("1.Y", 16), ("1.Z", 20)))]
    assert len(both) == 3 and not any("in place of" in sentence for sentence in both)


def test_a_test_below_a_none_is_turned() -> None:
    """More codes of what must not be are stricter, wherever the none stands."""
    policy = POLICIES[POLICY_A]
    version = policy.versions[-1]

    def barred(*codes: str) -> Version:
        test = Test("diagnosis_code", "one_of", None, tuple(TestValue(code, True, 1) for code in codes), None)
        rule = Rule("all", (Rule("none", (test,)),))
        first, *others = version.initial.children
        first = replace(first, criterion=replace(first.criterion, rule=rule))
        return replace(version, initial=replace(version.initial, children=(first, *others)))

    found = compare(policy, barred("C50"), policy, barred("C50", "D05"))
    assert [(change.effect, change.kind) for change in found] == [("stricter", "changed")]


def test_what_nothing_names_is_told_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a comparison has a hole, nobody reads that nothing differs."""
    one = POLICIES[POLICY_B]
    monkeypatch.setattr("analytics.workbench.diff.compare_products", lambda _: iter(()))
    other = replace(one, vials=one.vials[1:])
    (change,) = compare(one, one.versions[-1], other, other.versions[-1])
    assert change.sentence == "Something else that decides differs, in vials: both files tell more."
    # What is said of one fact says nothing of another.
    one = POLICIES[POLICY_A]
    monkeypatch.setattr("analytics.workbench.diff_answers._ages", lambda _: iter(()))
    other = replace(one, ages=(), implications=one.implications[1:])
    said = [change.sentence for change in compare(one, one.versions[-1], other, other.versions[-1])]
    assert len(said) == 2 and said[1] == "Something else that decides differs, in ages: both files tell more."


def test_a_draft_of_the_same_id_is_named_by_its_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    against(tmp_path, ("months = 12,", "months = 6,"))
    draft = tmp_path / f"{POLICY_A}.toml"
    _, out, _ = um(capsys, "policy", "diff", POLICY_A, str(draft))
    version = POLICIES[POLICY_A].versions[-1].name
    assert out.startswith(f"From {POLICY_A}, version {version}\n  to {POLICY_A}, version {version} of {draft}\n")


def test_command(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = um(capsys, "policy", "diff", f"{POLICY_B}@2019-07-15", "@2024-02-16")
    assert code == 0
    assert "Stricter" in out and "'I.1.A.iii' is gone; it was one of the ways" in out
    code, out, _ = um(capsys, "policy", "diff", POLICY_A, POLICY_B, "--format", "json")
    records = json.loads(out)
    assert code == 0 and {"area", "effect", "kind", "id", "sentence", "before_citation", "after_citation"} == set(
        records[0]
    )
    code, out, _ = um(capsys, "policy", "diff", POLICY_A, POLICY_A)
    assert code == 0 and "Nothing that decides differs" in out
