"""Reading a version's indications: when a request is of one, and the criteria, length and regimens that it adds."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from analytics.policy.criteria import rule
from analytics.policy.lengths import lengths
from analytics.policy.parts import Known
from analytics.policy.reader import Table, each, repeated, unique
from analytics.policy.rules import Criterion, Indication, Node, Rule, Test

#: How a tree is read: from the table that holds it under the key.
Reader = Callable[[Table, str], Node]


def indications(version: Table, known: Known, regimens: Iterable[str], read_tree: Reader) -> tuple[Indication, ...]:
    """The version's indications in the order of the file, in which a request picks the first that fits."""
    names = list(regimens)

    def read(table: Table) -> Indication:
        when = rule(table, known, "when")
        if when.children and alternatives(when) is None:
            right = "a test, tests under any or all, or any over such"
            table.fault("when", "is more than a choice by codes and answers", right)
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


def alternatives(when: Rule) -> list[list[Test]] | None:
    """The tests that must hold together, one list for each way in which the rule is met; none where there is more."""
    if when.operator == "all" and all(isinstance(child, Test) for child in when.children):
        return [[child for child in when.children if isinstance(child, Test)]]
    if when.operator != "any":
        return None
    found = []
    for child in when.children:
        inner = [[child]] if isinstance(child, Test) else alternatives(child) if child.operator == "all" else None
        if inner is None:
            return None
        found += inner
    return found


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
    fits = tuple(part.children[0] if len(part.children) == 1 else part for part in (one.when for one in found))
    children = tuple(
        replace(node, criterion=replace(node.criterion, rule=Rule("any", fits))) if node in listed else node
        for node in tree.children
    )
    return replace(tree, children=children)


def is_leaf(criterion: Criterion) -> bool:
    """Whether a criterion stands without others below it: it has a test, or says whether an indication fits."""
    return criterion.rule is not None or criterion.is_listed
