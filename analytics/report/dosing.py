"""Administrations against the policies' limits: the counts, entered on the ledger, and what may be shown of them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from analytics.disclosure import Hidden, Ledger, count_people
from analytics.report.grain import choose, with_period
from analytics.report.ladder import Group, Ladder, Measure
from analytics.report.tables import Bound, Period, Rate, rate_of
from analytics.report.words import BREACH_KINDS

if TYPE_CHECKING:
    from analytics.report.parts import Study

_SPLITS = (
    ("n", ("judged", "indeterminate")),
    ("judged", ("within", "over")),
    ("over", ("exceeds", "exception")),
    ("judged", ("judged_known", "judged_unknown")),
    ("within", ("within_known", "within_unknown")),
    ("over", ("over_known", "over_unknown")),
    ("judged_known", ("within_known", "over_known")),
    ("judged_unknown", ("within_unknown", "over_unknown")),
)
_BALANCES = ((("judged", "within_known"), ("within", "judged_known", "over_unknown")),)
_BY_PERIOD = ("judged", "within", "over", "indeterminate")


def _measures() -> dict[str, Measure]:
    status, known = pl.col("status"), pl.col("bsa_m2").is_not_null()
    judged, within, over = status != "indeterminate", status == "within", status.is_in(["exceeds", "exception"])
    return {
        "n": Measure(pl.lit(True), cost=6),
        "judged": Measure(judged, cost=5),
        "within": Measure(within, cost=5),
        "over": Measure(over, cost=4),
        "exceeds": Measure(status == "exceeds", printed=False),
        "exception": Measure(status == "exception", cost=2),
        "indeterminate": Measure(~judged, cost=2),
        "judged_known": Measure(judged & known, cost=1, marked=False),
        "within_known": Measure(within & known, cost=1, marked=False),
        "over_known": Measure(over & known, printed=False),
        "judged_unknown": Measure(judged & ~known, printed=False),
        "within_unknown": Measure(within & ~known, printed=False),
        "over_unknown": Measure(over & ~known, printed=False),
        "wasting": Measure(pl.col("wasted_units") > 0, cost=0, marked=False),
    }


class Dosing:
    """Counts of administrations by policy, payer and period, of breaches and of limits.

    lengths: of each payer's periods, in months.
    """

    def __init__(self, study: Study, ledger: Ledger) -> None:
        self.ledger = ledger
        by_payer = ["policy_id", "payer"]
        over = pl.col("status").is_in(["exceeds", "exception"])
        judged = {"over": over, "within": pl.col("status") == "within"}
        self.lengths = choose(study.administration, by_payer, "administered_on", judged, (1, 3, 12), ledger.threshold)
        self.frame = with_period(study.administration, by_payer, "administered_on", self.lengths)
        self.ladder = Ladder(ledger, "dosing", self.frame, _measures(), _SPLITS, _BALANCES)
        known = [name for name in _measures() if name.endswith(("_known", "_unknown"))]
        others = [name for name in _measures() if name not in known]
        self.ladder.rung("all", [], cost=40, people=True)
        self.ladder.rung("policy", ["policy_id"], cost=30, only=others, people=True)
        self.ladder.rung("payer", by_payer, cost=20, only=others, people=True)
        self.ladder.rung("period", [*by_payer, "period"], cost=10, only=_BY_PERIOD)
        for upper, lower in (("all", "policy"), ("policy", "payer"), ("payer", "period")):
            self.ladder.link(upper, lower)
        self._sums = self._summed()
        self._enter_breaches()
        self._enter_limits(study.limit_result)

    def _summed(self) -> dict[Group, Mapping[str, Any]]:
        exceeds = pl.col("status") == "exceeds"
        sums = {
            "billed_units": pl.col("billed_units").sum(),
            "wasted_units": pl.col("wasted_units").sum(),
            "excess_units": pl.col("excess_units").filter(exceeds).sum(),
            "excess_amount": pl.col("excess_allowed_amount").filter(exceeds).sum(),
            "priced": pl.col("allowed_amount").is_not_null().any(),
        }
        found: dict[Group, Mapping[str, Any]] = {(): self.frame.select(**sums).row(0, named=True)}
        for by in (["policy_id"], ["policy_id", "payer"]):
            for row in self.frame.group_by(by).agg(**sums).iter_rows(named=True):
                found[tuple(row[key] for key in by)] = row
        return found

    def _enter_breaches(self) -> None:
        over = self.frame.filter(pl.col("status").is_in(["exceeds", "exception"]))
        kinds = {kind: pl.col("breach_kind") == kind for kind in BREACH_KINDS}
        for group, counts in count_people(over, ["policy_id"], kinds, self.ledger.threshold).items():
            keys = [self.ledger.add(("breach", *group, kind), counts[kind], row=("breach", *group)) for kind in kinds]
            self.ledger.total_if_so(self.ladder.key("policy", group, "over"), keys)

    def _enter_limits(self, results: pl.DataFrame) -> None:
        words = {word: pl.col("result") == word for word in ("ok", "exceeded", "unknown")}
        by = ["policy_id", "regimen", "limit_id"]
        counted = count_people(results, by, {**words, "tested": pl.lit(True)}, self.ledger.threshold)
        self.limits: list[Group] = list(counted)
        for group, counts in counted.items():
            for word, count in counts.items():
                self.ledger.add(("limit", *group, word), count, row=("limit", *group))
            self.ledger.total(("limit", *group, "tested"), [("limit", *group, word) for word in words])
            policy_n = self.ladder.key("policy", group[:1], "n")
            self.ledger.total_if_so(policy_n, [("limit", *group, "tested")])
        for policy in self.ladder.groups["policy"]:
            # Whatever is over a limit exceeds at least one of them.
            exceeded = [("limit", *group, "exceeded") for group in self.limits if group[:1] == policy]
            self.ledger.at_most(self.ladder.key("policy", policy, "over"), exceeded)

    # ---- What may be shown

    def row(self, rung: str, group: Group) -> dict[str, Any]:
        """The values of a row of the payers' table (rung all, policy or payer)."""
        at, sums = self.ladder, self._sums[group]

        def sum_of(name: str, *measures: str) -> Any:
            return sums[name] if at.shows(rung, group, *measures) else Hidden.WITHHELD

        values: dict[str, Any] = at.counts(
            rung, group, "n", "persons", "judged", "within", "over", "exception", "indeterminate"
        )
        values |= {
            "compliance": at.rate(rung, group, "within", "judged", "over"),
            "if_exceeding": Hidden.WITHHELD,
            "if_within": Hidden.WITHHELD,
            "billed_units": sum_of("billed_units", "n"),
            "wasted_units": sum_of("wasted_units", "n", "wasting"),
            "excess_units": sum_of("excess_units", "over", "exception"),
            "excess_amount": sum_of("excess_amount", "over", "exception") if sums["priced"] else None,
        }
        if at.shows(rung, group, "n", "within", "indeterminate"):
            n, within, unjudged = values["n"], values["within"], values["indeterminate"]
            values |= {"if_exceeding": rate_of(within, n), "if_within": rate_of(within + unjudged, n)}
        return values

    def known_bsa(self) -> Rate | Bound | Hidden | None:
        """Compliance over all administrations of known body surface area."""
        return self.ladder.rate("all", (), "within_known", "judged_known")

    def period(self, group: Group) -> dict[str, Any]:
        """The values of a row of the periods' table."""
        at = self.ladder
        return {
            **at.counts("period", group, "judged", "over", "indeterminate"),
            "period": Period(group[-1], self.lengths[group[:2]]),
            "within": self.ledger.among(*(at.key("period", group, name) for name in ("within", "judged", "over"))),
            "compliance": at.rate("period", group, "within", "judged", "over"),
        }

    def breaches(self, policy: str) -> dict[str, Any]:
        """Administrations over a limit by kind of breach; empty where none is."""
        keys: dict[str, Hashable] = {kind: ("breach", policy, kind) for kind in BREACH_KINDS}
        return {kind: self.ledger[key] for kind, key in keys.items() if key in self.ledger}

    def limit_rows(self, policy: str) -> list[dict[str, Any]]:
        """The limits of a policy with how many administrations kept and exceeded each."""
        return [
            {
                "limit_id": group[2],
                "regimen": group[1],
                **{word: self.ledger[("limit", *group, word)] for word in ("tested", "ok", "exceeded", "unknown")},
            }
            for group in self.limits
            if group[0] == policy
        ]
