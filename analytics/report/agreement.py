"""Reviewers against the documented facts, criterion by criterion: counts and what may be shown of them."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import polars as pl

from analytics.disclosure import Count, Hidden, Ledger, count_people
from analytics.report.criteria import Criteria
from analytics.report.ladder import Group
from analytics.report.tables import rate
from analytics.statistics import kappa

if TYPE_CHECKING:
    from analytics.report.page import Study

_BY = ["policy_id", "policy_version", "criterion_id"]


class Agreement:
    """Decided requests of which both the review and the facts say met or not met, and neither was presumed."""

    def __init__(self, study: Study, ledger: Ledger, criteria: Criteria) -> None:
        self._ledger = ledger
        self.evaluated = bool(criteria.reviewed and criteria.frame["evaluated"].is_not_null().any())
        self._groups: list[Group] = []
        if self.evaluated:
            self._enter(criteria, study.reviewer_agreement)

    def _enter(self, criteria: Criteria, leaves: pl.DataFrame) -> None:
        reviewed, evaluated = pl.col("reviewed"), pl.col("evaluated")
        presumed = pl.col("presumed_in_review").fill_null(False) | pl.col("presumed_in_evaluation").fill_null(False)
        known = reviewed.is_in(["met", "not_met"])
        both = known & evaluated.is_in(["met", "not_met"]) & ~presumed
        conditions = {
            "known": known,
            "both": both,
            "rest": known & ~both,
            "agree": both & (reviewed == evaluated),
            "disagree": both & (reviewed != evaluated),
            "both_met": both & (reviewed == "met") & (evaluated == "met"),
            "neither_met": both & (reviewed == "not_met") & (evaluated == "not_met"),
            "reviewer_only": both & (reviewed == "met") & (evaluated == "not_met"),
            "facts_only": both & (reviewed == "not_met") & (evaluated == "met"),
        }
        frame = criteria.frame.join(leaves.select(_BY), on=_BY, how="semi")
        counted = count_people(frame, _BY, conditions, self._ledger.threshold)
        order = [(*tree[:2], criterion) for tree, outline in criteria.outline.items() for criterion in outline]
        self._groups = [group for group in dict.fromkeys(order) if group in counted]
        for group in self._groups:
            self._enter_one(group, counted[group])
            trees = [tree for tree in criteria.trees() if tree[:2] == group[:2] and group[2] in criteria.outline[tree]]
            if all(tree in criteria.broken_down for tree in trees):
                parts = [criteria.key(tree, group[2], word) for tree in trees for word in ("met", "not_met")]
                self._ledger.total(self._key(group, "known"), parts)

    def _enter_one(self, group: Group, counts: dict[str, Count]) -> None:
        costs = {"both": 3, "agree": 2}
        for name, count in counts.items():
            printed = name not in ("known", "rest", "disagree")
            self._ledger.add(
                self._key(group, name), count, cost=costs.get(name, 1), printed=printed, row=("agreement", *group)
            )
        for whole, parts in (
            ("known", ("both", "rest")),
            ("both", ("agree", "disagree")),
            ("agree", ("both_met", "neither_met")),
            ("disagree", ("reviewer_only", "facts_only")),
        ):
            self._ledger.total(self._key(group, whole), [self._key(group, part) for part in parts])

    def _key(self, group: Group, name: str) -> Hashable:
        return ("agreement", *group, name)

    def rows(self, policy: str, version: str) -> list[dict[str, Any]]:
        """The criteria of a policy's version on which both say something, in the order of its trees."""
        groups = [group for group in self._groups if group[:2] == (policy, version)]
        return [row for group in groups if (row := self._row(group))["both"] != 0]

    def _row(self, group: Group) -> dict[str, Any]:
        cells = [self._key(group, name) for name in ("both_met", "reviewer_only", "facts_only", "neither_met")]
        counts = [self._ledger[cell] for cell in cells]
        hidden = any(isinstance(count, Hidden) for count in counts)
        return {
            "criterion_id": group[2],
            "both": self._ledger[self._key(group, "both")],
            "agree": rate(self._ledger, self._key(group, "agree"), self._key(group, "both")),
            "reviewer_only": counts[1],
            "facts_only": counts[2],
            "kappa": Hidden.WITHHELD if hidden else kappa(*counts),  # type: ignore[arg-type]
        }
