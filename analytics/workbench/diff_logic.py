"""What a criteria tree asks for, as a formula in one form: equal where, and only where, the same is asked.

A tree's operators never negate and each criterion stands in it once. Such a formula has one simplest form: operators of
one kind drawn together, single children in their parent's place, "all of n" for "n of n". Values are three in order,
and operators pick by order alone, so what holds of met and not met holds of unknown too.
"""

from collections.abc import Callable, Iterator, Mapping

from analytics.policy.rules import Node
from analytics.workbench.diff_kinds import Effect

#: Whether one formula implies another is tried on every assignment of so many criteria, else left open.
MOST_LEAVES = 16
#: An operator, the number of an `at_least` (else 0), and the children; a leaf's single child is its key.
Formula = tuple[str, int, frozenset["Formula"] | str]

ALWAYS: Formula = ("all", 0, frozenset())
NEVER: Formula = ("any", 0, frozenset())


def formula(node: Node, keys: Mapping[str, str], kept: Callable[[Node], bool]) -> Formula | None:
    """What a node asks of the leaves that have a key. Null where nothing below has one, unless the node is `kept`."""
    name = node.criterion.id
    if not node.children and node.operator is None:
        return ("leaf", 0, keys[name]) if name in keys else None
    found = [each for child in node.children if (each := formula(child, keys, kept)) is not None]
    if not found and node.children and not kept(node):
        return None
    # "n of n" is "all", also once some of the n are left out.
    operator = "all" if node.needed == len(node.children) else str(node.operator)
    return combined(operator, node.needed, found)


def combined(operator: str, needed: int, children: list[Formula]) -> Formula:
    """The simplest form of an operator over formulas of such form."""
    if operator == "at_least":
        needed -= sum(each == ALWAYS for each in children)
        children = [each for each in children if each not in (ALWAYS, NEVER)]
        if needed <= 0 or needed > len(children):
            return ALWAYS if needed <= 0 else NEVER
        if 1 < needed < len(children):
            return "at_least", needed, frozenset(children)
        operator = "any" if needed == 1 else "all"
    nothing, ruin = (ALWAYS, NEVER) if operator == "all" else (NEVER, ALWAYS)
    if ruin in children:
        return ruin
    flat: set[Formula] = set()
    for each in children:
        if each[0] == operator:
            flat |= parts(each)
        elif each != nothing:
            flat.add(each)
    return next(iter(flat)) if len(flat) == 1 else (operator, 0, frozenset(flat))


def parts(one: Formula) -> frozenset[Formula]:
    """A formula's children; none of a leaf."""
    return one[2] if isinstance(one[2], frozenset) else frozenset()


def leaves(one: Formula) -> frozenset[str]:
    """The keys of its leaves."""
    if isinstance(one[2], str):
        return frozenset((one[2],))
    return frozenset(key for child in one[2] for key in leaves(child))


def effect(before: Formula, after: Formula) -> Effect | None:
    """Whether the second asks for more, tried on every assignment; `depends` where there are too many. Null: equal."""
    if before == after:
        return None
    names = sorted(leaves(before) | leaves(after))
    if len(names) > MOST_LEAVES:
        return "depends"
    n_rows = 1 << len(names)
    # A leaf's column of the truth table: runs of 2^i zeros and ones in turn, as the bits of one number.
    every = (1 << n_rows) - 1
    columns = {name: every // ((1 << (1 << place)) + 1) << (1 << place) for place, name in enumerate(names)}
    one, other = _table(before, columns, every), _table(after, columns, every)
    if one == other:
        return None
    return "stricter" if other & ~one == 0 else "looser" if one & ~other == 0 else "depends"


def _table(one: Formula, columns: Mapping[str, int], every: int) -> int:
    """The assignments that meet a formula, a bit each."""
    if isinstance(one[2], str):
        return columns[one[2]]
    needed = {"all": len(one[2]), "any": 1}.get(one[0], one[1])
    # Of the children so far: the assignments that meet at least so many.
    at_least = [every] + [0] * needed
    for child in one[2]:
        met = _table(child, columns, every)
        for count in range(needed, 0, -1):
            at_least[count] |= at_least[count - 1] & met
    return at_least[needed]


def regrouped(before: Formula, after: Formula) -> Iterator[tuple[Formula, Formula]]:
    """The smallest parts of two formulas of the same leaves that ask for something else."""
    if before == after:
        return
    if before[0] == after[0] and before[0] in ("all", "any"):
        left, right = parts(before) - parts(after), parts(after) - parts(before)
        others = {leaves(each): each for each in right}
        if {leaves(each) for each in left} == others.keys():
            for each in sorted(left, key=lambda one: sorted(leaves(one))):
                yield from regrouped(each, others[leaves(each)])
            return
        if len(left) < len(parts(before)) and len(right) < len(parts(after)):
            before, after = (combined(before[0], 0, list(some)) for some in (left, right))
    yield before, after


def words(one: Formula, order: Mapping[str, int], names: Mapping[str, str]) -> str:
    """A formula as `1.A and (1.B or 1.C)`; leaves in the order given, by their names."""
    if isinstance(one[2], str):
        return names[one[2]]
    some = sorted(one[2], key=lambda each: min((order[key] for key in leaves(each)), default=0))
    told = [
        words(each, order, names) if isinstance(each[2], str) else f"({words(each, order, names)})" for each in some
    ]
    if one[0] == "at_least":
        return f"at least {one[1]} of {', '.join(told)}"
    return (" and " if one[0] == "all" else " or ").join(told) or ("nothing" if one == ALWAYS else "what nothing meets")
