"""Each part of the policy language on a policy of an invented drug: its worked examples, and the slow twin."""

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest

from analytics.policy import load as loading
from analytics.policy.load import load_policy
from analytics.policy.model import CriteriaExample
from analytics.policy.rules import Node
from analytics.results import RESULTS
from analytics.workbench import trial
from analytics.workbench.check import check
from analytics.workbench.logic import unreachable
from tests.policies import FOLDER
from tests.reference import criteria as twin
from tests.reference import extracts, policies
from tests.reference.policies import Node as TwinNode
from tests.reference.twin import compute
from tests.support import claim, differences, open_study, opened, write_extract

FILES = sorted(FOLDER.glob("*.toml"))
SOME_OF = FOLDER / "invented-some-of.toml"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_invented_policy_is_sound_and_its_examples_hold(file: Path) -> None:
    checked = check([file])[0]
    assert checked.faults + checked.findings + checked.notes == []


def of_twin(node: Node) -> TwinNode:
    """A tree as the twin has it."""
    children = tuple(of_twin(child) for child in node.children)
    return TwinNode(node.criterion.id, node.operator or "leaf", children, needed=node.needed)


def test_at_least_is_what_the_twin_says_for_every_record() -> None:
    policy = load_policy(SOME_OF)
    tree = next(node for node in policy.versions[0].initial.walk() if node.operator == "at_least")
    leaves = [child.criterion.id for child in tree.children]
    examples, expected = [], []
    for said in product(("met", "not_met", "not_documented"), repeat=len(leaves)):
        record = dict(zip(leaves, said, strict=True))
        values, _ = twin.reviewed(policies.POLICIES[policies.A], of_twin(tree), record, set(record))
        expected.append(twin.WORDS[values[tree.criterion.id]])
        asked = {tree.criterion.id: expected[-1]}
        examples.append(CriteriaExample(str(said), date(2024, 1, 1), "initial", {}, record, {}, asked, ()))  # type: ignore[arg-type]
    assert {word: expected.count(word) for word in set(expected)} == {"met": 7, "not_met": 7, "unknown": 13}
    _, told = trial.run(replace(policy, criteria_examples=tuple(examples)))
    assert [each.difference() for each in told] == [""] * len(examples)


def test_at_least_out_of_reach_is_found(tmp_path: Path) -> None:
    text = SOME_OF.read_text(encoding="utf-8")
    file = tmp_path / SOME_OF.name
    file.write_text(text.replace('"1.D", at_least = 2', '"1.D", at_least = 4'), encoding="utf-8")
    fault = check([file])[0].faults[0]
    assert "initial.all[4].at_least: 4 of 3 are not possible; right would be 3 at most" in fault
    file.write_text(text.replace('"1.D", at_least = 2, of', '"1.D", of'), encoding="utf-8")
    assert "at_least: is missing, and goes with of; right would be how many" in check([file])[0].faults[0]


def test_a_branch_of_at_least_that_can_not_be_met(tmp_path: Path) -> None:
    text = SOME_OF.read_text(encoding="utf-8").replace(
        'test = { fact = "new_lesions", one_of = ["yes"] }', 'test = { fact = "specialist_involved", one_of = ["no"] }'
    )
    (tmp_path / SOME_OF.name).write_text(text, encoding="utf-8")
    policy = load_policy(tmp_path / SOME_OF.name)
    assert unreachable(policy, policy.versions[0].initial) == ["1.D.ii"]


#: What is changed in the first regimen of policy A: its text, and the same by hand.
CHANGES = {
    "flat": ("at_most = 40\n", 'at_most = 75\nper = "flat"\n', {"amount": Decimal(75), "per": "flat"}),
    "per kg": ("at_most = 40\n", 'at_most = 1.1\nper = "kg"\n', {"amount": Decimal("1.1"), "per": "kg"}),
    "whole units": ("at_most = 40\n", 'at_most = 40\nrounding = { to = "whole_unit" }\n', {"round_to": "whole_unit"}),
    "whole vials": (
        "at_most = 40\n",
        'at_most = 30\nrounding = { to = "whole_vial" }\n',
        {"amount": Decimal(30), "round_to": "whole_vial"},
    ),
    "first doses": (
        "at_most = 40\n",
        "at_most = 20\ndoses = { from = 2, to = 4 }\n",
        {"amount": Decimal(20), "doses": (2, 4)},
    ),
    "per authorization": (
        'kind = "frequency"\nat_most = 1\nwindow_days = 21\n',
        'kind = "frequency"\nat_most = 2\nspan = "authorization"\n',
        {"amount": Decimal(2), "span": "authorization", "window": 0},
    ),
    "lifetime": (
        'kind = "frequency"\nat_most = 1\nwindow_days = 21\n',
        'kind = "units"\nat_most = 150\nspan = "lifetime"\n',
        {"kind": "units", "amount": Decimal(150), "span": "lifetime", "window": 0},
    ),
    "cycles, greedy": (
        "at_most = 1\nwindow_days = 21\n",
        'at_most = 1\nwindow_days = 28\ncycles = "greedy"\n',
        {"window": 28, "cycles": "greedy"},
    ),
    "cycles from the first dose": (
        'kind = "frequency"\nat_most = 1\nwindow_days = 21\n',
        'kind = "units"\nat_most = 90\nwindow_days = 21\ncycles = "first_dose"\n',
        {"kind": "units", "amount": Decimal(90), "cycles": "first_dose"},
    ),
    "cycles of an authorization": (
        "at_most = 1\nwindow_days = 21\n",
        'at_most = 2\nwindow_days = 30\ncycles = "authorization"\n',
        {"amount": Decimal(2), "window": 30, "cycles": "authorization"},
    ),
    "percent": (
        "at_most = 40\n",
        "at_most = 36\nrounding = { percent = 10 }\n",
        {"amount": Decimal(36), "percent": 10},
    ),
}


#: Extracts in which cycles are kept, exceeded, and not known where they begin; and two others.
SEEDS = [(change, seed) for change in CHANGES for seed in ((3, 6) if "cycles" in change else (0, 1))]


@pytest.mark.parametrize(("change", "seed"), SEEDS)
def test_limits_are_what_the_twin_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str, seed: int) -> None:
    """Policy A with another dose limit in its first regimen, on random messy extracts."""
    old, new, by_hand = CHANGES[change]
    text = (loading.FOLDER / f"{policies.A}.toml").read_text(encoding="utf-8")
    text = text[: text.index("# ---- Worked examples")].replace(f'id = "{policies.A}"', 'id = "mine"')
    assert old in text
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "mine.toml").write_text(text.replace(old, new), encoding="utf-8")
    whole = policies.POLICIES[policies.A]
    version = whole.versions[0]
    dose, frequency = version.regimens["q3w"]
    is_over_time = bool(by_hand.keys() & {"span", "cycles"})
    limits = (dose, replace(frequency, **by_hand)) if is_over_time else (replace(dose, **by_hand), frequency)
    # A course ends 60 days after the longest cycle, which is 21 days.
    changed = replace(version, regimens={**version.regimens, "q3w": limits}, course_days=81)
    monkeypatch.setitem(policies.POLICIES, "mine", replace(whole, id="mine", versions=(changed,)))
    case = extracts.random_case(random.Random(seed), 8)
    payers = {payer: "mine" if chosen == policies.A else chosen for payer, chosen in case.policies.items()}
    config = "[policies]\n" + "".join(f'"{payer}" = "{chosen}"\n' for payer, chosen in payers.items())
    expected = compute(case.tables, as_of=case.as_of, policies=payers)
    data = write_extract(tmp_path / "data", case.tables, config)
    with open_study(data, as_of=case.as_of, policies=tmp_path / "own") as study:
        for name in ("administration", "limit_result", "dosing_summary", "dosing_sensitivity"):
            ours = study.frame(name).to_dicts()
            assert any(row["policy_id"] == "mine" for row in ours)
            assert differences(name, RESULTS[name].key, ours, expected.tables[name]) == []


def test_a_course_that_may_have_begun_before_the_extract(tmp_path: Path) -> None:
    """The first dose seen may be a later one: whether limits on some doses are broken, is open."""
    doses = {"2024-01-01": "40", "2024-01-15": "30", "2024-01-29": "31", "2024-02-12": "30", "2024-03-10": "41"}
    told = {}
    for person, beginning in (("seen", "2023-10-08"), ("hidden", "2023-10-09")):
        rows = [claim(person_id="P0", payer="nobody's", hcpcs_code="J0000", claim_line_start_date=beginning)]
        rows += [
            claim(
                claim_id=day,
                person_id=person,
                payer="Phase Health",
                hcpcs_code="J7777",
                claim_line_start_date=day,
                service_unit_quantity=units,
                hcpcs_modifier_1="JZ",
            )
            for day, units in doses.items()
        ]
        weight = {"person_id": person, "observation_date": "2024-01-01", "source_code": "29463-7", "result": "50"}
        tables = {"medical_claim": rows, "authorization": [], "observation": [weight]}
        with opened(tmp_path / person, tables, policies=FOLDER) as study:
            told[person] = [
                (row["status"], row["breach_kind"], row["unknown_reasons"])
                for row in study.administration.sort("administered_on").to_dicts()
            ]
    over, unknown = ("exceeds", "over_dose", []), ("indeterminate", None, ["course_unknown"])
    extra = ("exceeds", "extra", [])
    # From the second dose seen on the loading dose is over, and from the fourth on its intervals are.
    assert told["seen"] == [("within", None, []), ("within", None, []), over, extra, over]
    assert told["hidden"] == [unknown, unknown, over, extra, over]
