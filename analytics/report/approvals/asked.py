"""Which requests must meet a criterion that not all must meet: by version, by indication, or by both."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

import polars as pl

from analytics.disclosure import Ledger, count_people
from analytics.report.approvals.requests import TOLD
from analytics.report.ladder import Group

if TYPE_CHECKING:
    from analytics.report.approvals.criteria import Breakdown, Criteria

#: Between the criteria of a group of requests, in one text: no id holds such a sign.
_AND = "\x1f"
_GROUP = ["policy_version", "asked"]


def asked_of(breakdown: Breakdown, criterion: str, name: str) -> Hashable:
    """The ledger's key of the requests that must meet a criterion, those approved or those denied."""
    return ("asked", *breakdown.key, criterion, name)


def not_asked(breakdown: Breakdown, criterion: str) -> Hashable:
    """The ledger's key of the requests that need not meet it."""
    return ("not asked", *breakdown.key, criterion)


def enter_askers(ledger: Ledger, criteria: Criteria, breakdown: Breakdown, frame: pl.DataFrame) -> None:
    """Enter how many requests must meet each criterion of `partly`, which readers may reckon with.

    frame: a row a request and criterion. Requests are told apart by their version and by which of these criteria they
    face: such groups make up whatever can be added up of them, so they stand on the ledger, though not on the page.
    """
    approved = pl.col("is_approved")
    conditions = {"n": pl.lit(True), "approved": approved, "denied": ~approved}
    by = ["authorization_id", "person_id", "policy_version", "is_approved"]
    faced = pl.col("criterion_id").filter(pl.col("criterion_id").is_in(list(breakdown.partly)))
    requests = frame.group_by(by).agg(asked=faced.unique().sort().str.join(_AND))
    groups = count_people(requests, _GROUP, conditions, ledger.threshold)

    def key(group: Group, name: str) -> Hashable:
        return ("asked alike", *breakdown.key, *group, name)

    for group, counts in groups.items():
        for name in TOLD:
            ledger.add(key(group, name), counts[name], printed=False)
        ledger.total(key(group, "n"), [key(group, name) for name in TOLD[1:]])
    for name in TOLD:
        ledger.total(criteria.whole(breakdown, name), [key(group, name) for group in groups])
        for tree in breakdown.trees:
            own = [key(group, name) for group in groups if group[0] == tree[1]]
            ledger.total(criteria.requests.ladder.key("tree", tree, name), own)
    for criterion in breakdown.partly:
        asks = pl.col("asked").str.split(_AND).list.contains(criterion)
        counts = count_people(requests.filter(asks), [], conditions, ledger.threshold)[()]
        own_groups = [group for group in groups if criterion in group[1].split(_AND)]
        for name in TOLD:
            row = ("criterion", *breakdown.key, criterion)
            asked = ledger.add(asked_of(breakdown, criterion, name), counts[name], cost=6, printed=name == "n", row=row)
            ledger.total(asked, [key(group, name) for group in own_groups])
        n = asked_of(breakdown, criterion, "n")
        ledger.total(n, [asked_of(breakdown, criterion, name) for name in TOLD[1:]])
        others = count_people(requests.filter(~asks), [], {"n": pl.lit(True)}, ledger.threshold)[()]["n"]
        rest = ledger.add(not_asked(breakdown, criterion), others, printed=False)
        ledger.total(criteria.whole(breakdown, "n"), [n, rest])
