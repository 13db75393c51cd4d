"""Payers side by side: the same measures of each, and how two of them differ, where both may be shown."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import polars as pl

from analytics.disclosure import Hidden, Ledger
from analytics.report.approvals.requests import Requests
from analytics.report.dosing.administrations import Dosing
from analytics.report.ladder import Group
from analytics.report.renewals.approvals_ended import Renewals
from analytics.report.tables import Rate
from analytics.statistics import Estimate, difference, median_limits, newcombe, ratio_of_sums

#: So many payers are set beside each other, those with the most administrations: three make three pairs.
MOST = 3
Value = Rate | Estimate | Hidden | None


class Payers:
    """What each payer's page figures are, measure by measure.

    Rates and sums come from their sections' tables, shown where they are shown there, so nothing new can be worked out
    of them. What is new are limits, and the median time to decision: neither tells a count.
    """

    def __init__(self, ledger: Ledger, dosing: Dosing, requests: Requests, renewals: Renewals) -> None:
        self._dosing, self._requests, self._renewals = dosing, requests, renewals
        self._enough = 4 * ledger.threshold
        self.timed = "hours_to_decision" in requests.frame.columns

    # ---- What may be shown

    def groups(self) -> list[Group]:
        """The payers (policy, payer) with the most administrations, by name; those whose number is hidden come last."""
        at = self._dosing.ladder

        def size(group: Group) -> tuple[Any, ...]:
            n = at.count("payer", group, "n")
            return (1, 0, group) if isinstance(n, Hidden) else (0, -n, group)

        return sorted(sorted(at.groups["payer"], key=size)[:MOST], key=lambda group: (group[1], group[0]))

    def n_payers(self) -> int:
        """How many payers have any administration."""
        return len(self._dosing.ladder.groups["payer"])

    def pairs(self) -> list[tuple[Group, Group]]:
        """Every two of the payers."""
        return list(combinations(self.groups(), 2))

    def values(self, group: Group) -> dict[str, Value]:
        """The measures of a payer by name; None where there is nothing to measure."""
        found: dict[str, Value] = {"kept": self._dosing.row("payer", group)["compliance"]}
        asked = self._requests.row("payer", group) if group in self._requests.ladder.groups["payer"] else {}
        found |= {"first": asked.get("first"), "final": asked.get("final")}
        if self._renewals.told:
            ended = group in self._renewals.ladder.groups["payer"]
            found["retained"] = self._renewals.row("payer", group)["retention_on"] if ended else None
        found["over"] = self._units_over(group)
        if self.timed:
            found["hours"] = self._hours(group)
        return {name: _as_shown(value) for name, value in found.items()}

    def _units_over(self, group: Group) -> Value:
        """Units over the limits per 100 units billed, with limits that take each person's units together."""
        row = self._dosing.row("payer", group)
        if isinstance(row["excess_units"], Hidden) or isinstance(row["billed_units"], Hidden):
            return Hidden.WITHHELD
        exceeds = pl.col("status") == "exceeds"
        frame = self._dosing.frame.filter((pl.col("policy_id") == group[0]) & (pl.col("payer") == group[1]))
        over = pl.when(exceeds).then(pl.col("excess_units")).otherwise(0).cast(pl.Float64).sum()
        people = frame.group_by("person_id").agg(over=100 * over, billed=pl.col("billed_units").cast(pl.Float64).sum())
        return ratio_of_sums(people.select("over", "billed").rows())

    def _hours(self, group: Group) -> Value:
        """The median hours to decision; its limits are two of the values, so people must lie on both sides of each."""
        at = self._requests.ladder
        if group not in at.groups["payer"] or not at.shows("payer", group, "n"):
            return Hidden.WITHHELD
        own = (pl.col("policy_id") == group[0]) & (pl.col("payer") == group[1])
        frame = self._requests.frame.filter(own).drop_nulls("hours_to_decision")
        if 0 < frame["person_id"].n_unique() < self._enough:
            return Hidden.WITHHELD
        return median_limits(frame["hours_to_decision"].cast(pl.Float64).to_list())


def _as_shown(value: Any) -> Value:
    """A value as this table shows it: what is only bounded is withheld here."""
    return value if value is None or isinstance(value, Rate | Estimate | Hidden) else Hidden.WITHHELD


def differ(one: Value, other: Value) -> Estimate | Hidden | None:
    """one less the other, with limits: shown where both are."""
    if isinstance(one, Rate) and isinstance(other, Rate):
        return newcombe(one.k, one.n, other.k, other.n)
    if isinstance(one, Estimate) and isinstance(other, Estimate):
        return difference(one, other)
    return Hidden.WITHHELD if Hidden.WITHHELD in (one, other) else None
