"""What became of approvals: the counts, entered on the ledger, and what may be shown of them."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from analytics.disclosure import Ledger, count_people
from analytics.report.grain import choose, with_period
from analytics.report.ladder import Group, Ladder, Measure
from analytics.report.tables import Period
from analytics.report.words import OUTCOMES

if TYPE_CHECKING:
    from analytics.report.parts import Study

LEFT = ["deceased", "disenrolled", "not_due"]
RENEWED = ["renewed_on_time", "renewed_late"]
RETAINED = [*RENEWED, "reauthorized"]
OTHER_LOST = ["pending", "withdrawn", "lapsed", "stopped"]

_ALWAYS = (("decided", ("approved", "denied")),)
_SPLITS = (
    *_ALWAYS,
    ("n", ("left", "eligible")),
    ("eligible", ("retained", "lost")),
    ("eligible", ("on", "off")),
    ("on", ("on_retained", "on_lost")),
    ("off", ("off_retained", "off_lost")),
    ("retained", ("on_retained", "off_retained")),
    ("lost", ("on_lost", "off_lost")),
    ("retained", ("approved", "reauthorized")),
    ("lost", ("denied", "other_lost")),
    ("eligible", ("decided", "undecided")),
)


#: A period has few approvals: what is not printed of it can't be worked out either.
_BY_PERIOD = (
    "n",
    "left",
    "eligible",
    "on",
    "off",
    "on_retained",
    "on_lost",
    "decided",
    "approved",
    "denied",
    "undecided",
)


def _measures() -> dict[str, Measure]:
    outcome, on = pl.col("outcome"), pl.col("on_therapy")
    left, retained = outcome.is_in(LEFT), outcome.is_in(RETAINED)
    eligible, lost = ~left, ~left & ~retained
    return {
        "n": Measure(pl.lit(True), cost=6),
        "left": Measure(left, cost=3),
        "eligible": Measure(eligible, cost=3),
        "retained": Measure(retained, printed=False),
        "lost": Measure(lost, printed=False),
        "on": Measure(eligible & on, cost=5),
        "off": Measure(eligible & ~on, printed=False),
        "on_retained": Measure(retained & on, cost=5),
        "on_lost": Measure(lost & on, cost=4),
        "off_retained": Measure(retained & ~on, printed=False),
        "off_lost": Measure(lost & ~on, printed=False),
        "decided": Measure(outcome.is_in([*RENEWED, "denied"]), cost=2),
        "approved": Measure(outcome.is_in(RENEWED), cost=2, marked=False),
        "denied": Measure(outcome == "denied", printed=False),
        "undecided": Measure(eligible & ~outcome.is_in([*RENEWED, "denied"]), printed=False),
        "reauthorized": Measure(outcome == "reauthorized", printed=False),
        "other_lost": Measure(outcome.is_in(OTHER_LOST), printed=False),
    }


class Renewals:
    """Final approvals by policy, payer and the period in which they ended (`lengths`: months, by policy).

    `told`: whether outcomes are known throughout; without eligibility they aren't, and only the decisions on renewal
    requests are counted.
    """

    def __init__(self, study: Study, ledger: Ledger, horizon: date | None) -> None:
        self.ledger = ledger
        frame = study.renewal.with_columns(on_therapy=pl.col("on_therapy").fill_null(False))
        self.told = not frame["outcome"].is_null().any()
        measures = _measures()
        # What ends after the horizon can't be told yet: one row, however long it goes on.
        ended = frame.filter(pl.col("approved_to") <= horizon) if horizon else frame
        shown = {name: measures[name].condition for name in ("on_retained", "on_lost")}
        self.lengths = choose(ended, ["policy_id"], "approved_to", shown, (3, 12), ledger.threshold)
        lengths = {policy: self.lengths.setdefault(policy, 3) for policy in frame.select("policy_id").unique().rows()}
        later = pl.when(pl.col("approved_to") <= (horizon or date.max)).then(pl.col("period"))
        self.frame = with_period(frame, ["policy_id"], "approved_to", lengths).with_columns(period=later)
        self.ladder = Ladder(ledger, "renewal", self.frame, measures, _SPLITS if self.told else _ALWAYS)
        only = () if self.told else ("n", "decided", "approved", "denied")
        self.ladder.rung("all", [], cost=40, only=only, people=True)
        self.ladder.rung("policy", ["policy_id"], cost=30, only=only, people=True)
        self.ladder.rung("payer", ["policy_id", "payer"], cost=20, only=only, people=True)
        self.ladder.rung("period", ["policy_id", "period"], cost=10, only=only or _BY_PERIOD)
        for upper, lower in (("all", "policy"), ("policy", "payer"), ("policy", "period")):
            self.ladder.link(upper, lower)
        if self.told:
            self._enter_outcomes()

    def _enter_outcomes(self) -> None:
        conditions = {outcome: pl.col("outcome") == outcome for outcome in OUTCOMES}
        counted = count_people(self.frame, ["policy_id"], conditions, self.ledger.threshold)
        for group, counts in counted.items():
            for outcome, count in counts.items():
                self.ledger.add(self._key(group, outcome), count, cost=12, row=("outcome", *group))
            for measure, outcomes in (
                ("left", LEFT),
                ("approved", RENEWED),
                ("denied", ["denied"]),
                ("reauthorized", ["reauthorized"]),
                ("other_lost", OTHER_LOST),
            ):
                parts = [self._key(group, outcome) for outcome in outcomes]
                self.ledger.total(self.ladder.key("policy", group, measure), parts)

    def _key(self, group: Group, outcome: str) -> Hashable:
        return ("outcome", *group, outcome)

    # ---- What may be shown

    def row(self, rung: str, group: Group) -> dict[str, Any]:
        """The values of a row of the renewals' table (rung all, policy, payer or period)."""
        at = self.ladder
        values: dict[str, Any] = {
            **at.counts(rung, group, "n", "decided"),
            "approval": at.rate(rung, group, "approved", "decided"),
        }
        if self.told:
            values |= at.counts(rung, group, "left", "eligible", "on", "on_retained", "on_lost")
            values["retention_on"] = at.rate(rung, group, "on_retained", "on", "on_lost")
        if rung == "period":
            values["period"] = Period(group[1], self.lengths[group[:1]])
        else:
            values |= at.counts(rung, group, "persons")
        return values

    def outcomes(self, policy: str) -> dict[str, Any]:
        """How many approvals of a policy had each outcome; also `renewed`, with and without a gap together."""
        found: dict[str, Any] = {outcome: self.ledger[self._key((policy,), outcome)] for outcome in OUTCOMES}
        return {"renewed": self.ladder.count("policy", (policy,), "approved"), **found}
