"""How two criteria trees differ: criteria that are new or gone, grouped otherwise, or whose tests ask for more or less.

A tree comes from the other in steps, each of which is told with what it does: what is gone is taken out, what is left
is grouped anew, its tests change, and what is new is added. Where all steps are stricter, so is the whole.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from analytics.policy.model import REQUEST_TYPES, Policy, RequestType, Version
from analytics.policy.rules import Indication, Node
from analytics.workbench.diff_groups import compare_groups
from analytics.workbench.diff_kinds import Change, Effect
from analytics.workbench.diff_rules import effect, form, test_words


@dataclass(frozen=True, slots=True)
class Faced:
    """A pair of trees that one kind of request faces: of an indication that both versions name, or of none."""

    a_tree: Node
    b_tree: Node
    indication: str | None

    def trees(self) -> tuple[Node, Node]:
        """Both trees."""
        return self.a_tree, self.b_tree


def compare_trees(a: Policy, a_version: Version, b: Policy, b_version: Version) -> Iterator[Change]:
    """Changes of the trees for initial requests, then those that only the renewal's trees have.

    What changed for every indication is told once; else the indications are named for which it did. An initial request
    is named where the criterion stands in the renewal's trees too, and is there what it was.
    """
    trees: dict[RequestType, list[Faced]] = {each: list(_faced(a_version, b_version, each)) for each in REQUEST_TYPES}
    found: dict[RequestType, dict[Change, list[str | None]]] = {"initial": {}, "renewal": {}}
    for request_type, pairs in trees.items():
        for pair in pairs:
            for change in dict.fromkeys(_compare(a, pair.a_tree, b, pair.b_tree)):
                found[request_type].setdefault(change, []).append(pair.indication)
    renewed = {node.criterion.id for pair in trees["renewal"] for tree in pair.trees() for node in tree.walk()}
    for change, names in found["initial"].items():
        is_initial_only = change.id in renewed and change not in found["renewal"]
        yield _told(change, "an initial request" if is_initial_only else "", names, trees["initial"])
    for change, names in found["renewal"].items():
        left = [name for name in names if name not in found["initial"].get(change, ())]
        if left:
            yield _told(change, "a renewal", left, trees["renewal"])


def _told(change: Change, request: str, names: list[str | None], pairs: list[Faced]) -> Change:
    """The change with the requests that it is for before its sentence; those of all indications need no names."""
    some = [f"'{name}'" for name in names if name is not None and len(names) < len(pairs)]
    *first, last = some or [""]
    named = f"{', '.join(first)} and {last}" if first else last
    where = " of ".join(each for each in (request, named) if each)
    sentence = f"For {where}, {change.sentence}" if where else change.sentence
    return replace(change, sentence=sentence[:1].upper() + sentence[1:])


def _faced(a: Version, b: Version, request_type: RequestType) -> Iterator[Faced]:
    """The trees of each indication that both have. Where there is none, those that all requests face."""
    others = {indication.name: indication for indication in b.indications}
    shared: list[tuple[Indication | None, Indication | None]] = [
        (one, others[one.name]) for one in a.indications if one.name in others
    ]
    for one, other in shared or [(None, None)]:
        name = None if one is None else one.name
        yield Faced(a.tree(request_type, one), b.tree(request_type, other), name)


def _compare(a: Policy, a_tree: Node, b: Policy, b_tree: Node) -> Iterator[Change]:
    """What differs between two trees; sentences begin in lower case, to stand behind which requests they are for."""
    forward = _matches(a, a_tree, b, b_tree)
    backward = {other.criterion.id: node for node in a_tree.walk() if (other := forward.get(node.criterion.id))}
    yield from _only_here(a_tree, forward, "gone")
    yield from _only_here(b_tree, backward, "new")
    yield from compare_groups(a_tree, b_tree, forward, is_same_policy=a.id == b.id)
    for node in a_tree.walk():
        other = forward.get(node.criterion.id)
        if other is not None and node.criterion.rule is not None and other.criterion.rule is not None:
            yield from _tests(a, node, b, other)


def _matches(a: Policy, a_tree: Node, b: Policy, b_tree: Node) -> dict[str, Node]:
    """Node id of the first tree -> node of the second: by id within a policy, else by what the leaves ask for.

    Within a policy a leaf under another id that took a leaf's place is the same one. A leaf never belongs to what
    gathers others, though both have one id. Inner nodes of two policies are not matched, but for the roots.
    """
    others = list(b_tree.walk())
    if a.id == b.id:
        by_id = {node.criterion.id: node for node in others}
        found = {
            node.criterion.id: other
            for node in a_tree.walk()
            if (other := by_id.get(node.criterion.id)) is not None and _is_leaf(node) == _is_leaf(other)
        }
        found = {**found, a_tree.criterion.id: b_tree}
        return found | dict(_replaced(a_tree, found))
    found = {}
    left = [node for node in others if _is_leaf(node)]
    for is_alike in (_same, _like):
        for node in a_tree.walk():
            if not _is_leaf(node) or node.criterion.id in found:
                continue
            other = next((each for each in left if is_alike(node, each)), None)
            if other is not None:
                found[node.criterion.id] = other
                left.remove(other)
    return {**found, a_tree.criterion.id: b_tree}


def _replaced(tree: Node, matched: Mapping[str, Node]) -> Iterator[tuple[str, Node]]:
    """Leaves that another one stands for: under one node, and the only ones there that ask for these facts.

    Criteria are named once in a file, so a version that asks for more of a fact has another id for it.
    """
    there = {node.criterion.id for node in matched.values()}
    for node in tree.walk():
        place = matched.get(node.criterion.id)
        ours = [child for child in node.children if _is_leaf(child) and child.criterion.id not in matched]
        theirs = [] if place is None else [each for each in place.children if _is_leaf(each)]
        theirs = [each for each in theirs if each.criterion.id not in there]
        for one in ours:
            alike = [each for each in theirs if _stands_for(one, each)]
            if len(alike) == 1 and sum(_stands_for(each, alike[0]) for each in ours) == 1:
                yield one.criterion.id, alike[0]


def _stands_for(one: Node, other: Node) -> bool:
    return not (one.criterion.is_listed or other.criterion.is_listed) and _like(one, other)


def _is_leaf(node: Node) -> bool:
    return node.operator is None and not node.children


def _same(one: Node, other: Node) -> bool:
    return form(one.criterion.rule) == form(other.criterion.rule)


def _like(one: Node, other: Node) -> bool:
    """Whether both test the same facts."""
    left, right = one.criterion.rule, other.criterion.rule
    if left is None or right is None:
        return False
    return {test.fact for test in left.tests()} == {test.fact for test in right.tests()}


def _only_here(tree: Node, matched: Mapping[str, Node], kind: str) -> Iterator[Change]:
    """The topmost nodes of which nothing is on the other side."""

    def is_shared(node: Node) -> bool:
        return node.criterion.id in matched or any(is_shared(child) for child in node.children)

    for parent in tree.walk():
        if not is_shared(parent):
            continue
        adds = parent.operator == "all" or parent.needed == len(parent.children)
        for child in parent.children:
            if is_shared(child):
                continue
            does: Effect = "stricter" if adds == (kind == "new") else "looser"
            role = "must be met as well" if adds else "is one more way"
            was = "had to be met" if adds else "was one of the ways"
            what = f"is new and {role}" if kind == "new" else f"is gone; it {was}"
            sentence = f"'{child.criterion.id}' {what}: {child.criterion.label}."
            citation = child.criterion.citation
            if kind == "new":
                yield Change("criterion", does, "new", child.criterion.id, sentence, None, citation)
            else:
                yield Change("criterion", does, "gone", child.criterion.id, sentence, citation, None)


def _tests(a: Policy, one: Node, b: Policy, other: Node) -> Iterator[Change]:
    """Changes of a leaf's tests: bounds, words and codes; else both rules in full."""
    left, right = one.criterion.rule, other.criterion.rule
    is_renamed = a.id == b.id and one.criterion.id != other.criterion.id
    name = f"'{other.criterion.id}'" + (f" in place of '{one.criterion.id}'" if is_renamed else "")
    if one.criterion.presumed != other.criterion.presumed:
        is_looser = other.criterion.presumed
        says = "is presumed" if is_looser else "is no longer presumed"
        sentence = f"{name} {says} when nobody raises it"
        yield _change(one, other, "looser" if is_looser else "stricter", sentence)
    # What is listed changes with the indications, which are compared by themselves.
    is_listed = one.criterion.is_listed and other.criterion.is_listed
    if left is None or right is None or is_listed:
        return
    if form(left) == form(right):
        if is_renamed:
            yield _change(one, other, "neutral", f"{name} asks for the same")
        return
    does = effect((a, b), left, right)
    before, after = list(left.tests()), list(right.tests())
    if len(before) == len(after) == 1 and before[0].fact == after[0].fact and left.operator == right.operator:
        says = test_words(before[0], after[0])
    else:
        says = f"{right.describe()} instead of {left.describe()}"
    same = ", which comes to the same" if does is None else ""
    yield _change(one, other, does or "neutral", f"{name} ({other.criterion.label}): {says}{same}")


def _change(one: Node, other: Node, does: Effect, sentence: str) -> Change:
    citations = (one.criterion.citation, other.criterion.citation)
    return Change("criterion", does, "changed", other.criterion.id, f"{sentence}.", *citations)
