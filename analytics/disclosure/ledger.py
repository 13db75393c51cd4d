"""The ledger of a page's counts: which of them are shown, and what is withheld so that no small one follows.

Cells are counts; relations say what adds up to what, also for counts that the page does not print but a reader can
work out. `protect` first hides the small cells, then withholds others, relation by relation, until each small cell's
range is wide enough, lets :mod:`analytics.disclosure.bounds` attack the whole and mends what it finds, and at last
shows again what :mod:`analytics.disclosure.restoring` finds to hide nothing.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from math import inf

from analytics.disclosure.counts import Count
from analytics.disclosure.rule import fewest_shown


class Hidden(Enum):
    """Why a cell of the page holds no number."""

    SMALL = "small"  # 1 to threshold − 1 people stand behind it
    WITHHELD = "withheld"  # a small cell could be worked out from it
    ALL_BUT_FEW = "all but few"  # withheld, and what it lacks of its total is marked small


@dataclass(slots=True)
class Cell:
    """A count on the ledger.

    printed: whether the page says it, as a number of its own or in a rate. marked: whether a mark stands where it is
    hidden; what is only part of a rate has none. cost: what readers lose without it; the cheapest is withheld first.
    row: cells of one row are rather withheld together than spread over many. plain: its mark says nothing about its
    size, not even that it isn't small.
    """

    value: float
    people: frozenset[Hashable] | None
    printed: bool
    marked: bool
    cost: int
    row: Hashable
    hidden: Hidden | None = None
    plain: bool = True
    relations: list[int] = field(default_factory=list)

    @property
    def known(self) -> bool:
        """Whether the page says the number."""
        return self.printed and self.hidden is None

    @property
    def small(self) -> bool:
        return bool(self.people)


@dataclass(frozen=True, slots=True)
class Relation:
    """Σ coefficient × cell = 0, or ≤ 0 where it is not exact. With a total, the first term is it, −1 times."""

    terms: tuple[tuple[int, int], ...]
    exact: bool
    has_total: bool = False


class Ledger:
    """The counts of one page. Fill it with `add`, `total` and `at_most`, `protect` it once, then read it."""

    def __init__(self, threshold: int | None = None) -> None:
        self.threshold = threshold or fewest_shown()
        self.cells: list[Cell] = []
        self.relations: list[Relation] = []
        self._index: dict[Hashable, int] = {}
        self._withheld_in_row: dict[Hashable, int] = {}

    # ---- Filling

    def add(
        self,
        key: Hashable,
        count: Count,
        *,
        cost: int = 5,
        printed: bool = True,
        marked: bool = True,
        row: Hashable | None = None,
    ) -> Hashable:
        """Enter a count under `key` and give the key back. An existing key must hold the same number."""
        if key in self._index:
            cell = self.cells[self._index[key]]
            if cell.value != count.value:
                raise ValueError(f"{key} is {cell.value} in one place and {count.value} in another")
            cell.printed, cell.marked, cell.cost = cell.printed or printed, cell.marked or marked, max(cell.cost, cost)
            return key
        self._index[key] = len(self.cells)
        self.cells.append(Cell(count.value, count.people, printed, marked, cost, key if row is None else row))
        return key

    def total(self, whole: Hashable, parts: Iterable[Hashable]) -> None:
        """The parts add up to the whole."""
        self._relate(whole, list(parts), exact=True)

    def balance(self, one_side: Sequence[Hashable], other_side: Sequence[Hashable]) -> None:
        """Both sides add up to the same: what follows from other relations, said so that it is seen at once."""
        left, right = sum(map(self._value, one_side)), sum(map(self._value, other_side))
        if left != right:
            raise ValueError(f"{one_side} are {left}, but {other_side} are {right}")
        terms = [(self._index[key], -1) for key in one_side] + [(self._index[key], 1) for key in other_side]
        self._enter(Relation(tuple(terms), exact=True))

    def total_if_so(self, whole: Hashable, parts: Iterable[Hashable]) -> None:
        """`total`, where the numbers happen to add up: what an attacker may guess from tables counted apart."""
        parts = list(parts)
        if self._value(whole) == sum(self._value(part) for part in parts):
            self._relate(whole, parts, exact=True)

    def at_most(self, least: Hashable, most: Iterable[Hashable]) -> None:
        """One count is at most the sum of others (a union, a subset), where the numbers bear it out."""
        most = list(most)
        if self._value(least) <= sum(self._value(part) for part in most):
            self._relate(least, most, exact=False)

    def entered(self, key: Hashable) -> Count:
        """What was entered under a key, whether or not it may be shown: for filling the ledger, never for a page."""
        cell = self.cells[self._index[key]]
        return Count(cell.value, cell.people)

    def _value(self, key: Hashable) -> float:
        return self.cells[self._index[key]].value

    def _relate(self, whole: Hashable, parts: Sequence[Hashable], exact: bool) -> None:
        if exact and self._value(whole) != sum(self._value(part) for part in parts):
            found = " + ".join(str(self._value(part)) for part in parts)
            raise ValueError(f"{whole} is {self._value(whole)}, but its parts are {found}")
        # Σ parts − whole = 0; for "whole ≤ Σ parts" the signs turn, so that the sum is ≤ 0.
        sign = 1 if exact else -1
        terms = ((self._index[whole], -sign), *((self._index[part], sign) for part in parts))
        self._enter(Relation(terms, exact, has_total=exact))

    def _enter(self, relation: Relation) -> None:
        for index, _ in relation.terms:
            self.cells[index].relations.append(len(self.relations))
        self.relations.append(relation)

    # ---- Reading

    def __getitem__(self, key: Hashable) -> float | Hidden:
        """The count as the page may say it. What is not meant for print can't be read."""
        cell = self.cells[self._index[key]]
        if not cell.printed:
            raise KeyError(f"{key} is not a printed count")
        return cell.value if cell.hidden is None else cell.hidden

    def __contains__(self, key: Hashable) -> bool:
        return key in self._index

    def shows(self, *keys: Hashable) -> bool:
        """Whether the page says all these numbers."""
        return all(self.cells[self._index[key]].known for key in keys)

    def is_few(self, key: Hashable) -> bool:
        """Whether the page marks a count as small, and it is: its people are few, and so is the count itself."""
        cell = self.cells[self._index[key]]
        return cell.hidden is Hidden.SMALL and cell.value < self.threshold

    def among(self, key: Hashable, whole: Hashable, rest: Hashable) -> float | Hidden:
        """A part of a total, or that it is all of it but few, where the rest's mark says so anyway."""
        told = self[key] is Hidden.WITHHELD and self.shows(whole) and self.is_few(rest)
        return Hidden.ALL_BUT_FEW if told else self[key]

    # ---- Protecting

    def box(self, cell: Cell) -> tuple[float, float]:
        """The range that a reader who knows these rules takes from a cell's own mark."""
        if cell.known:
            return cell.value, cell.value
        if cell.hidden is Hidden.SMALL:
            return 1, self.threshold - 1 if cell.value < self.threshold else inf
        return (0 if cell.plain else self.threshold), inf

    def protect(self, complementary: bool = True) -> "Ledger":
        """Decide what is shown. `complementary=False` hides the small cells alone (for a test that this leaks)."""
        from analytics.disclosure.bounds import mend
        from analytics.disclosure.restoring import restore

        for cell in self.cells:
            if cell.printed and cell.small:
                self._hide(cell, Hidden.SMALL)
        if complementary:
            self._clear_below_small_totals()
            self.settle(range(len(self.relations)))
            mend(self)
            restore(self)
        return self

    def _hide(self, cell: Cell, mark: Hidden, plain: bool | None = None) -> None:
        cell.hidden = mark if cell.marked else Hidden.WITHHELD
        # A withheld count that isn't small is one of `threshold` or more, and who knows the rules knows that.
        cell.plain = (cell.small or cell.value < self.threshold) if plain is None else plain
        self._withheld_in_row[cell.row] = self._withheld_in_row.get(cell.row, 0) + 1

    def _clear_below_small_totals(self) -> None:
        """Of a small group nothing more is said: not even which of its parts are 0."""
        changed = True
        while changed:
            changed = False
            for relation in self.relations:
                (whole, _), *parts = relation.terms
                if not relation.has_total or not self.cells[whole].small:
                    continue
                for index, _ in parts:
                    cell = self.cells[index]
                    if cell.printed and not (cell.hidden is Hidden.WITHHELD and cell.plain):
                        self._hide(cell, Hidden.WITHHELD, plain=True)
                        changed = True

    def settle(self, relations: Iterable[int]) -> None:
        """Withhold cells until no relation, looked at by itself, narrows a small cell down."""
        waiting = list(relations)[::-1]
        queued = set(waiting)
        while waiting:
            number = waiting.pop()
            queued.discard(number)
            while self.leaks(self.relations[number]):
                changed = self._close(self.relations[number])
                if not changed:
                    break
                again = {other for index in changed for other in self.cells[index].relations} - {number} - queued
                waiting += sorted(again, reverse=True)
                queued |= again

    def _close(self, relation: Relation) -> list[int]:
        """Close a leak: by plainer marks if they do, else by withholding the cheapest cell. Gives the cells changed."""
        chosen = self.candidates(relation.terms)[:1]
        if not chosen or not self.leaks(relation, plain=True):
            return [index for index, _ in relation.terms if self.say_less(index)]
        self.withhold(chosen[0])
        return chosen

    def candidates(self, terms: Iterable[tuple[int, int]]) -> list[int]:
        """The shown cells among the terms that could be withheld, the cheapest loss first; zeros hide nothing."""
        indexes = [i for i, _ in terms if self.cells[i].known and self.cells[i].value]

        def loss(index: int) -> tuple[float, ...]:
            cell = self.cells[index]
            narrow = cell.value < 2 * self.threshold
            return cell.cost, -self._withheld_in_row.get(cell.row, 0), narrow, cell.value, index

        return sorted(indexes, key=loss)

    def withhold(self, index: int) -> None:
        """Withhold a cell so that others do not follow."""
        self._hide(self.cells[index], Hidden.WITHHELD)

    def say_less(self, index: int) -> bool:
        """Make a hidden cell's mark plain, where even marks say too much ("<11" twice, of 13). Whether it changed."""
        cell = self.cells[index]
        if cell.hidden is None or (cell.hidden is Hidden.WITHHELD and cell.plain):
            return False
        cell.hidden, cell.plain = Hidden.WITHHELD, True
        return True

    def leaks(self, relation: Relation, plain: bool = False) -> bool:
        """Whether this relation alone, with the cells' marks, narrows a small cell to less than 1 to threshold − 1.

        plain: as if all marks were plain.
        """
        unknown = [(i, c) for i, c in relation.terms if not self.cells[i].known]
        if relation.exact and len(unknown) == 1 and self.cells[unknown[0][0]].hidden:
            # Withheld in vain: it follows from the others at once.
            return True
        if not any(self.cells[i].small for i, _ in unknown):
            return False
        known = sum(c * self.cells[i].value for i, c in relation.terms if self.cells[i].known)
        boxes = {i: (0, inf) if plain else self.box(self.cells[i]) for i, _ in unknown}
        least = {i: min(c * end for end in boxes[i]) for i, c in unknown}
        most = {i: max(c * end for end in boxes[i]) for i, c in unknown}
        for index, coefficient in unknown:
            if not self.cells[index].small:
                continue
            upper = -known - sum(value for i, value in least.items() if i != index)
            lower = -known - sum(value for i, value in most.items() if i != index) if relation.exact else -inf
            if coefficient < 0:
                lower, upper = -upper, -lower
            if lower > 1 or upper < self.threshold - 1:
                return True
        return relation.exact and self._few_behind_the_rest(relation, unknown)

    def _few_behind_the_rest(self, relation: Relation, unknown: list[tuple[int, int]]) -> bool:
        """Whether what is left of a shown total, though many administrations, is of few people taken together."""
        if not relation.has_total or not self.cells[relation.terms[0][0]].known:
            return False
        behind: set[Hashable] = set()
        for index, _ in unknown:
            people = self.cells[index].people
            if people is None:
                return False
            behind |= people
        return 0 < len(behind) < self.threshold
