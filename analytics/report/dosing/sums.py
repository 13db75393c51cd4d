"""Sums of units and dollars: each is shown where enough people stand behind it, and no sum of few people follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from analytics.disclosure import Hidden, Ledger
from analytics.report.ladder import Group, Ladder, Measure

#: Whose administrations a sum adds up.
_POPULATIONS: Mapping[str, pl.Expr] = {
    "any": pl.lit(True),
    "exceeding": pl.col("status") == "exceeds",
    "wasting": pl.col("wasted_units") > 0,
    "avoiding": pl.col("avoidable_units") > 0,
    # What is discarded beyond whole vials: a reader takes the one sum from the other.
    "leaving": pl.col("wasted_units") > pl.col("avoidable_units"),
}
#: sum -> (column, the populations that must be shown; the first is the one that is added up)
UNITS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "billed_units": ("billed_units", ("any",)),
    "given_units": ("administered_units", ("any", "wasting")),
    "wasted_units": ("wasted_units", ("wasting",)),
    "wasted_vials": ("wasted_vials", ("wasting",)),
    "avoidable_units": ("avoidable_units", ("avoiding", "wasting", "leaving")),
    "avoidable_vials": ("avoidable_vials", ("avoiding", "wasting", "leaving")),
    "excess_units": ("excess_units", ("exceeding",)),
}
DOLLARS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "billed_amount": ("allowed_amount", ("any",)),
    "wasted_amount": ("wasted_allowed_amount", ("wasting",)),
    "avoidable_amount": ("avoidable_allowed_amount", ("avoiding", "wasting", "leaving")),
    "excess_amount": ("excess_allowed_amount", ("exceeding",)),
}


class Sums:
    """Units and dollars of administrations, by policy and payer and over the stretches of months that are compared.

    frame: administrations as :mod:`.dosing_frame` makes them. The people behind each sum are a count on the ledger,
    taken for printed: who knows the sums of a group and of all but a few of it, knows the sum of those few.
    """

    def __init__(self, ledger: Ledger, frame: pl.DataFrame) -> None:
        self._frame = frame
        priced = pl.col("allowed_amount").is_not_null()
        measures = {name: Measure(is_in, marked=False) for name, is_in in _POPULATIONS.items()}
        measures |= {f"{name}_priced": Measure(is_in & priced, marked=False) for name, is_in in _POPULATIONS.items()}
        self._ladder = Ladder(ledger, "sum", frame, measures, ())
        self._ladder.rung("all", [], cost=40)
        self._ladder.rung("policy", ["policy_id"], cost=30)
        self._ladder.rung("payer", ["policy_id", "payer"], cost=20)
        self._ladder.rung("stretch", ["stretch"], cost=10)
        for upper, lower in (("all", "policy"), ("policy", "payer"), ("all", "stretch")):
            self._ladder.link(upper, lower)
        self._sums = {
            rung: self._summed(by)
            for rung, by in (
                ("all", []),
                ("policy", ["policy_id"]),
                ("payer", ["policy_id", "payer"]),
                ("stretch", ["stretch"]),
            )
        }

    def _summed(self, by: list[str]) -> dict[Group, Mapping[str, Any]]:
        sums = {}
        for names, suffix in ((UNITS, ""), (DOLLARS, "_priced")):
            for name, (column, populations) in names.items():
                sums[name] = pl.col(column).filter(_POPULATIONS[populations[0]].fill_null(False)).sum()
                sums[f"n:{name}"] = self._ladder.measures[populations[0]].condition.fill_null(False).sum()
                if suffix:
                    sums[f"k:{name}"] = self._ladder.measures[populations[0] + suffix].condition.fill_null(False).sum()
        if not by:
            return {(): self._frame.select(**sums).row(0, named=True)}
        return {
            tuple(row[key] for key in by): row for row in self._frame.group_by(by).agg(**sums).iter_rows(named=True)
        }

    # ---- What may be shown, once the ledger is protected

    def of(self, rung: str, group: Group) -> dict[str, Any]:
        """The sums of a row (rung all, policy, payer or stretch); dollars are None where no amount is known."""
        found = self._sums[rung][group]
        values: dict[str, Any] = {}
        for name, (_, populations) in UNITS.items():
            values[name] = found[name] if self._ladder.shows(rung, group, *populations) else Hidden.WITHHELD
        for name, (_, populations) in DOLLARS.items():
            priced = [f"{population}_priced" for population in populations]
            values[name] = found[name] if self._ladder.shows(rung, group, *populations, *priced) else Hidden.WITHHELD
            unknown = found[f"n:{name}"] and not found[f"k:{name}"] and values[name] is not Hidden.WITHHELD
            if unknown or not found["k:billed_amount"]:
                values[name] = None
        return values

    @property
    def partly_priced(self) -> bool:
        """Whether some administrations have an allowed amount and others have none."""
        found = self._sums["all"][()]
        return bool(0 < found["k:billed_amount"] < found["n:billed_amount"])
