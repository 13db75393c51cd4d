"""The counts behind the curves of persistence: who is followed and what ended, entered with all that they tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, permutations
from typing import NamedTuple

import polars as pl

from analytics.disclosure import Count, Ledger, count_people
from analytics.report.persistence.grid import EVENTS, Grid, Span, counts


class Cell(NamedTuple):
    """A count of a policy's first spells under a permissible gap: those followed after a day, or ended in a span."""

    policy: str
    gap: int | None
    state: str
    at: Span


class Change(NamedTuple):
    """Who is counted under the first gap and not under the second: what subtracting one row from another tells."""

    policy: str
    gaps: Span
    state: str
    day: int


class Cells:
    """The counts of one policy (`frame`: its rows of `by_person`), entered on the ledger.

    main: the gap whose curve is published on every day of the grid; others stand beside it on some coarser days.
    """

    def __init__(
        self, ledger: Ledger, policy: str, frame: pl.DataFrame, gaps: Sequence[int], main: int, grid: Grid
    ) -> None:
        self._ledger, self._policy, self._main, self.grid = ledger, policy, main, grid
        self._gaps = sorted(gaps)
        cells = {cell: counts(cell.gap or main, cell.state, cell.at) for cell in dict.fromkeys(self._cells())}
        changes = dict(self._changes())
        names = {str(place): condition for place, condition in enumerate([*cells.values(), *changes.values()])}
        counted = list(count_people(frame, [], names, ledger.threshold)[()].values())
        for cell, count in zip(cells, counted[: len(cells)], strict=True):
            printed, cost = self._printed(cell)
            ledger.add(cell, count, cost=cost, printed=printed, row=("persistence", policy, cell.gap))
        self._changed: dict[Change, Count] = dict(zip(changes, counted[len(cells) :], strict=True))
        for change, count in self._changed.items():
            ledger.add(change, count, cost=1, printed=False)
        self._relate()
        self._relate_changes()

    def followed(self, gap: int, day: int) -> Cell:
        """Who is still on therapy and followed after a day; on day 0 that is everybody, whatever the gap."""
        return Cell(self._policy, gap if day else None, "followed" if day else "everybody", (0, day))

    def ended(self, gap: int, state: str, span: Span) -> Cell:
        """Whose spell ended so (stopped, died, left; gone: died or left) in a span of days."""
        return Cell(self._policy, gap, state, span)

    def by(self, gap: int, causes: bool = False) -> tuple[int, ...]:
        """The days, from 0 on, on which a gap stands beside the others; `causes`: with died and left told apart."""
        if gap == self._main:
            return self.grid.coarse
        return (self.grid.causes if causes else self.grid.beside).get(gap, (0,))

    def _spans(self, gap: int) -> Iterator[tuple[str, Span]]:
        """Each state with the spans between the days on which it is counted under a gap."""
        for state in EVENTS:
            for span in pairwise(self.by(gap, causes=state in ("died", "left"))):
                yield state, span

    def _cells(self) -> Iterator[Cell]:
        yield self.followed(self._main, 0)
        for span in self.grid.spans:
            yield self.followed(self._main, span[1])
            yield from (self.ended(self._main, state, span) for state in EVENTS)
        for gap in self._gaps:
            yield from (self.followed(gap, day) for day in self.by(gap)[1:])
            for state, (low, high) in self._spans(gap):
                yield self.ended(gap, state, (low, high))
                yield self.ended(gap, state, (0, high))

    def _changes(self) -> Iterator[tuple[Change, pl.Expr]]:
        for one, other in permutations(self._gaps, 2):
            for state in ("followed", *EVENTS):
                causes = state in ("died", "left")
                for day in self.by(one, causes)[1:]:
                    if day in self.by(other, causes):
                        here, there = (counts(gap, state, (0, day)) for gap in (one, other))
                        yield Change(self._policy, (one, other), state, day), here & ~there

    def _printed(self, cell: Cell) -> tuple[bool, int]:
        """Whether a count stands in a table, and what readers lose without it: the main gap's curve most."""
        main = cell.gap in (self._main, None)
        if cell.state in ("followed", "everybody"):
            return True, 24 if main else 10
        if main and cell.at in self.grid.spans and cell.state in ("stopped", "gone"):
            return True, 22 if cell.state == "stopped" else 20
        cost = {"stopped": 8, "died": 6, "left": 4, "gone": 1}[cell.state] + (8 if main else 0)
        return cell.state != "gone" and cell.at[0] == 0 and cell.at[1] in self.by(cell.gap or self._main), cost

    def _relate(self) -> None:
        total = self._ledger.total
        for gap in self._gaps:
            fine = self.grid.spans if gap == self._main else []
            for span in dict.fromkeys([*fine, *pairwise(self.by(gap))]):
                ended = [self.ended(gap, state, span) for state in ("stopped", "gone")]
                total(self.followed(gap, span[0]), [self.followed(gap, span[1]), *ended])
            apart = {*fine, *((0, day) for day in self.by(gap, causes=True)[1:])}
            for span in sorted(apart):
                total(self.ended(gap, "gone", span), [self.ended(gap, state, span) for state in ("died", "left")])
            for state, (low, high) in self._spans(gap):
                if low:
                    parts = [self.ended(gap, state, span) for span in ((0, low), (low, high))]
                    total(self.ended(gap, state, (0, high)), parts)
                parts = [self.ended(gap, state, span) for span in fine if low <= span[0] < high]
                if len(parts) > 1:
                    total(self.ended(gap, state, (low, high)), parts)

    def _relate_changes(self) -> None:
        """One gap's count is another's, with those who are counted under it alone, without those of the other.

        Mostly a gap takes nobody along whom the longer one leaves: readers may reckon with that.
        """
        for change in self._changed:
            one, other = change.gaps
            if one < other:
                sides: list[list[Cell | Change]] = []
                for gap, gaps in ((one, (other, one)), (other, (one, other))):
                    back = change._replace(gaps=gaps)
                    cell = self.ended(gap, change.state, (0, change.day))
                    cell = self.followed(gap, change.day) if change.state == "followed" else cell
                    sides.append([cell, back] if self._changed[back].value else [cell])
                self._ledger.balance(*sides)
