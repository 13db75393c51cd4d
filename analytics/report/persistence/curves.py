"""How long people stay on therapy: counts on a grid of days, entered on the ledger, and what may be shown of them.

A curve drawn at every person's own day would tell who stopped when, so the page has it on a grid. An estimate is shown
only where every count that it is made of is shown. Cumulative incidences are computed from the shown counts alone:
computed from everybody's own day they would tell how deaths are spread over shorter times than the page shows.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import polars as pl

from analytics.disclosure import Count, Hidden, Ledger, count_people
from analytics.report.persistence.cells import Cells
from analytics.report.persistence.grid import STATES, by_person, choose
from analytics.statistics import Estimate, cumulative_incidence

if TYPE_CHECKING:
    from analytics.report.parts import Study

#: The gap whose curve is shown in full; the others stand beside it.
MAIN_GAP = 60


class Persistence:
    """First spells of people new to a policy's drug, by permissible gap, on a grid of days since the first dose.

    told: whether it can be told at all; without eligibility it can't. gaps: the permissible gaps, in days.
    """

    def __init__(self, study: Study, ledger: Ledger) -> None:
        self._ledger = ledger
        spells = study.therapy_spell
        self.told = not spells["event"].is_null().any()
        self.gaps: list[int] = sorted(spells["gap_days"].unique().to_list())
        self.main = MAIN_GAP if MAIN_GAP in self.gaps else max(self.gaps, default=MAIN_GAP)
        self._cells: dict[str, Cells] = {}
        if not self.told:
            return
        rates = study.persistence.filter(pl.col("payer").is_null()).sort("day")
        self._rates = rates.partition_by("policy_id", "gap_days", as_dict=True)
        frame = by_person(spells.filter("is_followed"), self.gaps)
        for (policy,), own in frame.group_by("policy_id", maintain_order=True):
            grid = choose(own, self.gaps, self.main, ledger.threshold)
            self._cells[str(policy)] = Cells(ledger, str(policy), own, self.gaps, self.main, grid)
        self._relate_to_treated(study, frame)

    def _relate_to_treated(self, study: Study, frame: pl.DataFrame) -> None:
        """Who is treated and not followed: what subtracting the people followed from those of the dosing tells."""
        treated = study.administration.select("policy_id", "person_id").unique()
        others = treated.join(frame, on=["policy_id", "person_id"], how="anti")
        counted = count_people(others, ["policy_id"], {"n": pl.lit(True)}, self._ledger.threshold)
        for policy, cells in self._cells.items():
            whole: Hashable = ("dosing", "policy", policy, "persons")
            if whole in self._ledger:
                count = counted[(policy,)]["n"] if (policy,) in counted else Count(0, frozenset())
                rest = self._ledger.add(("persistence", policy, "not followed"), count, printed=False)
                self._ledger.total_if_so(whole, [cells.followed(self.main, 0), rest])

    # ---- What may be shown

    @property
    def policies(self) -> list[str]:
        """The policies that anybody's therapy can be followed under."""
        return list(self._cells)

    def people(self, policy: str) -> float | Hidden:
        """How many people of a policy are followed from their first dose on."""
        return self._ledger[self._cells[policy].followed(self.main, 0)]

    def curve(self, policy: str) -> list[dict[str, Any]]:
        """The main gap's rows: day, how many are still followed on therapy, who stopped or went since the row above."""
        cells = self._cells[policy]
        start = {"day": 0, "followed": self.people(policy), "stopped": None, "gone": None, "rate": 1.0}
        rows: list[dict[str, Any]] = [start]
        for span in cells.grid.spans:
            followed = self._ledger[cells.followed(self.main, span[1])]
            ended = {state: self._ledger[cells.ended(self.main, state, span)] for state in ("stopped", "gone")}
            rows.append(
                {"day": span[1], "followed": followed, **ended, "rate": self._lasting(policy, self.main, span[1])}
            )
        return rows

    def compared(self, policy: str) -> list[dict[str, Any]]:
        """Rows by day and gap: how many have stopped, died or gone by then, and the estimates."""
        return [self._beside(policy, gap, day) for day in self._cells[policy].grid.coarse[1:] for gap in self.gaps]

    def _beside(self, policy: str, gap: int, day: int) -> dict[str, Any]:
        cells, ledger = self._cells[policy], self._ledger
        row: dict[str, Any] = {"day": day, "gap": gap}
        names = ("followed", *STATES, "rate", "stopped_rate", "died_rate")
        if day not in cells.by(gap):
            return row | dict.fromkeys(names, Hidden.WITHHELD)
        row |= {"followed": ledger[cells.followed(gap, day)], "stopped": ledger[cells.ended(gap, "stopped", (0, day))]}
        apart = day in cells.by(gap, causes=True)
        for state in ("died", "left"):
            row[state] = ledger[cells.ended(gap, state, (0, day))] if apart else Hidden.WITHHELD
        stopped, died = self._incidence(policy, gap, day) if apart else (Hidden.WITHHELD, Hidden.WITHHELD)
        return row | {"rate": self._lasting(policy, gap, day), "stopped_rate": stopped, "died_rate": died}

    def _chain(self, policy: str, gap: int, day: int, states: Sequence[str]) -> list[Hashable]:
        """The counts that an estimate at a day is made of, from the first day on."""
        cells = self._cells[policy]
        found: list[Hashable] = [cells.followed(gap, 0)]
        if gap == self.main:
            for span in cells.grid.spans:
                if span[1] <= day:
                    found += [cells.followed(gap, span[1]), cells.ended(gap, "stopped", span)]
        if gap != self.main or len(states) > 1:
            for high in cells.by(gap)[1:]:
                if high <= day:
                    found += [cells.followed(gap, high), cells.ended(gap, "stopped", (0, high))]
            for high in cells.by(gap, causes=True)[1:] if len(states) > 1 else ():
                if high <= day:
                    found += [cells.ended(gap, state, (0, high)) for state in states]
        return found

    def _lasting(self, policy: str, gap: int, day: int) -> Estimate | float | Hidden:
        """Kaplan-Meier's share still on therapy after a day, from everybody's own day."""
        if not self._ledger.shows(*self._chain(policy, gap, day, ("stopped",))):
            return Hidden.WITHHELD
        name = "persistence_rate"
        rows = self._rates[policy, gap].filter(pl.col("day") <= day).select(name, f"{name}_low", f"{name}_high")
        return _estimate(*rows.row(-1)) if rows.height else 1.0

    def _incidence(self, policy: str, gap: int, day: int) -> list[Estimate | float | Hidden]:
        """The shares that have stopped and died by a day (Aalen-Johansen), from the shown counts alone."""
        chain = [*self._chain(policy, gap, day, STATES), *self._chain(policy, self.main, day, ("stopped",))]
        if not self._ledger.shows(*chain):
            return [Hidden.WITHHELD, Hidden.WITHHELD]
        days, events, censored = self._shared_out(policy, gap, day)
        return [_estimate(*curve[-1][1:]) for curve in cumulative_incidence(days, events, censored)]

    def _shared_out(self, policy: str, gap: int, day: int) -> tuple[list[int], list[list[int]], list[int]]:
        """What ended under a gap up to a day, shared out over the curve's days as the main gap's curve has it.

        In the middle of each stretch half of those no longer followed have gone, and then all events happen: as if
        they came evenly. Gives days, events (stopped, died) and who is no longer followed.
        """
        cells = self._cells[policy]
        days: list[int] = []
        stopped: list[int] = []
        died: list[int] = []
        left: list[int] = []
        for low, high in pairwise(cells.by(gap, causes=True)):
            if high > day:
                break
            inner = [span for span in cells.grid.spans if low <= span[0] < high]
            stops, gone = ([self._count(cells.ended(self.main, s, i)) for i in inner] for s in ("stopped", "gone"))
            totals = [
                self._count(cells.ended(gap, s, (0, high))) - self._count_before(cells, gap, s, low) for s in STATES
            ]
            shares = [_share_out(totals[0], stops), _share_out(totals[1], gone), _share_out(totals[2], gone)]
            for span, stop, death, leaving in zip(inner, *shares, strict=True):
                days += [span[0] + 1, span[1]]
                stopped, died = [*stopped, 0, stop], [*died, 0, death]
                left += [leaving // 2, leaving - leaving // 2]
        return [*days, day + 1], [[*stopped, 0], [*died, 0]], [*left, self._count(cells.followed(gap, day))]

    def _count(self, key: Hashable) -> int:
        return int(self._ledger.entered(key).value)

    def _count_before(self, cells: Cells, gap: int, state: str, day: int) -> int:
        return self._count(cells.ended(gap, state, (0, day))) if day else 0


def _share_out(total: int, weights: Sequence[int]) -> list[int]:
    """A whole number in proportion to weights, in whole numbers."""
    whole, up_to, given = sum(weights) or len(weights), 0, 0
    shares = []
    for weight in weights:
        up_to += weight if sum(weights) else 1
        shares.append(total * up_to // whole - given)
        given += shares[-1]
    return shares


def _estimate(value: float, low: float | None, high: float | None) -> Estimate | float:
    return value if low is None or high is None else Estimate(value, low, high)
