"""Decided requests by criterion: each tree's counts, entered on the ledger, and what may be shown of them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from analytics.disclosure import Count, Hidden, Ledger, count_people
from analytics.report.approvals.asked import asked_of, enter_askers
from analytics.report.approvals.cells import CELLS, COSTS, DECISIONS, FOUR, WORDS, conditions, printed_of
from analytics.report.approvals.nesting import relate_to_children
from analytics.report.approvals.outline import Outline, conjuncts_of, faced_by_all, faced_by_some, outlines
from analytics.report.approvals.requests import TOLD, TREE, Requests
from analytics.report.ladder import Group
from analytics.report.tables import Between, rate

if TYPE_CHECKING:
    from analytics.report.parts import Study

#: Trees of so many decided requests are broken down to the last criterion, smaller ones to what must all be met.
FULL = 200


@dataclass(frozen=True)
class Breakdown:
    """A table of criteria: the requests of one policy and type, judged by one version, or by several small ones.

    criteria: the outline that it is broken down to; of several versions together, what all of them have. partly: what
    must all be met too, but by some of the requests alone: those of one version, or of one indication. untold: the
    criteria that must be met and stand in neither. is_full: whether it has requests enough to go down to the last
    criterion, and to tell how requests were decided by each.
    """

    policy: str
    versions: tuple[str, ...]
    request_type: str
    criteria: Outline
    partly: Outline
    untold: tuple[str, ...]
    is_full: bool

    @property
    def told(self) -> Outline:
        """All criteria of which something is counted."""
        return {**self.criteria, **self.partly}

    @property
    def key(self) -> tuple[str, ...]:
        return (self.policy, self.request_type, *self.versions)

    @property
    def trees(self) -> list[Group]:
        return [(self.policy, version, self.request_type) for version in self.versions]

    @property
    def root(self) -> str:
        return next(name for name, row in self.criteria.items() if row["is_root"])


class Criteria:
    """Each criterion of each tree: the reviewer's value against the first decision, over decided requests.

    A tree is a policy, a version and a request type. Where a tree has few requests, those of several versions are
    told together; `too_few` are the trees of which nothing can be told by criterion.
    """

    def __init__(self, study: Study, ledger: Ledger, requests: Requests) -> None:
        self.ledger, self.requests = ledger, requests
        self.outlines = outlines(study.approval_by_criterion)
        columns = ["authorization_id", *TREE, "is_approved", "person_id", "unmet_conjuncts"]
        self.frame = study.criterion_result.join(requests.frame.select(columns), on="authorization_id")
        self.reviewed = bool(self.frame["reviewed"].is_not_null().any())
        self._told = faced_by_all(self.outlines, self.frame)
        self._printed: dict[Hashable, set[str]] = {}
        self.breakdowns = self._breakdowns() if self.reviewed else []
        broken_down = {tree for breakdown in self.breakdowns for tree in breakdown.trees}
        self.too_few = [tree for tree in self.outlines if tree not in broken_down]
        for breakdown in self.breakdowns:
            self._enter(breakdown)

    # ---- What is told together

    def _breakdowns(self) -> list[Breakdown]:
        found = []
        # Trees are told together only where they have the same root.
        alike = {tree: (tree[0], tree[2], next(iter(rows))) for tree, rows in self.outlines.items()}
        for same in dict.fromkeys(alike.values()):
            trees = [tree for tree in self.outlines if alike[tree] == same]
            big = [tree for tree in trees if self._entered(tree, "n").value >= FULL and self._tells([tree])]
            found += [self._breakdown([tree], self._told[tree], True) for tree in big]
            small = [tree for tree in trees if tree not in big]
            if small and self._tells(small):
                found.append(self._breakdown(small, conjuncts_of([self._told[tree] for tree in small]), False))
        return found

    def _breakdown(self, trees: list[Group], criteria: Outline, is_full: bool) -> Breakdown:
        partly, untold = faced_by_some([self.outlines[tree] for tree in trees], criteria)
        policy, _, request_type = trees[0]
        return Breakdown(policy, tuple(tree[1] for tree in trees), request_type, criteria, partly, untold, is_full)

    def _entered(self, tree: Group, name: str) -> Count:
        return self.ledger.entered(self.requests.ladder.key("tree", tree, name))

    def _tells(self, trees: list[Group]) -> bool:
        """Whether a table of these trees would say anything: not so where few people were approved, or denied."""
        return not any(count.people for count in self._wholes(trees).values())

    def _wholes(self, trees: list[Group]) -> dict[str, Count]:
        approved = pl.col("is_approved")
        conditions = {"n": pl.lit(True), "approved": approved, "denied": ~approved}
        frame = _of_trees(self.requests.frame, trees)
        return count_people(frame, [], conditions, self.ledger.threshold)[()]

    # ---- Counts

    def _enter(self, breakdown: Breakdown) -> None:
        wholes = self._wholes(breakdown.trees)
        for name in TOLD:
            key = self.ledger.add(self.whole(breakdown, name), wholes[name], cost=25, row=("tree", *breakdown.key))
            self.ledger.total(key, [self.requests.ladder.key("tree", tree, name) for tree in breakdown.trees])
        self.ledger.total(self.whole(breakdown, "n"), [self.whole(breakdown, name) for name in DECISIONS])
        frame = _of_trees(self.frame, breakdown.trees).filter(pl.col("criterion_id").is_in(list(breakdown.told)))
        counted = count_people(frame, ["criterion_id"], conditions(), self.ledger.threshold)
        if breakdown.partly:
            enter_askers(self.ledger, self, breakdown, frame)
        for criterion in breakdown.told:
            self._enter_one(breakdown, criterion, counted[criterion,])
        relate_to_children(self.ledger, self, breakdown)

    def _enter_one(self, breakdown: Breakdown, criterion: str, counts: Mapping[str, Count]) -> None:
        def key(name: str) -> Hashable:
            return self.key(breakdown, criterion, name)

        root, full = breakdown.told[criterion]["is_root"], breakdown.is_full and criterion in breakdown.criteria
        printed = self._printed[breakdown.key, criterion] = printed_of(counts, root, full)
        if self.ledger.entered(self.asked(breakdown, criterion, "n")).people:
            printed.clear()
        for name in CELLS:
            self.ledger.add(
                key(name),
                counts[name],
                # Small groups give way to big ones.
                cost=COSTS.get(name, 1) + (5 if root else 0) if full else 1,
                printed=name in printed,
                # An exact rate has no mark of its own: only few approvals, or few denials, are said to be few.
                marked=name in WORDS or counts[name].people is not None,
                row=("criterion", *breakdown.key, criterion),
            )
        self.ledger.total(self.asked(breakdown, criterion, "n"), [key("met"), key("rest")])
        self.ledger.total(key("rest"), [key("not_met"), key("unknown")])
        for word in WORDS:
            self.ledger.total(key(word), [key(f"{word}_{decision}") for decision in DECISIONS])
        for decision in DECISIONS:
            asked = self.asked(breakdown, criterion, decision)
            self.ledger.total(asked, [key(f"{word}_{decision}") for word in ("met", "rest")])
            self.ledger.total(key(f"rest_{decision}"), [key(f"{word}_{decision}") for word in ("not_met", "unknown")])

    def key(self, breakdown: Breakdown, criterion: str, name: str) -> Hashable:
        """The ledger's key of a count of a criterion."""
        return ("criterion", *breakdown.key, criterion, name)

    def whole(self, breakdown: Breakdown, name: str) -> Hashable:
        """The ledger's key of a breakdown's requests (n), or of those approved or denied at first."""
        return ("tree", *breakdown.key, name)

    def asked(self, breakdown: Breakdown, criterion: str, name: str) -> Hashable:
        """The same of the requests that must meet a criterion."""
        return asked_of(breakdown, criterion, name) if criterion in breakdown.partly else self.whole(breakdown, name)

    # ---- What may be shown

    def decided(self, breakdown: Breakdown) -> dict[str, float | Hidden]:
        """How many requests of a breakdown were decided, approved and denied."""
        return {name: self.ledger[self.whole(breakdown, name)] for name in TOLD}

    def rows(self, breakdown: Breakdown) -> list[dict[str, Any]]:
        """The criteria of a breakdown, in the policy's order."""
        return [self._row(breakdown, criterion, row) for criterion, row in breakdown.criteria.items()]

    def partly(self, breakdown: Breakdown) -> list[dict[str, Any]]:
        """What only some of its requests must meet, with how many these are; nothing more of few people's."""
        return [self._row(breakdown, criterion, row) for criterion, row in breakdown.partly.items()]

    def _row(self, breakdown: Breakdown, criterion: str, row: Mapping[str, Any]) -> dict[str, Any]:
        ledger, printed = self.ledger, self._printed[breakdown.key, criterion]

        def at(name: str) -> Hashable:
            return self.key(breakdown, criterion, name)

        def told(part: str, whole: Hashable, other: str) -> Any:
            """A part of a total; empty where the row says no more than that few people are behind it."""
            return ledger.among(at(part), whole, at(other)) if part in printed else ""

        n = self.asked(breakdown, criterion, "n")
        return {
            **row,
            "criterion_id": criterion,
            "asked": ledger[n],
            "met": told("met", n, "rest"),
            "rest": told("rest", n, "met"),
            "not_met": told("not_met", at("rest"), "unknown"),
            "if_met": self._share(breakdown, criterion, "met"),
            "if_rest": self._share(breakdown, criterion, "rest"),
            "if_not_met": self._share(breakdown, criterion, "not_met"),
        }

    def _share(self, breakdown: Breakdown, criterion: str, word: str) -> Any:
        """How many of the requests with this value were approved: exactly, or what marks say; empty as in `told`."""
        ledger = self.ledger
        n, approved, denied = (
            self.key(breakdown, criterion, name) for name in (word, f"{word}_approved", f"{word}_denied")
        )
        printed = self._printed[breakdown.key, criterion]
        if not printed & {*FOUR, "not_met_approved"}:
            return ""
        if ledger.shows(n) and not ledger.entered(n).value:
            return None
        if not ledger.shows(n):
            return Hidden.WITHHELD
        if ledger.shows(approved) or ledger.is_few(approved) or ledger.is_few(denied):
            return rate(ledger, approved, n, denied)
        other = {"met": "rest", "rest": "met"}.get(word)
        return (self._follows(breakdown, criterion, word, other) if other else None) or Hidden.WITHHELD

    def _follows(self, breakdown: Breakdown, criterion: str, word: str, other: str) -> Between | None:
        """What a mark of the other value's decisions says about these: the totals of both are on the page."""
        ledger, n = self.ledger, self.ledger.entered(self.key(breakdown, criterion, word)).value
        most = ledger.threshold - 1
        for decision in DECISIONS:
            few, total = self.key(breakdown, criterion, f"{other}_{decision}"), self.whole(breakdown, decision)
            if ledger.is_few(few) and ledger.shows(total):
                ends = [ledger.entered(total).value - some for some in (most, 1)]
                low, high = ends if decision == "approved" else (n - ends[1], n - ends[0])
                return Between(max(low, 0) / n, min(high, n) / n)
        return None


def _of_trees(frame: pl.DataFrame, trees: list[Group]) -> pl.DataFrame:
    wanted = pl.DataFrame(trees, schema=dict.fromkeys(TREE, pl.String), orient="row")
    return frame.join(wanted, on=TREE, how="semi")
