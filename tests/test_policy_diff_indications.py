"""`um policy diff` of random indications: what is called stricter or looser is so for every request."""

from dataclasses import replace
from itertools import product
from random import Random

from analytics.policy.load import load_policy
from analytics.policy.model import Version
from analytics.policy.rules import Indication, Node, Rule, Test, TestValue
from analytics.workbench.diff import compare
from tests.policies import FOLDER
from tests.test_policy_diff_random import inner, leaf

POLICY = load_policy(FOLDER / "invented-indications.toml")
CODES = ("C50", "C51", "D05")
#: Values of what indications and criteria ask; one answered criterion is asked of all.
FACTS = [
    {"diagnosis_code": code, "asks_A": "yes", **dict(zip(("asks_B", "asks_C", "asks_S"), some, strict=True))}
    for code in (None, *CODES, "Z00")
    for some in product((None, "yes", "no"), repeat=3)
]


def random_when(random: Random) -> Rule:
    def test() -> Rule | Test:
        if random.random() < 0.3:
            rule = leaf("S").criterion.rule
            assert rule is not None
            return rule.children[0]
        some = random.sample(CODES, random.randint(1, 2))
        return Test("diagnosis_code", "one_of", None, tuple(TestValue(code, True, 1) for code in some), None)

    return Rule(random.choice(("all", "any")), tuple(test() for _ in range(random.choice((1, 1, 2)))))


def random_tree(random: Random, name: str) -> Node:
    leaves = tuple(map(leaf, random.sample("BC", random.randint(1, 2))))
    return inner(f"tree of {name}", random.choice(("all", "any")), leaves)


def random_indication(random: Random, name: str) -> Indication:
    tree = random_tree(random, name)
    return Indication(name, name, "Policy, 1", random_when(random), tree, tree, (), {})


def changed(random: Random, some: tuple[Indication, ...]) -> tuple[Indication, ...]:
    """One of them gone, new, elsewhere, picked by other tests or with other criteria."""
    found, place = list(some), random.randrange(len(some))
    how = random.choice(("order", "gone", "new", "when", "tree"))
    if how == "order":
        random.shuffle(found)
    elif how == "gone" and len(found) > 1:
        found.pop(place)
    elif how == "new":
        found.insert(random.randint(0, len(found)), random_indication(random, f"new {len(found)}"))
    elif how == "when":
        found[place] = replace(found[place], when=random_when(random))
    elif how == "tree":
        tree = random_tree(random, found[place].name)
        found[place] = replace(found[place], initial=tree, renewal=tree)
    return tuple(found)


def version(some: tuple[Indication, ...]) -> Version:
    fits = replace(POLICY.criteria["1.listed"], rule=Rule("any", tuple(one.when for one in some)))
    tree = inner("1", "all", (Node(fits, None, ()), leaf("A")))
    return replace(POLICY.versions[0], initial=tree, renewal=tree, indications=some)


def value(thing: Node | Rule | Test, facts: dict[str, str | None]) -> int:
    """1 met, 0 unknown, -1 not met."""
    if isinstance(thing, Test):
        fact = facts[thing.fact]
        return 0 if fact is None else 1 if any(fact == each.value for each in thing.values) else -1
    if isinstance(thing, Node) and thing.criterion.rule is not None:
        return value(thing.criterion.rule, facts)
    found = [value(child, facts) for child in thing.children]
    return min(found) if thing.operator == "all" else max(found)


def is_met(of: Version, facts: dict[str, str | None]) -> bool:
    picked = next((one for one in of.indications if value(one.when, facts) == 1), None)
    return value(of.tree("initial", picked), facts) == 1


def test_indications() -> None:
    random = Random(3)
    seen = set()
    for _ in range(150):
        some = tuple(random_indication(random, f"indication {number}") for number in range(random.randint(1, 3)))
        others = changed(random, some)
        if random.random() < 0.4:
            others = changed(random, others)
        one, other = version(some), version(others)
        truth = {is_met(other, facts) - is_met(one, facts) for facts in FACTS} - {0}
        changes = compare(POLICY, one, POLICY, other)
        said = {change.effect for change in changes} - {"neutral"}
        case = (some, others, [change.sentence for change in changes])
        assert said or not truth, case
        assert said != {"stricter"} or truth <= {-1}, case
        assert said != {"looser"} or truth <= {1}, case
        seen.add(frozenset(said))
    assert seen >= {frozenset({"stricter"}), frozenset({"looser"}), frozenset({"depends"}), frozenset()}
