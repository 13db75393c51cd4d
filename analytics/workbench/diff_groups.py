"""How the criteria that two trees share are put together: by other operators, or grouped otherwise."""

from collections.abc import Iterator, Mapping

from analytics.policy.rules import Node
from analytics.workbench.diff_kinds import Change, Effect
from analytics.workbench.diff_logic import ALWAYS, NEVER, effect, formula, leaves, parts, regrouped, words

#: Of more criteria than these it is not spelled out how they are put together.
FEW = 8


def compare_groups(a_tree: Node, b_tree: Node, matched: Mapping[str, Node], is_same_policy: bool) -> Iterator[Change]:
    """What the shared criteria come to, once those are left out that only one tree has. matched: node id -> node."""
    there = {node.criterion.id for node in matched.values()}
    a_keys = {name: node.criterion.id for name, node in matched.items() if not node.children}
    before = formula(a_tree, a_keys, lambda node: node.criterion.id in matched) or ALWAYS
    after = formula(b_tree, {key: key for key in a_keys.values()}, lambda node: node.criterion.id in there) or ALWAYS
    if before == after:
        now = {name: node.criterion.id for name, node in matched.items()}
        if is_same_policy and _gathered(a_tree, now) != _gathered(b_tree, {name: name for name in there}):
            sentence = "criteria are gathered under others than before, and ask together for the same."
            yield _change(a_tree, b_tree, "neutral", sentence)
        return
    found = list(regrouped(before, after))
    if any(leaves(one) != leaves(other) or {one, other} & {ALWAYS, NEVER} for one, other in found):
        yield from _whole(a_tree, b_tree, a_keys)
        return
    order, names = _reading(b_tree)
    for one, other in found:
        below, was_below = _over(b_tree, leaves(other), {}), _over(a_tree, leaves(one), a_keys)
        does = effect(one, other) or "neutral"
        is_one = matched.get(was_below.criterion.id) is below and parts(one) == parts(other)
        least = min(len(below.children), len(was_below.children))
        if is_one and least >= len(parts(other)) and _how_many(below) != _how_many(was_below):
            # The same criteria under another operator, maybe beside some that are new or gone.
            how = f"{_how_many(below)} of its criteria must be met instead of {_how_many(was_below)}"
        elif len(leaves(one)) > FEW:
            how = "the same criteria are put together in another way"
        else:
            how = f"it takes {words(other, order, names)} instead of {words(one, order, names)}"
        yield _change(was_below, below, does, f"'{below.criterion.id}': {how}.")


def _whole(a_tree: Node, b_tree: Node, a_keys: Mapping[str, str]) -> Iterator[Change]:
    """Both trees in full: where little of a part is shared, it takes what is new and gone to say what it came to."""
    own = {f"gone {node.criterion.id}": node.criterion.id for node in a_tree.walk() if not node.children}
    keys = {name: a_keys.get(name, key) for key, name in own.items()}
    before = formula(a_tree, keys, lambda _: True) or ALWAYS
    after = formula(b_tree, {node.criterion.id: node.criterion.id for node in b_tree.walk()}, lambda _: True) or ALWAYS
    order, names = _reading(b_tree)
    order |= {key: len(order) + place for place, key in enumerate(own)}
    if len(leaves(before) | leaves(after)) > FEW:
        how = "criteria are put together in another way"
    else:
        how = f"it takes {words(after, order, names)} instead of {words(before, order, {**own, **names})}"
    yield _change(a_tree, b_tree, effect(before, after) or "neutral", f"'{b_tree.criterion.id}': {how}.")


def _reading(tree: Node) -> tuple[dict[str, int], dict[str, str]]:
    """The leaves of a tree in the order of reading, and their names."""
    ids = [node.criterion.id for node in tree.walk() if not node.children]
    return {name: place for place, name in enumerate(ids)}, {name: name for name in ids}


def _over(tree: Node, keys: frozenset[str], a_keys: Mapping[str, str]) -> Node:
    """The lowest node over all these leaves."""

    def holds(node: Node) -> bool:
        return keys <= {a_keys.get(each.criterion.id, each.criterion.id) for each in node.walk()}

    return [node for node in tree.walk() if holds(node)][-1]


def _how_many(node: Node) -> str:
    return f"at least {node.needed}" if node.operator == "at_least" else str(node.operator)


def _gathered(tree: Node, shared: Mapping[str, str]) -> set[tuple[str, str]]:
    """Each shared criterion with the criterion that gathers it. shared: id -> the id that it has now."""
    return {
        (shared[child.criterion.id], shared.get(node.criterion.id, node.criterion.id))
        for node in tree.walk()
        for child in node.children
        if child.criterion.id in shared
    }


def _change(one: Node, other: Node, does: Effect, sentence: str) -> Change:
    citations = (one.criterion.citation, other.criterion.citation)
    return Change("criterion", does, "changed", other.criterion.id, sentence, *citations)
