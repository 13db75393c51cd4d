"""A version's criteria tree and the policy's flags as one flat sequence of nodes, tests included."""

from collections.abc import Iterator
from dataclasses import dataclass

from analytics.policy.model import Policy, RequestType, Version
from analytics.policy.rules import Flag, Indication, Node, Operator, Rule, Test


@dataclass(frozen=True, slots=True)
class Place:
    """One node. A criterion's own tests hang below it under ids such as `1.C#1`, and `1.C#1.2` below that."""

    node_id: str
    parent_id: str | None
    depth: int
    tree: str
    operator: Operator | None
    test: Test | None
    label: str
    citation: str
    is_criterion: bool = False
    is_leaf: bool = False
    is_conjunct: bool = False
    is_recordable: bool = False
    is_presumed: bool = False
    remark: str | None = None
    needed: int | None = None


def places(
    policy: Policy, version: Version, request_type: RequestType, indication: Indication | None = None
) -> Iterator[Place]:
    """The nodes of the tree for that type of request in preorder, then those of each flag."""
    root = version.tree(request_type, indication)
    yield from _criteria(root, None, 0, frozenset(root.conjuncts()))
    for flag in policy.flags:
        if flag.request_type in (None, request_type):
            yield from _flag(flag)


def _criteria(node: Node, parent_id: str | None, depth: int, conjuncts: frozenset[str]) -> Iterator[Place]:
    criterion = node.criterion
    rule = criterion.rule
    yield Place(
        node_id=criterion.id,
        parent_id=parent_id,
        depth=depth,
        tree="criteria",
        operator=node.operator if rule is None else rule.operator,
        test=None,
        label=criterion.label,
        citation=criterion.citation,
        is_criterion=True,
        is_leaf=rule is not None,
        is_conjunct=criterion.id in conjuncts,
        is_recordable=parent_id is not None and not criterion.is_heading,
        is_presumed=criterion.presumed,
        remark=criterion.remark,
        needed=(node.needed if rule is None else rule.needed) or None,
    )
    if rule is not None:
        yield from _tests(rule, criterion.id, criterion.id + "#", depth, "criteria", criterion.citation)
    for child in node.children:
        yield from _criteria(child, criterion.id, depth + 1, conjuncts)


def _flag(flag: Flag) -> Iterator[Place]:
    yield Place(
        flag.name, None, 0, "flag", flag.rule.operator, None, flag.label, flag.citation, needed=flag.rule.needed or None
    )
    yield from _tests(flag.rule, flag.name, flag.name + "#", 0, "flag", flag.citation)


def _tests(rule: Rule, parent_id: str, prefix: str, depth: int, tree: str, citation: str) -> Iterator[Place]:
    """The tests and inner rules below a rule."""
    for number, child in enumerate(rule.children, start=1):
        node_id = f"{prefix}{number}"
        if isinstance(child, Test):
            yield Place(node_id, parent_id, depth + 1, tree, None, child, child.describe(), citation)
        else:
            needed = child.needed or None
            told = child.describe()
            yield Place(node_id, parent_id, depth + 1, tree, child.operator, None, told, citation, needed=needed)
            yield from _tests(child, node_id, node_id + ".", depth + 1, tree, citation)
