"""`um policy diff` at random: nothing that decides goes untold, and what is called stricter or looser is so."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from itertools import product
from random import Random
from typing import Any

import pytest

from analytics.policy import load_policies
from analytics.policy.dosing import Limit
from analytics.policy.load import load_policy
from analytics.policy.model import Policy
from analytics.policy.rules import Criterion, Node, Operator, Rule, Test, TestValue
from analytics.workbench.diff import compare
from analytics.workbench.diff_criteria import compare_trees
from analytics.workbench.diff_limits import limit_effect
from analytics.workbench.diff_rules import effect
from tests.policies import FOLDER

FILES = sorted(FOLDER.glob("*.toml"))
BASE = load_policy(FOLDER / "invented-renewals.toml")
LETTERS = "ABCDEFGH"

# ---- Trees


def leaf(letter: str) -> Node:
    test = Test(f"asks_{letter}", "one_of", None, (TestValue("yes", False, 1),), None)
    return Node(Criterion(letter, letter, "Policy, 1", Rule("all", (test,)), False, False, None), None, ())


def inner(name: str, operator: Operator, children: tuple[Node, ...], needed: int = 0) -> Node:
    return Node(Criterion(name, name, "Policy, 1", None, False, False, None), operator, children, needed)


def random_tree(random: Random, letters: list[str], depth: int = 0) -> Node:
    """A tree over these leaves in which inner nodes have one of a few names, each once."""
    names = iter(random.sample([f"x{number}" for number in range(9)], 9))

    def grown(some: list[str], is_root: bool) -> Node:
        if len(some) == 1 and not is_root:
            return leaf(some[0])
        cuts = sorted(random.sample(range(1, len(some)), random.randint(0 if is_root else 1, len(some) - 1)))
        groups = [some[start:end] for start, end in zip([0, *cuts], [*cuts, len(some)], strict=True)]
        children = tuple(grown(group, False) for group in groups)
        operator = random.choice(("all", "any", "at_least"))
        needed = random.randint(1, len(children)) if operator == "at_least" else 0
        return inner("1" if is_root else next(names), operator, children, needed)  # type: ignore[arg-type]

    letters = random.sample(letters, len(letters))
    if len(letters) == 1:
        return inner("1", "all", (leaf(letters[0]),))
    cut = random.randint(1, len(letters))
    root = grown(letters[:cut], True)
    return root if cut == len(letters) else replace(root, children=(*root.children, *map(leaf, letters[cut:])))


def met(node: Node, values: Mapping[str, int]) -> int:
    if not node.children:
        return values[node.criterion.label]
    found = sorted((met(child, values) for child in node.children), reverse=True)
    return found[{"all": len(found), "any": 1}.get(str(node.operator), node.needed) - 1]


def asked(one: Node, other: Node) -> set[int]:
    """1 where the second tree is met by more, -1 where by less, of all values of all leaves."""
    names = sorted({node.criterion.label for tree in (one, other) for node in tree.walk() if not node.children})
    found = set()
    for values in product((-1, 1), repeat=len(names)):
        facts = dict(zip(names, values, strict=True))
        found.add((met(other, facts) > met(one, facts)) - (met(other, facts) < met(one, facts)))
    return found - {0}


def renamed(random: Random, node: Node) -> Node:
    """Some leaves under other ids, asking for the same."""
    if not node.children:
        name = node.criterion.id + ("*" if random.random() < 0.3 else "")
        return replace(node, criterion=replace(node.criterion, id=name))
    return replace(node, children=tuple(renamed(random, child) for child in node.children))


@pytest.mark.parametrize(("is_same_policy", "is_renamed"), [(True, False), (True, True), (False, False)])
def test_trees(is_same_policy: bool, is_renamed: bool) -> None:
    """What is said of two trees is borne out by every value of their leaves."""
    random = Random(6)
    kinds, replaced = set(), 0
    version = BASE.versions[-1]
    for _ in range(400):
        letters = random.sample(LETTERS, random.randint(1, 5))
        fewer = [letter for letter in letters if random.random() < 0.8] or letters
        more = random.sample([letter for letter in LETTERS if letter not in letters], random.choice((0, 0, 1)))
        one, other = random_tree(random, letters), random_tree(random, [*fewer, *more])
        other = renamed(random, other) if is_renamed else other
        another = BASE if is_same_policy else replace(BASE, id="another")
        changes = list(
            compare_trees(
                BASE,
                replace(version, initial=one, renewal=one),
                another,
                replace(version, initial=other, renewal=other),
            )
        )
        truth, said = asked(one, other), {change.effect for change in changes} - {"neutral"}
        case = (one, other, [change.sentence for change in changes])
        assert said or not truth, case
        assert not said <= {"stricter"} or truth <= {-1}, case
        assert not said <= {"looser"} or truth <= {1}, case
        if letters == fewer and not more:
            kinds.add(tuple(sorted(truth)))
            # A leaf that has another id and another place is gone, and new.
            assert truth or not said or is_renamed, case
            replaced += any("in place of" in change.sentence for change in changes)
    assert is_same_policy is False or len(kinds) == 4
    assert (replaced > 20) is is_renamed, replaced


# ---- Rules


def random_rule(random: Random, depth: int = 0) -> Rule:
    def child() -> Rule | Test:
        if depth < 2 and random.random() < 0.3:
            return random_rule(random, depth + 1)
        if random.random() < 0.4:
            bound = random.choice(("at_least", "at_most", "above", "below"))
            return Test("number", bound, Decimal(random.randint(1, 3)), (), None)  # type: ignore[arg-type]
        codes = random.sample(("C50", "C50.1", "C50.9", "C51", "D05"), random.randint(1, 2))
        values = tuple(TestValue(code, random.random() < 0.5, random.choice((0, 1, 1))) for code in codes)  # type: ignore[arg-type]
        return Test("diagnosis_code", "one_of", None, values, None)

    children = tuple(child() for _ in range(random.randint(1, 3)))
    operator: Operator = random.choice(("all", "any", "none", "at_least"))
    return Rule(operator, children, random.randint(1, len(children)) if operator == "at_least" else 0)


def outcome(thing: Rule | Test, number: float | None, code: str | None) -> int:
    """1 met, 0 unknown, -1 not met."""
    if isinstance(thing, Rule):
        found = sorted((outcome(child, number, code) for child in thing.children), reverse=True)
        return {"all": found[-1], "any": found[0], "none": -found[0]}.get(thing.operator, found[thing.needed - 1])
    if thing.number is not None:
        if number is None:
            return 0
        bound = float(thing.number)
        is_met = {"at_least": number >= bound, "at_most": number <= bound, "above": number > bound}
        return 1 if is_met.get(thing.comparison, number < bound) else -1
    if code is None:
        return 0
    named = [v for v in thing.values if code.startswith(v.value) if v.is_prefix or code == v.value]
    return max((value.result for value in named), default=-1)


def test_rules() -> None:
    """Stricter, looser or the same: so it is for every number and code."""
    random = Random(7)
    numbers = [None, *(half / 2 for half in range(10))]
    codes = [None, "A00", "C50", "C50.1", "C50.11", "C50.9", "C50.91", "C50.8", "C51", "C51.0", "D05", "D05.1"]
    seen = set()
    for _ in range(200):
        one, other = random_rule(random), random_rule(random)
        signs = set()
        for number, code in product(numbers, codes):
            now, was = outcome(other, number, code), outcome(one, number, code)
            signs.add((now > was) - (now < was))
        signs -= {0}
        truth = None if not signs else "depends" if len(signs) > 1 else "looser" if signs == {1} else "stricter"
        said = effect((), one, other)
        assert said == truth, (one.describe(), other.describe())
        seen.add(said)
    assert seen >= {"stricter", "looser", "depends"}


# ---- Everything that decides

#: Fields that decide nothing by themselves, and questions: those that nobody asks any more are no change.
SILENT = {"is_heading", "is_listed", "flags", "questions", "code_lists", "criteria", "notes", "revisions", "documents"}
SILENT |= {"dosing_examples", "criteria_examples", "payers", "effective_from", "effective_until", "label", "versions"}


def is_unread(thing: Any, name: str) -> bool:
    """Whether the field of such an object can't be set in a file, or says nothing."""
    return (
        name in SILENT
        or (name == "needed" and thing.operator != "at_least")
        or (name == "grace_days" and (thing.window_days is None or thing.cycles is not None))
        or (name == "at_most" and bool(thing.places))
        or (isinstance(thing, Criterion) and (thing.rule is None or thing.is_listed))
    )


def mutated(thing: Any) -> Iterator[Any]:
    """The same with one number, yes or no, or item changed, anywhere in it."""
    if isinstance(thing, bool):
        yield not thing
    elif isinstance(thing, int | Decimal):
        yield thing + 1
    elif isinstance(thing, tuple):
        for place, item in enumerate(thing):
            if len(thing) > 1 and not isinstance(item, str):
                yield (*thing[:place], *thing[place + 1 :])
            for other in mutated(item):
                yield (*thing[:place], other, *thing[place + 1 :])
    elif isinstance(thing, Mapping):
        for key, item in thing.items():
            for other in mutated(item):
                yield {**thing, key: other}
    elif is_dataclass(thing) and not isinstance(thing, type):
        for field in fields(thing):
            for other in () if is_unread(thing, field.name) else mutated(getattr(thing, field.name)):
                yield replace(thing, **{field.name: other})


def mutants(policy: Policy) -> Iterator[Policy]:
    """The policy with one thing that decides changed, in its first version or in what answers its questions."""
    yield from mutated(policy)
    for name in ("ages", "days_since", "labs", "resistances", "prior_therapies", "implications"):
        if len(getattr(policy, name)) == 1:
            yield replace(policy, **{name: ()})
    first, *later = policy.versions
    for version in mutated(first):
        yield replace(policy, versions=(version, *later))
    for place in range(len(first.indications) - 1):
        one, other = first.indications[place : place + 2]
        order = (*first.indications[:place], other, one, *first.indications[place + 2 :])
        yield replace(policy, versions=(replace(first, indications=order), *later))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_everything_that_decides_is_told(file: Any) -> None:
    policy = load_policy(file)
    some = list(mutants(policy))
    for other in Random(8).sample(some, min(len(some), 50)):
        for a, b in ((policy, other), (other, policy)):
            found = compare(a, a.versions[0], b, b.versions[0])
            assert found and all(each.area != "rest" for each in found), _difference(policy, other)


def _difference(one: Any, other: Any) -> str:
    """Where two policies differ, for a message."""
    if is_dataclass(one) and type(one) is type(other) and not isinstance(one, type):
        names = [field.name for field in fields(one)]
        return "; ".join(
            f"{name}: {_difference(getattr(one, name), getattr(other, name))}"
            for name in names
            if getattr(one, name) != getattr(other, name)
        )
    if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        return ", ".join(_difference(a, b) for a, b in zip(one, other, strict=True) if a != b)
    return f"{one} became {other}"


def test_shipped_policies_under_another_name_are_the_same() -> None:
    """What two payers ask alike is told as the same, whatever they call it."""
    for policy in [*load_policies().values(), *map(load_policy, FILES)]:
        for version in policy.versions:
            found = compare(policy, version, replace(policy, id="another"), version)
            assert found == [], (policy.id, found)


# ---- Limits over time


def kept(limit: Limit, days: list[int]) -> list[bool]:
    """Whether each of these days of administrations keeps a frequency limit, days of grace taken off its window."""
    window = limit.window_days or 0
    found, begins = [], days[0]
    for place, day in enumerate(days):
        if limit.span is not None:
            since = days[0]
        elif limit.cycles is None:
            since = day - window + 1
        elif limit.cycles == "greedy":
            begins = day if day >= begins + window else begins
            since = begins
        else:
            since = days[0] + (day - days[0]) // window * window
        found.append(sum(since <= other <= day for other in days[: place + 1]) <= limit.at_most)
    return found


def random_limit(random: Random) -> Limit:
    span = "lifetime" if random.random() < 0.1 else None
    cycles = None if span else random.choice((None, "greedy", "first_dose"))
    window = None if span else random.randint(2, 9)
    most, advisory = Decimal(random.randint(1, 3)), random.random() < 0.1
    return Limit("x", "frequency", most, window, advisory, "", "", span=span, cycles=cycles)  # type: ignore[arg-type]


def test_limits() -> None:
    """No administration keeps a stricter limit and not the one before, nor the reverse of a looser one."""
    random = Random(9)
    seen = set()
    histories = [sorted(random.sample(range(25), random.randint(2, 9))) for _ in range(60)]
    for _ in range(500):
        one, other = random_limit(random), random_limit(random)
        said = limit_effect(one, other)
        seen.add(said)
        for days in histories:
            was, now = ([True] * len(days) if limit.advisory else kept(limit, days) for limit in (one, other))
            if said in ("stricter", "neutral"):
                assert all(a >= b for a, b in zip(was, now, strict=True)), (one, other, days)
            if said in ("looser", "neutral"):
                assert all(a <= b for a, b in zip(was, now, strict=True)), (one, other, days)
    assert seen == {"stricter", "looser", "depends", "neutral"}
