"""How fast requests are decided, in the style of CMS-0057-F: counts by payer, and what may be shown of them."""

from __future__ import annotations

from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from analytics.disclosure import Count, Hidden, Ledger, count_people
from analytics.report.approvals.requests import APPROVED, DECIDED, Requests
from analytics.report.ladder import Group, Ladder, Measure

if TYPE_CHECKING:
    from analytics.report.parts import Study

#: priority -> so many hours until the decision are in time: the marks of CMS-0057-F, for other things than drugs.
MARKS = {"standard": 168, "expedited": 72}
#: The days of age at which pending requests are told apart.
_EDGES = (3, 7, 14, 30)
_BY = {"all": [], "policy": ["policy_id"], "payer": ["policy_id", "payer"]}

_SPLITS = (
    *((priority, (f"{priority}_approved", f"{priority}_denied")) for priority in MARKS),
    *((priority, (f"{priority}_timely", f"{priority}_late")) for priority in MARKS),
    ("appeals", ("appeals_approved", "appeals_denied")),
    ("extended", ("extended_approved", "extended_denied")),
)


class Band(NamedTuple):
    """Ages of pending requests, in days; `most` None where there is no end."""

    least: int
    most: int | None


def _measures() -> dict[str, Measure]:
    decided, approved = pl.col("decision").is_in(DECIDED), pl.col("decision").is_in(APPROVED)
    expedited = (pl.col("priority") == "expedited").fill_null(False)
    measures: dict[str, Measure] = {}
    for priority, mark in MARKS.items():
        whole = decided & (expedited if priority == "expedited" else ~expedited)
        timely = (pl.col("hours_to_decision") <= mark).fill_null(False)
        measures |= {
            priority: Measure(whole, cost=6),
            f"{priority}_approved": Measure(whole & approved, cost=3, marked=False),
            f"{priority}_denied": Measure(whole & ~approved, cost=3),
            f"{priority}_timely": Measure(whole & timely, cost=2, marked=False),
            f"{priority}_late": Measure(whole & ~timely, cost=2),
        }
    appealed = decided & ~expedited & pl.col("appeal_decision").is_in(["overturned", "upheld"])
    overturned = (pl.col("appeal_decision") == "overturned").fill_null(False)
    extended = decided & pl.col("extended").fill_null(False)
    return measures | {
        "appeals": Measure(appealed, cost=3),
        "appeals_approved": Measure(appealed & overturned, cost=1, marked=False),
        "appeals_denied": Measure(appealed & ~overturned, cost=1),
        "extended": Measure(extended, cost=3),
        "extended_approved": Measure(extended & approved, cost=1, marked=False),
        "extended_denied": Measure(extended & ~approved, cost=1),
        "pending": Measure(pl.col("decision") == "pending", printed=False),
    }


class Turnaround:
    """Decided requests by payer and priority: approved, in time, appealed, extended; and the pending ones by age."""

    def __init__(self, study: Study, ledger: Ledger, requests: Requests) -> None:
        self.ledger, self.frame = ledger, study.request
        self.ladder = Ladder(ledger, "turnaround", self.frame, _measures(), _SPLITS)
        for rung, by in _BY.items():
            # Policies have a row in the table of appeals and extensions alone.
            unsaid = [name for name in _measures() if name.startswith(tuple(MARKS))] if rung == "policy" else ()
            self.ladder.rung(rung, by, cost={"all": 6, "policy": 4, "payer": 2}[rung], unprinted=unsaid)
        for upper, lower in (("all", "policy"), ("policy", "payer")):
            self.ladder.link(upper, lower)
        for rung in _BY:
            self._relate(requests, rung)
        as_of = study.manifest["as_of"]
        self.as_of: date = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
        self._enter_pending(self.as_of)

    def _relate(self, requests: Requests, rung: str) -> None:
        """Standard and expedited requests are the decided ones, which another table of the page counts."""
        for group in self.ladder.groups[rung]:
            if requests.ladder.key(rung, group, "n") not in self.ledger:
                continue
            for whole, word in (("n", ""), ("approved", "_approved"), ("denied", "_denied")):
                parts = [self.ladder.key(rung, group, f"{priority}{word}") for priority in MARKS]
                self.ledger.total(requests.ladder.key(rung, group, whole), parts)
            overturned = requests.ladder.key(rung, group, "overturned")
            again = self.ladder.key(rung, group, "appeals_approved")
            self.ledger.total_if_so(overturned, [again])
            self.ledger.at_most(again, [overturned])

    def _enter_pending(self, as_of: date) -> None:
        """Pending requests by age, in as many bands as their people allow."""
        age = (pl.lit(as_of) - pl.col("received_on")).dt.total_days().clip(lower_bound=0)
        pending = self.frame.filter(pl.col("decision") == "pending").with_columns(age=age)
        self.ledger.add(("pending",), self._count(pending), cost=20, row=("pending",))
        self.ledger.total_if_so(("pending",), [self.ladder.key("all", (), "pending")])
        self.bands = self._bands(pending)
        enough = pending["person_id"].n_unique() >= 2 * self.ledger.threshold
        #: Half of the pending requests have waited for so many days; None where few people stand on a side.
        self.median_age = round(pending["age"].median()) if enough else None  # type: ignore[arg-type]
        counts = {band: self._count(_between(pending, band)) for band in self.bands}
        for band, count in counts.items():
            self.ledger.add(("pending", *band), count, cost=10, row=("pending",))
        if self.bands:
            self.ledger.total(("pending",), [("pending", *band) for band in self.bands])

    def _bands(self, pending: pl.DataFrame) -> list[Band]:
        """The finest bands of which each holds nobody or enough people; none where there is only one."""
        for number in range(len(_EDGES), 0, -1):
            # Of equally many, those that keep the mark of 7 days, then the later ones.
            for edges in sorted(combinations(_EDGES, number), key=lambda edges: (7 not in edges, [-e for e in edges])):
                bands = [
                    Band(least, most)
                    for least, most in zip((0, *(edge + 1 for edge in edges)), (*edges, None), strict=True)
                ]
                counts = [self._count(_between(pending, band)) for band in bands]
                if not any(count.people for count in counts) and sum(count.value > 0 for count in counts) > 1:
                    return bands
        return []

    def _count(self, frame: pl.DataFrame) -> Count:
        return count_people(frame, [], {"n": pl.lit(True)}, self.ledger.threshold)[()]["n"]

    # ---- What may be shown

    def row(self, rung: str, group: Group, priority: str) -> dict[str, Any]:
        """The decided requests of a group and priority: how many, approved, in time, and the time that they took."""
        at = self.ladder
        hours = self._hours(rung, group, priority) if at.shows(rung, group, priority) else {}
        return {
            "n": at.count(rung, group, priority),
            "approved": at.rate(rung, group, f"{priority}_approved", priority, f"{priority}_denied"),
            "denied": at.count(rung, group, f"{priority}_denied"),
            "timely": at.rate(rung, group, f"{priority}_timely", priority, f"{priority}_late"),
            "mean": Hidden.WITHHELD,
            "median": Hidden.WITHHELD,
            **hours,
        }

    def _hours(self, rung: str, group: Group, priority: str) -> dict[str, float]:
        """Mean and median hours to decision, in whole hours, where enough people stand on both sides."""
        own = self.frame.filter(self.ladder.measures[priority].condition).drop_nulls("hours_to_decision")
        for column, value in zip(_BY[rung], group, strict=True):
            own = own.filter(pl.col(column) == value)
        mean, median = own["hours_to_decision"].mean(), own["hours_to_decision"].median()
        if own["person_id"].n_unique() < 2 * self.ledger.threshold:
            return {}
        return {"mean": round(float(mean)), "median": round(float(median))}  # type: ignore[arg-type]

    def others(self, rung: str, group: Group) -> dict[str, Any]:
        """A group's appeals and extended requests."""
        at = self.ladder
        return {
            **at.counts(rung, group, "appeals", "extended"),
            "appeals_approved": at.rate(rung, group, "appeals_approved", "appeals", "appeals_denied"),
            "extended_approved": at.rate(rung, group, "extended_approved", "extended", "extended_denied"),
        }

    def pending(self) -> float | Hidden:
        """How many requests are pending, of all payers."""
        return self.ledger[("pending",)]

    def aged(self) -> list[tuple[Band, float | Hidden]]:
        """The pending requests by age."""
        return [(band, self.ledger["pending", *band]) for band in self.bands]


def _between(pending: pl.DataFrame, band: Band) -> pl.DataFrame:
    age = pl.col("age")
    return pending.filter((age >= band.least) & (age <= band.most if band.most is not None else pl.lit(True)))
