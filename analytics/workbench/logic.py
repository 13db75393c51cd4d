"""Which branches of a criteria tree can be met at all: a search for facts that meet the root and the branch together.

Each fact has a range of values that is narrowed by every test on the way; a branch for which no values are left can
never be met, whatever a request documents. Policies are small, so the search tries every alternative in turn.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations

from analytics.policy.codes import normalized
from analytics.policy.model import REQUEST_FACTS, Policy, RequestType, Version
from analytics.policy.rules import Node, Rule, Test

#: So many steps of the search settle any policy that people can read; beyond them nothing is claimed.
PATIENCE = 20_000


@dataclass(frozen=True, slots=True)
class Range:
    """The values that a fact may still have: words, numbers between bounds, or codes by the patterns that they fit.

    A pattern is (text, is_prefix). `fits` holds alternatives; null is any code. `never` are those excluded.
    """

    words: frozenset[str] | None = None
    low: tuple[Decimal, bool] | None = None
    high: tuple[Decimal, bool] | None = None
    fits: frozenset[tuple[str, bool]] | None = None
    never: frozenset[tuple[str, bool]] = frozenset()

    def is_empty(self) -> bool:
        """Whether no value is left."""
        if self.words is not None and not self.words:
            return True
        if self.low is not None and self.high is not None:
            (low, low_open), (high, high_open) = self.low, self.high
            if low > high or (low == high and (low_open or high_open)):
                return True
        return self.fits is not None and not any(not self._barred(each) for each in self.fits)

    def _barred(self, pattern: tuple[str, bool]) -> bool:
        return any(covers(never, pattern) for never in self.never)


Facts = Mapping[str, Range]
#: What must hold: a tree, a rule or a test, and whether it must be met (else not met).
Goal = tuple[Node | Rule | Test, bool]


def unreachable(policy: Policy, root: Node, given: Sequence[Goal] = ()) -> list[str]:
    """Ids of the criteria that can't be met in any request whose root is met; the topmost of each branch only.

    `given` is what holds of every request that faces the tree. Of a root that can't be met, those of its children are
    told that can't be met by themselves, since they are what is wrong with it.
    """
    found: list[str] = []
    if root.operator == "all":
        found += [each.criterion.id for each in root.children if not _can_hold(policy, [*given, (each, True)])]
    if found:
        return found
    _descend(policy, root, list(given), found)
    return found


def never_met(policy: Policy, version: Version, request_type: RequestType) -> list[tuple[str, int | None]]:
    """Ids of the criteria that can't be met, whichever of the version's indications a request is of.

    With each comes the place of the indication whose tree holds it; none where it is of the tree that all share.
    """
    if not version.indications:
        return [(node_id, None) for node_id in unreachable(policy, version.tree(request_type))]
    shared = {node.criterion.id for node in version.tree(request_type).walk()}
    found: list[list[str]] = []
    for indication in version.indications:
        tree = version.tree(request_type, indication)
        some = unreachable(policy, tree, [(indication.when, True)])
        # Where the whole tree of one indication can't be met, what it adds is at fault.
        found.append([tree.children[-1].criterion.id if each == tree.criterion.id else each for each in some])
    first = {node_id: place for place in reversed(range(len(found))) for node_id in found[place]}
    return [
        (node_id, None if node_id in shared else first[node_id])
        for node_id in dict.fromkeys(each for some in found for each in some)
        if node_id not in shared or all(node_id in some for some in found)
    ]


def never_picked(version: Version) -> Iterator[tuple[int, str, str]]:
    """Indications that one before them leaves nothing to, as far as single tests of one fact show it.

    Each as its place, its name, and the other's.
    """
    for place, later in enumerate(version.indications):
        for earlier in version.indications[:place]:
            if _takes_all(earlier.when, later.when):
                yield place, later.name, earlier.name
                break


def _takes_all(wide: Rule, narrow: Rule) -> bool:
    (one, *more), (other, *_) = wide.children, narrow.children
    if {wide.operator, narrow.operator} - {"all", "any"}:
        return False
    if more or not isinstance(one, Test) or not isinstance(other, Test) or one.fact != other.fact:
        return False
    taken, asked = ([(normalized(v.value), v.is_prefix) for v in test.values if v.result == 1] for test in (one, other))
    both_all = narrow.operator == "all" or len(narrow.children) == 1
    return both_all and bool(asked) and all(any(covers(wider, each) for wider in taken) for each in asked)


def _descend(policy: Policy, node: Node, goals: list[Goal], found: list[str]) -> None:
    """Looks below a node that can be met, with what else must be met meanwhile."""
    if not _can_hold(policy, [*goals, (node, True)]):
        found.append(node.criterion.id)
        return
    for child in node.children:
        siblings = [each for each in node.children if each is not child]
        beside: list[Goal] = [(each, True) for each in siblings] if node.operator == "all" else []
        _descend(policy, child, [*goals, *beside], found)


def _can_hold(policy: Policy, goals: list[Goal]) -> bool:
    steps = [PATIENCE]
    return _search(policy, tuple(goals), {}, steps) or steps[0] <= 0


def _search(policy: Policy, goals: tuple[Goal, ...], facts: Facts, steps: list[int]) -> bool:
    """Whether some values of the facts meet all goals."""
    steps[0] -= 1
    if steps[0] <= 0:
        return True
    if not goals:
        return True
    # What leaves no choice first: it narrows the ranges before anything is tried.
    place = next((n for n, goal in enumerate(goals) if len(list(_ways(goal))) == 1), 0)
    goal, rest = goals[place], (*goals[:place], *goals[place + 1 :])
    thing, wanted = goal
    if isinstance(thing, Test):
        narrowed = _narrowed(policy, facts.get(thing.fact, Range()), thing, wanted)
        return not narrowed.is_empty() and _search(policy, rest, {**facts, thing.fact: narrowed}, steps)
    return any(_search(policy, (*way, *rest), facts, steps) for way in _ways(goal))


def _ways(goal: Goal) -> Iterator[tuple[Goal, ...]]:
    """The alternatives that bring a goal about, each as what must hold together; a test stands for itself."""
    thing, wanted = goal
    if isinstance(thing, Test):
        yield (goal,)
        return
    if isinstance(thing, Node) and thing.criterion.rule is not None:
        yield ((thing.criterion.rule, wanted),)
        return
    children, operator = thing.children, thing.operator
    if operator == "none":
        operator, wanted = "any", not wanted
    least = {"all": len(children), "any": 1}.get(str(operator), thing.needed)
    needed = least if wanted else len(children) - least + 1
    for some in combinations(children, needed):
        yield tuple((child, wanted) for child in some)


def _narrowed(policy: Policy, facts: Range, test: Test, wanted: bool) -> Range:
    """The range once the test is met, or once it is not met."""
    number = test.number
    if number is not None:
        is_open = (test.comparison in ("above", "below")) == wanted
        if (test.comparison in ("at_least", "above")) == wanted:
            low = (number, is_open)
            return replace(facts, low=low if facts.low is None else max(facts.low, low))
        high = (number, is_open)
        kept = high if facts.high is None else min(facts.high, high, key=lambda bound: (bound[0], not bound[1]))
        return replace(facts, high=kept)
    named = frozenset((value.value, value.is_prefix) for value in test.values if value.result == 1)
    if test.fact in REQUEST_FACTS:
        patterns = frozenset((normalized(value), is_prefix) for value, is_prefix in named)
        if not wanted:
            silent = {(normalized(value.value), value.is_prefix) for value in test.values if value.result == 0}
            return replace(facts, never=facts.never | patterns | silent)
        both = patterns if facts.fits is None else frozenset(_common(facts.fits, patterns))
        return replace(facts, fits=both)
    question = policy.questions[test.fact]
    words = frozenset(question.words or ("yes", "no"))
    meant = frozenset(value for value, _ in named)
    left = words & meant if wanted else words - meant
    return replace(facts, words=left if facts.words is None else facts.words & left)


def _common(one: frozenset[tuple[str, bool]], other: frozenset[tuple[str, bool]]) -> Iterator[tuple[str, bool]]:
    for left in one:
        for right in other:
            if covers(left, right):
                yield right
            elif covers(right, left):
                yield left


def covers(wide: tuple[str, bool], narrow: tuple[str, bool]) -> bool:
    """Whether every code of the one pattern is one of the other."""
    return narrow[0].startswith(wide[0]) if wide[1] else wide == narrow
