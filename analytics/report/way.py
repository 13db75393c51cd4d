"""The way of an initial request to decision, first dose and renewal: counts at each step, and the time it takes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from analytics.disclosure import Hidden, Ledger, count_people
from analytics.report.approvals.requests import APPROVED, DECIDED, Requests
from analytics.report.ladder import Group, Ladder, Measure
from analytics.report.renewals.approvals_ended import Renewals

if TYPE_CHECKING:
    from analytics.report.parts import Study

#: step -> (the column of its time, its unit): from what came before it, where both are there.
TIMES = {
    "decision": ("hours_to_decision", "hours"),
    "dose": ("days_to_first_dose", "days"),
    "request": ("days_to_renewal_request", "days"),
    "renewal": ("renewal_hours_to_decision", "hours"),
}
_BY = {"all": [], "policy": ["policy_id"], "payer": ["policy_id", "payer"]}
_SPLITS = (
    ("n", ("decided", "undecided")),
    ("decided", ("approved", "not_approved")),
    ("approved", ("ended", "open")),
    ("ended", ("treated", "untreated")),
    ("treated", ("asked", "not_asked")),
    ("asked", ("renewed", "not_renewed")),
)


class Spread(NamedTuple):
    """A median with its quartiles, which few people leave out."""

    median: float
    low: float | None
    high: float | None


def _measures() -> dict[str, Measure]:
    decided = pl.col("decision").is_in(DECIDED)
    approved = decided & pl.col("final_decision").is_in(APPROVED)
    ended = approved & pl.col("is_ended")
    treated = ended & pl.col("first_administered_on").is_not_null()
    asked = treated & pl.col("renewal_authorization_id").is_not_null()
    renewed = asked & pl.col("renewal_final_decision").is_in(APPROVED).fill_null(False)
    return {
        "n": Measure(pl.lit(True), cost=7),
        "decided": Measure(decided, cost=3),
        "undecided": Measure(~decided, printed=False),
        "approved": Measure(approved, cost=4),
        "not_approved": Measure(decided & ~approved, printed=False),
        "ended": Measure(ended, cost=9),
        "open": Measure(approved & ~ended, printed=False),
        "treated": Measure(treated, cost=4),
        "untreated": Measure(ended & ~treated, cost=6),
        "asked": Measure(asked, cost=3),
        "not_asked": Measure(treated & ~asked, printed=False),
        "renewed": Measure(renewed, cost=2),
        "not_renewed": Measure(asked & ~renewed, printed=False),
    }


class Way:
    """Initial requests by policy and payer, and how far they got.

    What follows an approval is told of approvals that ended at least three months before the horizon: their doses are
    billed by then, and who wanted a renewal has asked for it.
    """

    def __init__(self, study: Study, ledger: Ledger, requests: Requests, renewals: Renewals) -> None:
        self.ledger, self.frame = ledger, study.authorization_way
        horizon = study.manifest["horizon"]
        #: Until when doses and renewals can be told.
        self.horizon: date = date.fromisoformat(horizon) if isinstance(horizon, str) else horizon
        self.measures = _measures()
        self.ladder = Ladder(ledger, "way", self.frame, self.measures, _SPLITS)
        for rung, cost in (("all", 40), ("policy", 30), ("payer", 20)):
            self.ladder.rung(rung, _BY[rung], cost=cost)
        for upper, lower in (("all", "policy"), ("policy", "payer")):
            self.ladder.link(upper, lower)
        self._relate(requests, renewals)
        self._relate_undecided(study.request)
        self._times = {rung: self._spreads(by) for rung, by in _BY.items()}

    def _relate(self, requests: Requests, renewals: Renewals) -> None:
        """Decided initial requests are those of the decisions table but the renewals."""
        conditions = {
            "n": pl.lit(True),
            "finally_approved": pl.col("is_finally_approved"),
            "finally_denied": ~pl.col("is_finally_approved"),
        }
        ours = {"n": "decided", "finally_approved": "approved", "finally_denied": "not_approved"}
        again = requests.frame.filter(pl.col("request_type") == "renewal")
        for rung, by in _BY.items():
            others = count_people(again, by, conditions, self.ledger.threshold)
            for group in self.ladder.groups[rung]:
                for name, own in ours.items():
                    whole = requests.ladder.key(rung, group, name)
                    if whole not in self.ledger:
                        continue
                    parts = [self.ladder.key(rung, group, own)]
                    if group in others:
                        key = ("way", "renewal requests", rung, *group, name)
                        parts.append(self.ledger.add(key, others[group][name], printed=False))
                    self.ledger.total_if_so(whole, parts)
                approvals = requests.ladder.key(rung, group, "finally_approved")
                ended = renewals.ladder.key(rung, group, "n")
                if approvals in self.ledger and ended in self.ledger:
                    self.ledger.total_if_so(approvals, [ended])
        for policy in self.ladder.groups["policy"]:
            trees = [tree for tree in requests.ladder.groups["tree"] if tree[0] == policy[0] and tree[2] == "initial"]
            parts = [requests.ladder.key("tree", tree, "n") for tree in trees]
            self.ledger.total_if_so(self.ladder.key("policy", policy, "decided"), parts)

    def _relate_undecided(self, request: pl.DataFrame) -> None:
        """Requests that are not decided are initial ones or renewals, and pending or withdrawn.

        request: all requests. The data section's rows used are these and the decided ones.
        """
        decided, again = pl.col("decision").is_in(DECIDED).fill_null(False), pl.col("request_type") == "renewal"
        pending = (pl.col("decision") == "pending").fill_null(False)
        conditions = {"all": ~decided, "renewal": ~decided & again, "others": ~decided & ~pending}
        counts = count_people(request, [], conditions, self.ledger.threshold)[()]
        every, renewals, others = (
            self.ledger.add(("undecided", name), counts[name], printed=False) for name in conditions
        )
        self.ledger.total_if_so(every, [self.ladder.key("all", (), "undecided"), renewals])
        self.ledger.total_if_so(every, [("pending",), others])

    def _spreads(self, by: Sequence[str]) -> dict[Group, dict[str, Spread | None]]:
        """Medians and quartiles of each step's time, where enough people lie on both sides of each."""
        few = self.ledger.threshold
        ended = self.frame.filter(self.measures["treated"].condition)
        decided = self.frame.filter(self.measures["decided"].condition)
        found: dict[Group, dict[str, Spread | None]] = {}
        for step, (column, _) in TIMES.items():
            frame = (decided if step == "decision" else ended).drop_nulls(column)
            groups = frame.group_by(by, maintain_order=True) if by else [((), frame)]
            for group, rows in groups:
                people, times = rows["person_id"].n_unique(), rows[column].cast(pl.Float64)
                quartiles = [
                    round(value) if (value := times.quantile(share, "linear")) is not None else None
                    for share in (0.25, 0.5, 0.75)
                ]
                low, median, high = quartiles if people >= 4 * few else (None, quartiles[1], None)
                told = median is not None and people >= 2 * few
                found.setdefault(tuple(group), {})[step] = (
                    Spread(median, low, high) if told and median is not None else None
                )
        return found

    # ---- What may be shown

    def row(self, rung: str, group: Group) -> dict[str, Any]:
        """The steps of a group, and the rate of each step to the next."""
        at, ledger = self.ladder, self.ledger

        def key(name: str) -> Any:
            return at.key(rung, group, name)

        found: dict[str, Any] = at.counts(
            rung, group, "n", "decided", "approved", "ended", "untreated", "asked", "renewed"
        )
        found["treated"] = ledger.among(key("treated"), key("ended"), key("untreated"))
        for name, k, n, rest in (
            ("decided_rate", "decided", "n", None),
            ("approved_rate", "approved", "decided", None),
            ("treated_rate", "treated", "ended", "untreated"),
            ("untreated_rate", "untreated", "ended", "treated"),
            ("asked_rate", "asked", "treated", None),
            ("renewed_rate", "renewed", "asked", None),
        ):
            found[name] = at.rate(rung, group, k, n, rest)
        return found

    def time(self, rung: str, group: Group, step: str) -> Spread | Hidden | None:
        """The time of a step: withheld where few people took it, None where nobody did."""
        found = self._times[rung].get(group, {})
        if step not in found:
            return None
        return found[step] or Hidden.WITHHELD
