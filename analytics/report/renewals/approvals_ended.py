"""What became of approvals: the counts, entered on the ledger, and what may be shown of them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from analytics.disclosure import Count, Hidden, Ledger, count_people
from analytics.report.dosing.frame import straddling
from analytics.report.ladder import Group, Ladder
from analytics.report.renewals.measures import (
    ALWAYS,
    GROUPS,
    SPLITS,
    STRETCH,
    UNASKED,
    Band,
    gap_bands,
    grouped_outcomes,
    is_sound,
    measures,
)
from analytics.report.renewals.periods import Periods, choose_periods, months_compared
from analytics.report.words import OUTCOMES
from analytics.results.renewals import LEFT, RENEWED

if TYPE_CHECKING:
    from analytics.report.parts import Study

_BY: dict[str, list[str]] = {"all": [], "policy": ["policy_id"], "payer": ["policy_id", "payer"]}


class Renewals:
    """Final approvals by policy, payer and the period in which they ended.

    `over_time`: the periods of each policy that has any. `decided`: whether decisions and outcomes are printed by these
    periods or by the years that they make, and which of them (none: ()).
    `told`: whether outcomes are known throughout; without eligibility they aren't, and only the decisions on renewal
    requests are counted. `stretches`: the months that the headline figure compares.
    """

    def __init__(self, study: Study, ledger: Ledger, horizon: date | None) -> None:
        self.ledger, self.horizon = ledger, horizon
        frame = study.renewal.with_columns(on_therapy=pl.col("on_therapy").fill_null(False))
        self.told = not frame["outcome"].is_null().any()
        self.decided: dict[Group, tuple[str, tuple[str, ...]]] = {}
        self.stretches = months_compared(frame, horizon) if self.told else {}
        self.frame = self._with_periods(frame, horizon)
        self.ladder = at = Ladder(ledger, "renewal", self.frame, measures(), SPLITS if self.told else ALWAYS)
        only = () if self.told else ("n", "decided", "approved", "denied", "uncovered", "covered")
        for rung, cost in (("all", 40), ("policy", 30), ("payer", 20)):
            at.rung(rung, _BY[rung], cost=cost, only=only, unprinted=GROUPS[1:], people=True)
        for upper, lower in (("all", "policy"), ("policy", "payer")):
            at.link(upper, lower)
        for policy in self.over_time:
            self._enter_periods(policy, only[:4] or [name for name in at.measures if not name.endswith("covered")])
        self._enter_doses()
        if self.told:
            self._enter_stretches()
            self._outcomes: dict[str, list[tuple[str, ...]]] = {}
            self._bands: dict[str, list[Band]] = {}
            for (policy_id,) in at.groups["policy"]:
                self._enter_outcomes(policy_id, self.frame.filter(pl.col("policy_id") == policy_id))

    def _with_periods(self, frame: pl.DataFrame, horizon: date | None) -> pl.DataFrame:
        """The approvals with `period`, and the `stretch` of months that the headline figure compares."""
        names = ("left", "on_retained", "on_lost", "off") if self.told else ("approved", "denied")
        shown = {name: measure.condition for name, measure in measures().items() if name in names}
        self.over_time: dict[Group, Periods] = {}
        period = pl.lit(None, dtype=pl.Date)
        for (policy,), own in frame.group_by("policy_id", maintain_order=True):
            periods = choose_periods(own, shown, horizon, self.ledger.threshold)
            if periods:
                self.over_time[(policy,)] = periods
                period = (
                    pl.when(pl.col("policy_id") == policy).then(periods.of(pl.col("approved_to"))).otherwise(period)
                )
        stretch = pl.lit("outside")
        for name, days in self.stretches.items():
            stretch = pl.when(pl.col("approved_to").is_between(*days)).then(pl.lit(name)).otherwise(stretch)
        frame = frame.with_columns(period=period, stretch=stretch)
        return frame.with_columns(year=pl.col("period").dt.truncate("12mo"))

    def _has_periods(self) -> pl.Expr:
        return pl.col("policy_id").is_in([policy for (policy,) in self.over_time])

    def _enter_periods(self, policy: Group, names: Sequence[str]) -> None:
        """A policy's periods, and what was decided and became of approvals in them, or else in the years they make."""
        at, own = self.ladder, self.frame.filter(pl.col("policy_id") == policy[0])
        self.decided[policy] = ("period", ())
        sets: list[tuple[str, ...]] = [("left", "eligible", *GROUPS)] if self.told else []
        sets.append(("approved", "denied"))
        for column in ("period", "year"):
            for printed in sets:
                shown = {name: at.measures[name].condition for name in printed if name in names}
                if not self.decided[policy][1] and is_sound(own, [column], shown, self.ledger.threshold):
                    self.decided[policy] = (column, printed)
        column, printed = self.decided[policy]
        decided = [name for name in ("decided", *GROUPS) if name not in printed]
        if printed:
            decided.remove("decided")
        everything = ("decided", *GROUPS)
        rungs = {"period": decided if column == "period" else everything}
        rungs |= {"year": decided} if column == "year" else {}
        for name, unprinted in rungs.items():
            at.rung(self.rung(name, policy), ["policy_id", name], cost=10, only=names, unprinted=unprinted, among=own)
        for name in names:
            whole = at.key("policy", policy, name)
            groups = {rung: at.groups[self.rung(rung, policy)] for rung in rungs}
            self.ledger.total(whole, [at.key(self.rung("period", policy), group, name) for group in groups["period"]])
            for year in groups.get("year", []):
                parts = [group for group in groups["period"] if _year(group[1]) == year[1]]
                keys = [at.key(self.rung("period", policy), group, name) for group in parts]
                self.ledger.total(at.key(self.rung("year", policy), year, name), keys)

    def rung(self, name: str, policy: Group) -> str:
        """The rung of a policy's periods (or of the years that they make) on the ladder."""
        return f"{name} of {policy[0]}"

    def _enter_doses(self) -> None:
        """Doses without cover: administrations, with the people of the approvals that they follow."""
        at, uncovered = self.ladder, self.frame.filter(pl.col("doses_uncovered") > 0)
        for rung, by in _BY.items():
            people = count_people(uncovered, by, {"n": pl.lit(True)}, self.ledger.threshold)
            doses = {row[1:]: row[0] for row in self._summed(uncovered, by).iter_rows()}
            for group in at.groups[rung]:
                behind = people[group]["n"].people if group in people else frozenset()
                key = self._doses_key(group)
                self.ledger.add(key, Count(doses.get(group, 0), behind), cost=6, row=("renewal", rung, *group))
                self.ledger.at_most(at.key(rung, group, "uncovered"), [key])
        for upper, lower in (("all", "policy"), ("policy", "payer")):
            for group in at.groups[upper]:
                parts = [self._doses_key(other) for other in at.groups[lower] if other[: len(group)] == group]
                self.ledger.total(self._doses_key(group), parts)

    def _summed(self, uncovered: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
        doses = pl.col("doses_uncovered").sum()
        return uncovered.group_by(by).agg(doses).select("doses_uncovered", *by) if by else uncovered.select(doses)

    def _enter_stretches(self) -> None:
        """The stretches of months that are compared, and what they share with the policies' periods."""
        frame, at, by = self.frame, self.ladder, ["policy_id", "period"]
        outside = pl.col("stretch") == "outside"
        at.rung("stretch", ["stretch"], cost=12, only=STRETCH, among=frame.filter(~outside))
        at.rung("outside", ["stretch"], cost=1, only=STRETCH, unprinted=STRETCH, among=frame.filter(outside))
        rows = [(rung, group) for rung in ("stretch", "outside") for group in at.groups[rung]]
        # A quarter or a year may lie in several stretches: readers may reckon with what it has in each.
        over_time = frame.filter(self._has_periods())
        cut = pl.concat([straddling(over_time, by), frame.filter(~self._has_periods())])
        at.rung("piece", [*by, "stretch"], cost=1, only=STRETCH, unprinted=STRETCH, among=cut)
        whole = over_time.join(cut, on=by, how="anti", nulls_equal=True).select(*by, "stretch").unique().sort(pl.all())
        for name in STRETCH:
            self.ledger.total(at.key("all", (), name), [at.key(rung, group, name) for rung, group in rows])
            for group in dict.fromkeys(piece[:2] for piece in at.groups["piece"]):
                pieces = [at.key("piece", piece, name) for piece in at.groups["piece"] if piece[:2] == group]
                rung = self.rung("period", group[:1]) if group[:1] in self.over_time else "policy"
                upper = at.key(rung, group if group[:1] in self.over_time else group[:1], name)
                self.ledger.total(upper, pieces)
            for (stretch,) in at.groups["stretch"]:
                parts = [
                    at.key(self.rung("period", row[:1]), row[:2], name)
                    for row in whole.iter_rows()
                    if row[2] == stretch
                ]
                parts += [at.key("piece", piece, name) for piece in at.groups["piece"] if piece[2] == stretch]
                self.ledger.total(at.key("stretch", (stretch,), name), parts)

    def _enter_outcomes(self, policy: str, frame: pl.DataFrame) -> None:
        """A policy's outcomes, small ones together as in its table, and late renewals by the days without approval."""
        ledger, group = self.ledger, (policy,)
        self._outcomes[policy] = rows = grouped_outcomes(frame, ledger.threshold)
        bands = gap_bands(frame, ledger.threshold)
        self._bands[policy] = list(bands)
        together = [row for row in rows if len(row) > 1]
        conditions: dict[Hashable, pl.Expr] = {outcome: pl.col("outcome") == outcome for outcome in OUTCOMES}
        conditions.update({row: pl.col("outcome").is_in(row) for row in together})
        conditions.update({band: condition for band, condition in bands.items()})
        names = {str(place): condition for place, condition in enumerate(conditions.values())}
        counted = count_people(frame, [], names, ledger.threshold)[()]
        for name, count in zip(conditions, counted.values(), strict=True):
            printed = name in together or name in bands or (name,) in rows
            ledger.add(self._key(policy, name), count, cost=12, printed=printed, row=("outcome", policy))
        for row in together:
            ledger.total(self._key(policy, row), [self._key(policy, outcome) for outcome in row])
        for measure, parts in (
            ("left", LEFT),
            ("approved", RENEWED),
            ("denied", ("denied",)),
            ("reauthorized", ("reauthorized",)),
            ("unasked", UNASKED),
            ("stopped", ("stopped",)),
        ):
            ledger.total(self.ladder.key("policy", group, measure), [self._key(policy, part) for part in parts])
        if bands:
            ledger.total(self._key(policy, "renewed_late"), [self._key(policy, band) for band in bands])

    def _key(self, policy: str, outcome: Hashable) -> Hashable:
        return ("outcome", policy, outcome)

    def _doses_key(self, group: Group) -> Hashable:
        return ("uncovered doses", *group)

    # ---- What may be shown

    def row(self, rung: str, group: Group) -> dict[str, Any]:
        """The values of a row of the renewals' table (rung all, policy or payer)."""
        values = self._rates(rung, group) | self.ladder.counts(rung, group, "persons", "uncovered")
        return values | self._decided(rung, group)

    def periods(self, policy: Group) -> list[dict[str, Any]]:
        """The rows of a policy's periods in the order of time: retention, and decisions where they are told by them.

        `is_told`: whether all of the period's approvals ended long enough ago to tell what became of them.
        """
        rung, told = self.rung("period", policy), self.decided[policy]
        rows = []
        for group in sorted(self.ladder.groups[rung]):
            periods, start = self.over_time[policy], group[1]
            row = self._rates(rung, group) | {"period": periods.label(start), "short": periods.short(start)}
            row["is_told"] = self.horizon is None or periods.is_told(start, self.horizon)
            rows.append(row | (self._decided(rung, group) if told[0] == "period" and told[1] else {}))
        return rows

    def outcomes_over_time(self, policy: Group) -> tuple[int, list[dict[str, Any]]]:
        """The months of a policy's periods (or of the years that they make), and what became of approvals in each."""
        name, printed = self.decided[policy]
        periods = self.over_time[policy] if name == "period" else self.over_time[policy].years()
        rung, rows = self.rung(name, policy), []
        for group in sorted(self.ladder.groups[rung]) if printed else []:
            row = self._decided(rung, group) | {"period": periods.label(group[1])}
            rows.append(
                row | self.ladder.counts(rung, group, "n", *(("left", *GROUPS) if "stopped" in printed else ()))
            )
        return periods.months, rows

    def _rates(self, rung: str, group: Group) -> dict[str, Any]:
        at = self.ladder
        if not self.told:
            return dict(at.counts(rung, group, "n"))
        values = at.counts(rung, group, "n", "left", "eligible", "on", "on_retained", "on_lost")
        return values | {"retention_on": at.rate(rung, group, "on_retained", "on", "on_lost")}

    def _decided(self, rung: str, group: Group) -> dict[str, Any]:
        approval = self.ladder.rate(rung, group, "approved", "decided")
        return {"decided": self.ladder.count(rung, group, "decided"), "approval": approval}

    def stretch(self, name: str) -> dict[str, Any]:
        """The approvals on therapy that ended in a stretch of months, and retention among them."""
        group = (name,)
        if group not in self.ladder.groups["stretch"]:
            return {**dict.fromkeys(STRETCH, 0), "retention_on": None}
        counts = self.ladder.counts("stretch", group, *STRETCH)
        return counts | {"retention_on": self.ladder.rate("stretch", group, "on_retained", "on", "on_lost")}

    def outcomes(self, policy: str) -> list[tuple[tuple[str, ...], float | Hidden]]:
        """How many approvals of a policy had each outcome, small ones taken together."""
        found = []
        for row in self._outcomes[policy]:
            found.append((row, self.ledger[self._key(policy, row if len(row) > 1 else row[0])]))
        return found

    def renewed(self, policy: str) -> float | Hidden:
        """How many approvals of a policy were renewed, with or without a gap: 0 where no request was decided."""
        none = self.ladder.count("policy", (policy,), "decided") == 0
        return 0 if none else self.ladder.count("policy", (policy,), "approved")

    def gaps(self, policy: str) -> list[tuple[Band, float | Hidden]]:
        """How many approvals were renewed after so many days without; empty where they can't be told apart."""
        return [(band, self.ledger[self._key(policy, band)]) for band in self._bands[policy]]

    def uncovered(self, rung: str, group: Group) -> dict[str, Any]:
        """Approvals after whose end doses were given without cover, of all, and how many doses."""
        counts: dict[str, Any] = self.ladder.counts(rung, group, "n", "uncovered")
        share = self.ladder.rate(rung, group, "uncovered", "n")
        return counts | {"share": share, "doses": self.ledger[self._doses_key(group)]}


def _year(day: date) -> date:
    return day.replace(month=1, day=1)
