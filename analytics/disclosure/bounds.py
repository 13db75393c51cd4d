"""The attacker: how narrowly can each small cell be bounded from everything on the page, by linear programming?

Unknown counts are variables within what their marks say; every relation is a constraint. Variables are taken as the
distance from the truth, so that page totals of a hundred million rows don't blur a difference of one.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from analytics.disclosure.ledger import Ledger

_TOLERANCE = 1e-6
#: How many shown cells a repair tries before it takes the best of them.
_TRIES = 8
#: How many unknown cells a repair looks at. Those beyond stay as they are, so what closes a leak here closes it there.
_NEIGHBOURS = 48


#: How many marks around a leak are made plainer, if that closes it.
_MARKS = (12,)


def mend(ledger: "Ledger") -> None:
    """Withhold cells until every small one stays possible over the whole of 1 to threshold − 1."""
    waiting = _components(ledger)
    while waiting:
        touched: set[int] = set()
        for leak, sides in leaks(ledger, waiting):
            touched |= _repair(ledger, leak, sides)
        waiting = [component for component in _components(ledger) if touched & set(component)]


def leaks(ledger: "Ledger", components: Sequence[Sequence[int]]) -> list[tuple[int, list[bool]]]:
    """The small cells that can be bounded to less than 1 … threshold − 1, in ledger order.

    Each with the sides on which it lacks room: above (True), below (False).
    """
    found: dict[int, list[bool]] = {}
    for index, up in _short(ledger, components):
        found.setdefault(index, []).append(up)
    return sorted(found.items())


def _short(ledger: "Ledger", components: Sequence[Sequence[int]]) -> Iterator[tuple[int, bool]]:
    """The small cells that lack room, each with a side on which it does."""
    home = {index: component for component in components for index in component}
    small = sorted(index for index in home if ledger.cells[index].small)
    if not small:
        return
    program = _Program(ledger, list(home))
    for up, goal in ((True, ledger.threshold - 1), (False, 1)):
        # All of them at once, none beyond the goal: most programs settle hundreds of cells, the rest stand alone.
        for index in program.short_of(small, goal, up):
            own = program if len(components) == 1 else _Program(ledger, home[index])
            if own.short_of([index], goal, up):
                yield index, up


def is_safe(ledger: "Ledger", shown: Sequence[int]) -> bool:
    """Whether no small cell leaks near cells that are shown as a trial."""
    numbers = {number for index in shown for number in ledger.cells[index].relations}
    if any(ledger.leaks(ledger.relations[number]) for number in numbers):
        return False
    beside = {index for number in numbers for index, _ in ledger.relations[number].terms}
    seen: set[int] = set()
    for start in sorted(index for index in beside if not ledger.cells[index].known):
        if start not in seen:
            component = _component(ledger, start)
            seen |= set(component)
            if any(_short(ledger, [component])):
                return False
    return True


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
    seen, queue = {start}, deque([start])
    while queue:
        for number in ledger.cells[queue.popleft()].relations:
            for other, _ in ledger.relations[number].terms:
                if other not in seen and (other == freed or not ledger.cells[other].known):
                    if len(seen) >= limit:
                        return sorted(seen)
                    seen.add(other)
                    queue.append(other)
    return sorted(seen)


def _repair(ledger: "Ledger", leak: int, sides: Sequence[bool]) -> set[int]:
    """Close a leak: by plainer marks around it if they do, else by withholding the cheapest cell that does.

    Where no single cell does, the one that helps most is withheld (or the cheapest, where none helps by itself), and
    the rest is left to the next round.
    """
    best, least = None, _missing(ledger, leak, sides)
    if least <= _TOLERANCE:
        # What was withheld for the leak before closed this one too.
        return {leak}
    if any(_closes_by_marks(ledger, leak, sides, size) for size in _MARKS):
        return {leak}
    nearby = _nearby(ledger, leak)
    for index in nearby:
        missing = _missing(ledger, leak, sides, freed=index)
        if missing < least - _TOLERANCE:
            best, least = index, missing
        if missing <= _TOLERANCE:
            break
    if best is None and (_closes_by_marks(ledger, leak, sides, inf) or not nearby):
        return {leak}
    chosen = nearby[0] if best is None else best
    ledger.withhold(chosen)
    ledger.settle(ledger.cells[chosen].relations)
    return {leak, chosen}


def _closes_by_marks(ledger: "Ledger", leak: int, sides: Sequence[bool], size: float) -> bool:
    """Whether plainer marks on the nearest `size` cells close the leak; if so they are made plainer.

    With plain marks everywhere and nothing shown, all counts of a component can be scaled as one: no leak is left.
    """
    around = _component(ledger, leak, limit=size)
    if _missing(ledger, leak, sides, plain=around, limit=max(size, _NEIGHBOURS)) > _TOLERANCE:
        return False
    for index in around:
        ledger.say_less(index)
    return True


def _nearby(ledger: "Ledger", start: int) -> list[int]:
    """The nearest shown cells that unknown ones join to a cell, the cheapest first and of these the nearest."""
    seen, frontier, found = {start}, [start], list[int]()
    while frontier and len(found) < _TRIES:
        relations = sorted({number for i in frontier for number in ledger.cells[i].relations})
        fresh = sorted({i for number in relations for i, _ in ledger.relations[number].terms} - seen)
        seen |= set(fresh)
        found += ledger.candidates((i, 1) for i in fresh)
        frontier = [i for i in fresh if not ledger.cells[i].known]
    return sorted(found[:_TRIES], key=lambda index: ledger.cells[index].cost)


def _missing(
    ledger: "Ledger",
    leak: int,
    sides: Sequence[bool],
    *,
    freed: int | None = None,
    plain: Sequence[int] = (),
    limit: float = _NEIGHBOURS,
) -> float:
    """How much of the range 1 … threshold − 1 a cell lacks above (a side True) and below (False).

    As if `freed` were withheld, and the cells of `plain` had plain marks; only the nearest `limit` cells may move.
    """
    program = _Program(ledger, _component(ledger, leak, freed, limit), freed, plain)
    goals = {True: ledger.threshold - 1, False: 1}
    return sum(abs(goals[up] - program.reach(leak, goals[up], up)) for up in sides)


class _Program:
    """The linear program of a component: variables are its cells' distances from their true values."""

    def __init__(
        self, ledger: "Ledger", component: Sequence[int], freed: int | None = None, plain: Sequence[int] = ()
    ) -> None:
        import numpy as np
        from scipy.sparse import csc_array

        position = {index: place for place, index in enumerate(component)}
        numbers = sorted({number for i in component for number in ledger.cells[i].relations})
        entries = [
            (row, position[i], c)
            for row, number in enumerate(numbers)
            for i, c in ledger.relations[number].terms
            if i in position
        ]
        rows, columns, coefficients = zip(*entries, strict=True) if entries else ((), (), ())
        self._matrix = csc_array(
            (np.array(coefficients, dtype=float), (rows, columns)), shape=(len(numbers), len(component))
        )
        # The truth fulfils every relation: what is left is 0 where it is exact, and the room below 0 where it isn't.
        relations = [ledger.relations[number] for number in numbers]
        self._upper = np.array([-sum(c * ledger.cells[i].value for i, c in r.terms) for r in relations])
        self._lower = np.where([r.exact for r in relations], 0.0, -np.inf)
        boxes = [(ledger.threshold, inf) if i == freed else ledger.box(ledger.cells[i]) for i in component]
        for index in position.keys() & set(plain):
            if not ledger.cells[index].known:
                boxes[position[index]] = (0, inf)
        self._values = np.array([ledger.cells[i].value for i in component], dtype=float)
        self._low = np.minimum([low for low, _ in boxes] - self._values, 0)
        self._high = np.maximum([high for _, high in boxes] - self._values, 0)
        self._position = position

    def short_of(self, cells: Sequence[int], goal: float, up: bool) -> list[int]:
        """The cells that do not rise (or fall, with `up` false) as far as `goal` when all of them are asked to.

        One alone that falls short can't do it; of several, some may stand in each other's way.
        """
        left = [i for i in cells if self._is_short(self._values, i, goal, up)]
        while left:
            reached = self._solve(left, goal, up)
            still = [i for i in left if self._is_short(reached, i, goal, up)]
            if len(still) == len(left):
                break
            left = still
        return left

    def reach(self, cell: int, goal: float, up: bool) -> float:
        """How far the cell can rise or fall towards the goal."""
        if not self._is_short(self._values, cell, goal, up):
            return goal
        return float(self._solve([cell], goal, up)[self._position[cell]])

    def _is_short(self, values: "np.ndarray", cell: int, goal: float, up: bool) -> bool:
        missing = goal - values[self._position[cell]]
        return bool((missing if up else -missing) > _TOLERANCE)

    def _solve(self, cells: Sequence[int], goal: float, up: bool) -> "np.ndarray":
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp

        places = [self._position[i] for i in cells]
        objective = np.zeros(len(self._values))
        objective[places] = -1 if up else 1
        low, high = self._low.copy(), self._high.copy()
        if up:
            high[places] = np.minimum(high[places], goal - self._values[places])
        else:
            low[places] = np.maximum(low[places], goal - self._values[places])
        constraint = LinearConstraint(self._matrix, self._lower, self._upper)
        # `milp` without integers is linear programming with less ado than `linprog`.
        result = milp(objective, constraints=[constraint], bounds=Bounds(low, high))
        if result.x is None:
            raise RuntimeError(f"the disclosure check could not be solved: {result.message}")
        reached: np.ndarray = np.asarray(result.x) + self._values
        return reached
