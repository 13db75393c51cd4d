"""How two criteria trees differ: criteria that are new or gone, and tests that ask for more or less."""

from collections.abc import Iterator, Mapping

from analytics.policy.codes import normalized
from analytics.policy.model import REQUEST_FACTS, REQUEST_TYPES, Policy, Version
from analytics.policy.rules import Node, Rule, Test
from analytics.policy.saying import number
from analytics.workbench.diff_kinds import Change, Effect
from analytics.workbench.logic import covers

#: So many codes are named one by one.
FEW = 5
_OPPOSITE: Mapping[Effect, Effect] = {"stricter": "looser", "looser": "stricter"}

Form = tuple[object, ...]


def compare_trees(a: Policy, a_version: Version, b: Policy, b_version: Version) -> Iterator[Change]:
    """Changes of the trees for initial requests, then those that only the renewal's trees have."""
    told: set[tuple[str, str]] = set()
    others = {indication.name: indication for indication in b_version.indications}
    shared = [(one, others[one.name]) for one in a_version.indications if one.name in others]
    for request_type in REQUEST_TYPES:
        where = "" if request_type == "initial" else "For a renewal, "
        trees = [(a_version.tree(request_type), b_version.tree(request_type))]
        trees += [(a_version.tree(request_type, one), b_version.tree(request_type, other)) for one, other in shared]
        for a_tree, b_tree in trees:
            for change in _compare(a, a_tree, b, b_tree, where):
                if (change.id, change.kind) not in told:
                    told.add((change.id, change.kind))
                    yield change


def _compare(a: Policy, a_tree: Node, b: Policy, b_tree: Node, where: str) -> Iterator[Change]:
    forward = _matches(a, a_tree, b, b_tree)
    backward = {other.criterion.id: node for node in a_tree.walk() if (other := forward.get(node.criterion.id))}
    yield from _only_here(a_tree, forward, "gone", where)
    yield from _only_here(b_tree, backward, "new", where)
    for node in a_tree.walk():
        other = forward.get(node.criterion.id)
        if other is None:
            continue
        if node.criterion.rule is not None and other.criterion.rule is not None:
            yield from _tests(a, node, b, other, where)
        elif (least := _least(node)) != (now := _least(other)) and len(node.children) > 1 and len(other.children) > 1:
            effect: Effect = "stricter" if now > least else "looser"
            words = f"{_how_many(other)} of its criteria must be met instead of {_how_many(node)}"
            yield _change(node, other, effect, f"{where}'{other.criterion.id}': {words}")


def _least(node: Node) -> float:
    """How many children must be met: one for `any`, more than any number for `all`."""
    return {"all": float("inf"), "any": 1.0}.get(str(node.operator), float(node.needed))


def _how_many(node: Node) -> str:
    return f"at least {node.needed}" if node.operator == "at_least" else str(node.operator)


def _matches(a: Policy, a_tree: Node, b: Policy, b_tree: Node) -> dict[str, Node]:
    """Node id of the first tree -> node of the second: by id within a policy, else by what the leaves ask for.

    Inner nodes of two policies belong together where they share a leaf and stand at the top, or have like children.
    """
    others = list(b_tree.walk())
    if a.id == b.id:
        by_id = {node.criterion.id: node for node in others}
        found = {node.criterion.id: by_id[node.criterion.id] for node in a_tree.walk() if node.criterion.id in by_id}
        return {a_tree.criterion.id: b_tree, **found}
    found = {}
    left = [node for node in others if node.criterion.rule is not None]
    for is_alike in (_same, _like):
        for node in a_tree.walk():
            if node.criterion.rule is None or node.criterion.id in found:
                continue
            other = next((each for each in left if is_alike(a, node, b, each)), None)
            if other is not None:
                found[node.criterion.id] = other
                left.remove(other)
    # Only leaves and roots: inner nodes are matched by what is left unmatched below them.
    return {**found, a_tree.criterion.id: b_tree}


def _same(a: Policy, one: Node, b: Policy, other: Node) -> bool:
    return _form(a, one.criterion.rule) == _form(b, other.criterion.rule)


def _like(a: Policy, one: Node, b: Policy, other: Node) -> bool:
    """Whether both test the same facts."""
    left, right = one.criterion.rule, other.criterion.rule
    if left is None or right is None:
        return False
    return {test.fact for test in left.tests()} == {test.fact for test in right.tests()}


def _form(policy: Policy, rule: Rule | Test | None) -> Form:
    """A rule or test without regard to order or to the names of code lists."""
    if rule is None:
        return ()
    if isinstance(rule, Test):
        is_code = rule.fact in REQUEST_FACTS
        values = {(normalized(v.value) if is_code else v.value, v.is_prefix, v.result) for v in rule.values}
        return (rule.fact, rule.comparison, rule.number, frozenset(values))
    operator = "all" if len(rule.children) == 1 and rule.operator == "any" else rule.operator
    return (operator, rule.needed, frozenset(_form(policy, child) for child in rule.children))


def _only_here(tree: Node, matched: Mapping[str, Node], kind: str, where: str) -> Iterator[Change]:
    """The topmost nodes of which nothing is on the other side."""

    def is_shared(node: Node) -> bool:
        return node.criterion.id in matched or any(is_shared(child) for child in node.children)

    for parent in tree.walk():
        if not is_shared(parent):
            continue
        for child in parent.children:
            if is_shared(child):
                continue
            adds = parent.operator == "all"
            effect: Effect = "stricter" if adds == (kind == "new") else "looser"
            role = "must be met as well" if adds else "is one more way"
            was = "had to be met" if adds else "was one of the ways"
            words = f"is new and {role}" if kind == "new" else f"is gone; it {was}"
            sentence = f"{where}'{child.criterion.id}' {words}: {child.criterion.label}."
            citation = child.criterion.citation
            if kind == "new":
                yield Change("criterion", effect, "new", child.criterion.id, _capital(sentence), None, citation)
            else:
                yield Change("criterion", effect, "gone", child.criterion.id, _capital(sentence), citation, None)


def _tests(a: Policy, one: Node, b: Policy, other: Node, where: str) -> Iterator[Change]:
    """Changes of a leaf's tests: bounds, words and codes; else both rules in full."""
    left, right = one.criterion.rule, other.criterion.rule
    if left is None or right is None or _form(a, left) == _form(b, right):
        if one.criterion.presumed != other.criterion.presumed:
            is_looser = other.criterion.presumed
            words = "is presumed" if is_looser else "is no longer presumed"
            sentence = f"{where}'{other.criterion.id}' {words} when nobody raises it"
            yield _change(one, other, "looser" if is_looser else "stricter", sentence)
        return
    before, after = list(left.tests()), list(right.tests())
    if len(before) == len(after) == 1 and before[0].fact == after[0].fact and left.operator == right.operator:
        effect, words = _test(before[0], after[0])
        effect = _OPPOSITE.get(effect, effect) if left.operator == "none" else effect
    else:
        effect, words = "depends", f"{right.describe()} instead of {left.describe()}"
    yield _change(one, other, effect, f"{where}'{other.criterion.id}' ({other.criterion.label}): {words}")


def _test(a: Test, b: Test) -> tuple[Effect, str]:
    """What a test of the same fact asks now, and whether that is more."""
    if a.number is not None and b.number is not None and a.comparison == b.comparison:
        is_stricter = (b.number > a.number) == (b.comparison in ("at_least", "above"))
        bound = b.comparison.replace("_", " ")
        return ("stricter" if is_stricter else "looser"), f"{bound} {number(b.number)} instead of {number(a.number)}"
    before, after = ({(v.value, v.is_prefix) for v in test.values if v.result == 1} for test in (a, b))
    added = {value for value in after - before if not any(covers(wide, value) for wide in before)}
    taken = {value for value in before - after if not any(covers(wide, value) for wide in after)}
    kept = len(after - before - added)
    words = [f"{_named(added)} added"] * bool(added)
    words += [f"{_named(taken)} taken out" + (f", but for {kept} codes of it" if kept else "")] * bool(taken)
    effect: Effect = "depends" if added and taken else "looser" if added else "stricter" if taken else "depends"
    return effect, " and ".join(words) or f"{b.describe()} instead of {a.describe()}"


def _named(values: set[tuple[str, bool]]) -> str:
    words = [value + ("…" if is_prefix else "") for value, is_prefix in sorted(values)]
    return ", ".join(words) if len(words) <= FEW else f"{', '.join(words[:FEW])} and {len(words) - FEW} more"


def _change(one: Node, other: Node, effect: Effect, sentence: str) -> Change:
    citations = (one.criterion.citation, other.criterion.citation)
    return Change("criterion", effect, "changed", other.criterion.id, f"{_capital(sentence)}.", *citations)


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
