"""The attacker: how narrowly can each small cell be bounded from everything on the page, by linear programming?

Unknown counts are variables within what their marks say; every relation is a constraint. Variables are taken as the
distance from the truth, so that page totals of a hundred million rows don't blur a difference of one.
"""

from collections import deque
from collections.abc import Sequence
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from analytics.disclosure.ledger import Ledger, Relation

_TOLERANCE = 1e-6
#: How many shown cells a repair tries before it takes the best of them.
_TRIES = 16
#: How many unknown cells a repair looks at. Those beyond stay as they are, so what closes a leak here closes it there.
_NEIGHBOURS = 80


def mend(ledger: "Ledger") -> None:
    """Withhold cells until every small one stays possible over the whole of 1 to threshold − 1."""
    waiting = _components(ledger)
    while waiting:
        touched: set[int] = set()
        for leak in [leak for component in waiting for leak in leaks(ledger, component)]:
            touched |= _repair(ledger, leak)
        waiting = [component for component in _components(ledger) if touched & set(component)]


def leaks(ledger: "Ledger", component: Sequence[int]) -> list[int]:
    """The small cells of a component that can be bounded to less than 1 … threshold − 1, in ledger order."""
    program = _Program(ledger, component)
    small = [i for i in component if ledger.cells[i].small]
    return sorted(
        {*program.short_of(small, ledger.threshold - 1, up=True), *program.short_of(small, 1, up=False)}
    )


def _components(ledger: "Ledger") -> list[list[int]]:
    """Unknown cells joined by relations, where a small one is among them."""
    seen: set[int] = set()
    components = []
    for start, cell in enumerate(ledger.cells):
        if cell.small and not cell.known and start not in seen:
            components.append(_component(ledger, start))
            seen |= set(components[-1])
    return components


def _component(ledger: "Ledger", start: int, freed: int | None = None, limit: float = inf) -> list[int]:
    """The unknown cells that relations join to one of them, the nearest `limit`, as if `freed` were unknown too."""
    seen, queue = {start: None}, deque([start])
    while queue and len(seen) < limit:
        for number in ledger.cells[queue.popleft()].relations:
            for other, _ in ledger.relations[number].terms:
                if other not in seen and (other == freed or not ledger.cells[other].known):
                    seen[other] = None
                    queue.append(other)
    return sorted(seen)


def _repair(ledger: "Ledger", leak: int) -> set[int]:
    """Close a leak: by plainer marks around it if they do, else by withholding the cheapest cell that does.

    Where no single cell does, the one that helps most is withheld (or the cheapest, where none helps by itself), and
    the rest is left to the next round.
    """
    best, least = None, _missing(ledger, leak)
    if least <= _TOLERANCE:
        # What was withheld for the leak before closed this one too.
        return {leak}
    around = sorted({i for number in ledger.cells[leak].relations for i, _ in ledger.relations[number].terms})
    if _missing(ledger, leak, plain=around) <= _TOLERANCE:
        for index in around:
            ledger.say_less(index)
        return {leak}
    nearby = _nearby(ledger, leak)
    for index in nearby:
        missing = _missing(ledger, leak, freed=index)
        if missing < least - _TOLERANCE:
            best, least = index, missing
        if missing <= _TOLERANCE:
            break
    if not nearby:
        # With plain marks and nothing shown, all counts of a component can be scaled as one: no leak is left.
        for index in _component(ledger, leak):
            ledger.say_less(index)
        return {leak}
    chosen = nearby[0] if best is None else best
    ledger.withhold(chosen)
    ledger.settle(ledger.cells[chosen].relations)
    return {leak, chosen}


def _nearby(ledger: "Ledger", start: int) -> list[int]:
    """Shown cells that unknown ones join to a cell, the nearest and of these the cheapest first."""
    seen, frontier, found = {start}, [start], list[int]()
    while frontier and len(found) < _TRIES:
        relations = sorted({number for i in frontier for number in ledger.cells[i].relations})
        fresh = sorted({i for number in relations for i, _ in ledger.relations[number].terms} - seen)
        seen |= set(fresh)
        found += ledger.candidates((i, 1) for i in fresh)
        frontier = [i for i in fresh if not ledger.cells[i].known]
    return ledger.candidates((i, 1) for i in found[:_TRIES])


def _missing(ledger: "Ledger", leak: int, freed: int | None = None, plain: Sequence[int] = ()) -> float:
    """How much of the range 1 … threshold − 1 a cell lacks, as if `freed` were withheld and `plain` had plain marks."""
    program = _Program(ledger, _component(ledger, leak, freed, _NEIGHBOURS), freed, plain)
    goal = ledger.threshold - 1
    low, high = program.reach(leak, up=False, goal=1), program.reach(leak, up=True, goal=goal)
    return max(0.0, low - 1) + max(0.0, goal - high)


class _Program:
    """The linear program of a component: variables are its cells' distances from their true values."""

    def __init__(
        self, ledger: "Ledger", component: Sequence[int], freed: int | None = None, plain: Sequence[int] = ()
    ) -> None:
        self._values = [ledger.cells[i].value for i in component]
        self._position = {index: place for place, index in enumerate(component)}
        self._bounds = []
        for index in component:
            cell = ledger.cells[index]
            low, high = (ledger.threshold, inf) if index == freed else ledger.box(cell)
            if index in plain and not cell.known:
                low, high = 0, inf
            self._bounds.append(
                (min(low - cell.value, 0), None if high == inf else max(high - cell.value, 0))
            )
        numbers = sorted({number for i in component for number in ledger.cells[i].relations})
        relations = [ledger.relations[number] for number in numbers]
        self._equal = self._matrix([r for r in relations if r.exact])
        below = [r for r in relations if not r.exact]
        self._below = self._matrix(below)
        self._room = [-sum(c * ledger.cells[i].value for i, c in r.terms) for r in below]

    def _matrix(self, relations: "Sequence[Relation]") -> "list[tuple[int, int, float]]":
        return [
            (row, self._position[i], float(c))
            for row, relation in enumerate(relations)
            for i, c in relation.terms
            if i in self._position
        ]

    def short_of(self, cells: Sequence[int], goal: float, up: bool) -> list[int]:
        """The cells that can't rise (or fall, with `up` false) as far as `goal`."""
        sign = 1 if up else -1
        left = [i for i in cells if sign * (goal - self._values[self._position[i]]) > 0]
        while left:
            # All of them at once, none rewarded beyond the goal: most programs settle dozens of cells.
            reached = self._solve(left, goal, sign)
            done = {i for i in left if sign * (reached[self._position[i]] - goal) >= -_TOLERANCE}
            if not done:
                return [i for i in left if sign * (goal - self.reach(i, up, goal)) > _TOLERANCE]
            left = [i for i in left if i not in done]
        return []

    def reach(self, cell: int, up: bool, goal: float) -> float:
        """How far the cell can rise or fall towards the goal; where it is beyond already, its true value."""
        value = self._values[self._position[cell]]
        if value >= goal if up else value <= goal:
            return value
        return float(self._solve([cell], goal, 1 if up else -1)[self._position[cell]])

    def _solve(self, cells: Sequence[int], goal: float, sign: int) -> "np.ndarray":
        import numpy as np
        from scipy.optimize import linprog
        from scipy.sparse import coo_matrix

        n, extra = len(self._values), len(cells)
        width = n + extra

        def sparse(entries: list[tuple[int, int, float]], rows: int) -> coo_matrix:
            row, column, value = zip(*entries, strict=True) if entries else ((), (), ())
            return coo_matrix((value, (row, column)), shape=(rows, width)).tocsr()

        # One helper a cell: sign × helper ≤ sign × distance, and no farther than the goal.
        below, room = list(self._below), list(self._room)
        bounds = list(self._bounds)
        for place, index in enumerate(cells):
            position = self._position[index]
            below += [(len(room), n + place, float(sign)), (len(room), position, float(-sign))]
            room.append(0)
            end = goal - self._values[position]
            bounds.append((None, end) if sign > 0 else (end, None))
        result = linprog(
            np.concatenate([np.zeros(n), np.full(extra, -float(sign))]),
            A_ub=sparse(below, len(room)),
            b_ub=room,
            A_eq=sparse(self._equal, 1 + max((row for row, _, _ in self._equal), default=0)),
            b_eq=np.zeros(1 + max((row for row, _, _ in self._equal), default=0)),
            bounds=bounds,
            method="highs",
        )
        if result.x is None:
            raise RuntimeError(f"the disclosure check could not be solved: {result.message}")
        return np.asarray(result.x[:n]) + np.asarray(self._values)
