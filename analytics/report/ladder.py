"""Counts of one kind of thing on rungs of rows (all, policy, payer, month), entered on the ledger with what adds up."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from analytics.disclosure import Hidden, Ledger, count_people
from analytics.report.tables import Bound, Rate, rate

Group = tuple[Any, ...]


@dataclass(frozen=True)
class Measure:
    """A column of counts: which rows count, what readers lose without it, and whether the page prints it.

    A measure that is not printed can be worked out from those that are; it is entered so that nothing small follows.
    One that is not marked is printed as part of a rate alone.
    """

    condition: pl.Expr
    cost: int = 1
    printed: bool = True
    marked: bool = True


class Ladder:
    """Rungs of groups over one frame (one row a thing, with `person_id`), each with the same measures.

    splits: (whole, parts) of measures that add up within every row. balances: what follows from them for measures
    that are not printed, as (one side, other side) of equal sums.
    """

    def __init__(
        self,
        ledger: Ledger,
        name: str,
        frame: pl.DataFrame,
        measures: Mapping[str, Measure],
        splits: Sequence[tuple[str, Sequence[str]]],
        balances: Sequence[tuple[Sequence[str], Sequence[str]]] = (),
    ) -> None:
        self.ledger, self.name, self.frame = ledger, name, frame
        self.measures, self.splits, self.balances = measures, splits, balances
        self.groups: dict[str, list[Group]] = {}
        self._only: dict[str, list[str]] = {}

    def key(self, rung: str, group: Group, measure: str) -> Hashable:
        """The ledger's key of a count."""
        return (self.name, rung, *group, measure)

    def rung(
        self,
        rung: str,
        by: Sequence[str],
        cost: int,
        *,
        only: Sequence[str] = (),
        unprinted: Sequence[str] = (),
        people: bool = False,
        among: pl.DataFrame | None = None,
    ) -> None:
        """Enter a row for each group of `by`, whose loss costs `cost` and more.

        only: the measures that the rung has. unprinted: those of them that the page does not print on this rung.
        people: also how many people each group has. among: the rows of the frame that the rung is about, if not all.
        """
        names = list(only or self.measures)
        conditions = {name: self.measures[name].condition for name in names}
        frame = self.frame if among is None else among
        counted = count_people(frame, by, conditions, self.ledger.threshold)
        self.groups[rung], self._only[rung] = list(counted), names
        for group, counts in counted.items():
            for name, count in counts.items():
                measure = self.measures[name]
                self.ledger.add(
                    self.key(rung, group, name),
                    count,
                    cost=cost + measure.cost,
                    printed=measure.printed and name not in unprinted,
                    marked=measure.marked,
                    row=(self.name, rung, *group),
                )
            for whole, parts in self.splits:
                if {whole, *parts} <= set(names):
                    keys = [self.key(rung, group, part) for part in parts]
                    self.ledger.total(self.key(rung, group, whole), keys)
            for one_side, other_side in self.balances:
                if {*one_side, *other_side} <= set(names):
                    left, right = ([self.key(rung, group, name) for name in side] for side in (one_side, other_side))
                    self.ledger.balance(left, right)
        if people:
            self._people(rung, by, cost)

    def _people(self, rung: str, by: Sequence[str], cost: int) -> None:
        persons = self.frame.select(*by, "person_id").unique()
        counted = count_people(persons, by, {"persons": pl.lit(True)}, self.ledger.threshold)
        for group, counts in counted.items():
            key = self.key(rung, group, "persons")
            self.ledger.add(key, counts["persons"], cost=cost + 3, row=(self.name, rung, *group))
            self.ledger.at_most(key, [self.key(rung, group, "n")])

    def link(self, upper: str, lower: str) -> None:
        """The lower rung's groups are parts of the upper's: those that begin with its key."""
        shared = [name for name in self._only[upper] if name in self._only[lower]]
        for group in self.groups[upper]:
            below = [key for key in self.groups[lower] if key[: len(group)] == group]
            for name in shared:
                self.ledger.total(self.key(upper, group, name), [self.key(lower, key, name) for key in below])
            whole = self.key(upper, group, "persons")
            parts = [self.key(lower, key, "persons") for key in below]
            if whole in self.ledger and all(part in self.ledger for part in parts):
                # Persons don't add up (some have two payers), but a union is at most the sum, a part at most the whole.
                self.ledger.at_most(whole, parts)
                for part in parts:
                    self.ledger.at_most(part, [whole])

    # ---- Reading, once the ledger is protected

    def count(self, rung: str, group: Group, measure: str) -> float | Hidden:
        """A count as it may be shown."""
        return self.ledger[self.key(rung, group, measure)]

    def counts(self, rung: str, group: Group, *measures: str) -> dict[str, float | Hidden]:
        """Several counts of one row, by their names."""
        return {name: self.count(rung, group, name) for name in measures}

    def rate(self, rung: str, group: Group, k: str, n: str, rest: str | None = None) -> Rate | Bound | Hidden | None:
        """The rate of two counts of one row; `rest` is what k lacks of n, where the page prints it."""
        others = self.key(rung, group, rest) if rest else None
        return rate(self.ledger, self.key(rung, group, k), self.key(rung, group, n), others)

    def shows(self, rung: str, group: Group, *measures: str) -> bool:
        """Whether all these counts of one row are shown."""
        return self.ledger.shows(*(self.key(rung, group, name) for name in measures))
