"""Requests and their decisions: the counts, entered on the ledger, and what may be shown of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from analytics.disclosure import Ledger
from analytics.report.ladder import Group, Ladder, Measure
from analytics.report.parts import tile_periods

if TYPE_CHECKING:
    from analytics.report.parts import Study

APPROVED = ["approved", "partially_approved"]
DECIDED = [*APPROVED, "denied"]
TREE = ["policy_id", "policy_version", "request_type"]

#: What is said of the requests that a criteria tree was applied to.
TOLD = ("n", "approved", "denied")

Days = tuple[date, date]

_SPLITS = (
    ("n", ("approved", "denied")),
    ("denied", ("overturned", "finally_denied")),
    ("finally_approved", ("approved", "overturned")),
    ("n", ("finally_approved", "finally_denied")),
)


def decided_requests(study: Study) -> pl.DataFrame:
    """The decided requests with their person, and whether they were approved at first and in the end.

    `day`: when it was decided, or received where the decision has no date.
    """
    return study.request.filter(pl.col("decision").is_in(DECIDED)).with_columns(
        is_approved=pl.col("decision").is_in(APPROVED),
        is_finally_approved=pl.col("final_decision").is_in(APPROVED),
        day=pl.coalesce("decided_on", "received_on"),
    )


def months_compared(manifest: Mapping[str, Any], frame: pl.DataFrame) -> dict[str, Days]:
    """The stretches that the headline figure compares: `recent`, and `before` it where the requests reach back so far.

    Both end with the last complete month of requests; claims' run-out does not matter to decisions.
    """
    through, first = manifest["authorizations_through"], frame["day"].min()
    if through is None or not isinstance(first, date):
        return {}
    last = date.fromisoformat(through) if isinstance(through, str) else through
    stretches = dict(zip(("recent", "before"), tile_periods(last), strict=True))
    return {name: days for name, days in stretches.items() if first.replace(day=1) <= days[0]}


class Requests:
    """Decided requests by policy and payer, and by the criteria tree that they were judged by."""

    def __init__(self, study: Study, ledger: Ledger) -> None:
        decided = decided_requests(study)
        self.ledger, self.stretches = ledger, months_compared(study.manifest, decided)
        self.frame = decided.with_columns(stretch=_stretch(self.stretches))
        approved, finally_approved = pl.col("is_approved"), pl.col("is_finally_approved")
        measures = {
            "n": Measure(pl.lit(True), cost=6),
            "approved": Measure(approved, cost=5),
            "denied": Measure(~approved, cost=4),
            "overturned": Measure(~approved & finally_approved, cost=1),
            "finally_approved": Measure(finally_approved, cost=3),
            "finally_denied": Measure(~finally_approved, printed=False),
        }
        self.ladder = Ladder(ledger, "request", self.frame, measures, _SPLITS)
        self.ladder.rung("all", [], cost=40, people=True)
        self.ladder.rung("policy", ["policy_id"], cost=30, people=True)
        self.ladder.rung("payer", ["policy_id", "payer"], cost=20, people=True)
        # Trees are what the criteria are counted by; those big enough for a table are printed there.
        self.ladder.rung("tree", TREE, cost=20, only=TOLD, unprinted=TOLD)
        for upper, lower in (("all", "policy"), ("policy", "payer"), ("policy", "tree")):
            self.ladder.link(upper, lower)
        self._enter_stretches()

    def _enter_stretches(self) -> None:
        """The stretches that are compared, and what lies outside them."""
        at, outside, names = self.ladder, pl.col("stretch") == "outside", list(self.ladder.measures)
        unsaid = ("denied", "overturned", "finally_denied")
        at.rung("stretch", ["stretch"], cost=12, unprinted=unsaid, among=self.frame.filter(~outside))
        at.rung("outside", ["stretch"], cost=1, unprinted=names, among=self.frame.filter(outside))
        rows = [(rung, group) for rung in ("stretch", "outside") for group in at.groups[rung]]
        for name in names if self.stretches else ():
            self.ledger.total(at.key("all", (), name), [at.key(*row, name) for row in rows])

    def row(self, rung: str, group: Group) -> dict[str, Any]:
        """The values of a row of the decisions' table."""
        counts = self.ladder.counts(rung, group, "n", "persons", "approved", "denied", "overturned", "finally_approved")
        return counts | self._rates(rung, group)

    def _rates(self, rung: str, group: Group) -> dict[str, Any]:
        first, final = (self.ladder.rate(rung, group, name, "n") for name in ("approved", "finally_approved"))
        return {"first": first, "final": final}

    def stretch(self, name: str) -> dict[str, Any]:
        """The values of a stretch of months, empty where there is none."""
        if (name,) not in self.ladder.groups["stretch"]:
            return {}
        return self.ladder.counts("stretch", (name,), "n", "approved") | self._rates("stretch", (name,))


def _stretch(stretches: Mapping[str, Days]) -> pl.Expr:
    """The name of the stretch that a request's day falls into, or `outside`."""
    found = pl.lit("outside")
    for name, days in stretches.items():
        found = pl.when(pl.col("day").is_between(*days)).then(pl.lit(name)).otherwise(found)
    return found
