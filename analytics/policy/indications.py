"""Reading a version's indications: when a request is of one, and the criteria, length and regimens that it adds."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import combinations, product

from analytics.policy.criteria import rule
from analytics.policy.lengths import lengths
from analytics.policy.parts import Known
from analytics.policy.reader import Table, each, repeated, unique
from analytics.policy.rules import Criterion, Indication, Node, Rule, Test

#: How a tree is read: from the table that holds it under the key.
Reader = Callable[[Table, str], Node]
#: A test, and whether it must be met (else it must be known not to be).
Literal = tuple[Test, bool]
#: In so many ways a request may be of an indication: each is looked for by itself.
MOST_WAYS = 500


def indications(version: Table, known: Known, regimens: Iterable[str], read_tree: Reader) -> tuple[Indication, ...]:
    """The version's indications in the order of the file, in which a request picks the first that fits."""
    names = list(regimens)

    def read(table: Table) -> Indication:
        when = rule(table, known, "when")
        if when.children and (ways := n_ways(when)) > MOST_WAYS:
            right = f"{MOST_WAYS} at most: fewer tests, or indications of their own"
            table.fault("when", f"can be met in {ways} ways", right)
            when = replace(when, children=())
        elif when.children and not alternatives(when):
            table.fault("when", "asks that a test be met and not met", "tests that can hold together")
        allowed = table.texts("regimens")
        for name in allowed:
            if name not in names:
                table.unknown("regimens", name, "no regimen of the version", names, hint=f'"{name}"')
        return Indication(
            name=table.text("name"),
            label=table.text("label"),
            citation=known.citation(table),
            when=when,
            initial=read_tree(table, "initial"),
            renewal=read_tree(table, "renewal"),
            regimens=tuple(allowed),
            lengths=lengths(table, known),
        )

    found = each(version, "indication", read)
    unique(found, lambda indication: indication.name, version, "indication")
    return found


def alternatives(when: Rule) -> list[list[Literal]]:
    """The ways in which the rule is met, each a list of what must hold together."""
    return [list(way) for way in _ways(when, True)]


def _ways(thing: Rule | Test, wanted: bool) -> Iterator[tuple[Literal, ...]]:
    """The ways in which a test or rule is met, or is not met. Values are three, and none is guessed: what is unknown is
    neither, so that "not met" of a rule is "not met" of so many of its children, as each of them is known."""
    if isinstance(thing, Test):
        yield ((thing, wanted),)
        return
    for some in combinations(thing.children, _needed(thing, wanted)):
        for parts in product(*(list(_ways(child, _turned(thing, wanted))) for child in some)):
            way = tuple(dict.fromkeys(literal for part in parts for literal in part))
            if not any((test, not met) in way for test, met in way):
                yield way


def _turned(rule: Rule, wanted: bool) -> bool:
    """What is asked of a rule's children."""
    return wanted != (rule.operator == "none")


def _needed(rule: Rule, wanted: bool) -> int:
    """How many of a rule's children must be met (or not met, as `_turned` says) so that it is met, or is not met."""
    least = {"all": len(rule.children), "any": 1, "none": 1}.get(rule.operator, rule.needed)
    return least if _turned(rule, wanted) else len(rule.children) - least + 1


def n_ways(thing: Rule | Test, wanted: bool = True) -> int:
    """How many ways there are at most, without going through them."""
    if isinstance(thing, Test):
        return 1
    # Of so many children any, each in one of its ways: the products of so many counts, added up.
    sums = [1] + [0] * len(thing.children)
    for child in thing.children:
        count = n_ways(child, _turned(thing, wanted))
        for size in range(len(sums) - 1, 0, -1):
            sums[size] += sums[size - 1] * count
    return sums[_needed(thing, wanted)]


def with_listed(table: Table, key: str, tree: Node, found: tuple[Indication, ...]) -> Node:
    """The tree that all indications share: its criterion `listed` is met when one of them fits."""
    listed = [node for node in tree.children if node.criterion.is_listed]
    if not found:
        if any(node.criterion.is_listed for node in tree.walk()):
            table.fault(key, "has a criterion with listed = true", "one or more [[version.indication]] beside it")
        return tree
    if tree.operator != "all":
        table.fault(key, "is no all, and indications add to it what must be met as well", "{ id, all = […] }")
    if not listed:
        right = "one right below its root, which is not met where no indication fits"
        table.fault(key, "has no criterion with listed = true", right)
    for indication in found:
        own = indication.initial if key == "initial" else indication.renewal
        for twice in repeated(node.criterion.id for one in (tree, own) for node in one.walk()):
            said = f"'{twice}' stands in the tree of '{indication.name}' too"
            table.fault(key, said, "in one of the two", f'"{twice}"')
    fits = tuple(one.when.children[0] if _is_single(one.when) else one.when for one in found)
    children = tuple(
        replace(node, criterion=replace(node.criterion, rule=Rule("any", fits))) if node in listed else node
        for node in tree.children
    )
    return replace(tree, children=children)


def _is_single(rule: Rule) -> bool:
    """Whether a rule says what its only child says."""
    return len(rule.children) == 1 and rule.operator != "none"


def is_leaf(criterion: Criterion) -> bool:
    """Whether a criterion stands without others below it: it has a test, or says whether an indication fits."""
    return criterion.rule is not None or criterion.is_listed
