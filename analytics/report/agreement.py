"""Reviewers against the documented facts, criterion by criterion: counts and what may be shown of them."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

import polars as pl

from analytics.disclosure import Count, Hidden, Ledger, count_people
from analytics.report.criteria import Criteria
from analytics.report.ladder import Group
from analytics.report.requests import TREE
from analytics.report.tables import rate
from analytics.statistics import kappa

if TYPE_CHECKING:
    from analytics.report.parts import Study

#: The two-way table that kappa is made of, in its order.
_CELLS = ("both_met", "reviewer_only", "facts_only", "neither_met")
#: What must not be small for a criterion to stand by itself.
_TOLD = ("both", "rest", "agree", "disagree")
#: What is added up over all criteria.
_OVERALL = ("both", "agree", "disagree", "reviewer_only", "facts_only")


class Agreement:
    """Decided requests of which both the review and the facts say met or not met, and neither was presumed."""

    def __init__(self, study: Study, ledger: Ledger, criteria: Criteria) -> None:
        self._ledger = ledger
        self.evaluated = bool(criteria.reviewed and criteria.frame["evaluated"].is_not_null().any())
        self._groups: list[Group] = []
        self._trees: list[Group] = []
        self._with_kappa: set[Group] = set()
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
        leaf = ["policy_id", "policy_version", "criterion_id"]
        frame = criteria.frame.join(leaves.select(leaf), on=leaf, how="semi")
        counted = count_people(frame, [*TREE, "criterion_id"], conditions, self._ledger.threshold)
        overall = count_people(frame, TREE, conditions, self._ledger.threshold)
        for tree in criteria.trees(broken_down=True):
            groups = [group for group in ((*tree, name) for name in criteria.outline[tree]) if group in counted]
            # By itself stands only a criterion of which nothing is small; the others are told together.
            alone = [
                group
                for group in groups
                if not any(
                    counts[tuple(at)][name].people
                    for name in _TOLD
                    for counts, at in ((counted, group), (overall, tree))
                )
                and counted[group]["disagree"].value
            ]
            self._groups += alone
            for group in alone:
                self._enter_one(group, counted[group])
                parts = [criteria.key(tree, group[3], word) for word in ("met", "not_met")]
                self._ledger.total(self._key(group, "known"), parts)
            if groups:
                self._trees.append(tree)
                at = pl.struct([*TREE, "criterion_id"])
                told = [dict(zip([*TREE, "criterion_id"], group, strict=True)) for group in alone]
                others = count_people(frame.filter(~at.is_in(told)), TREE, conditions, self._ledger.threshold)
                self._enter_overall(tree, overall[tree], others.get(tree, {}), alone)

    def _enter_overall(
        self, tree: Group, whole: dict[str, Count], others: dict[str, Count], alone: list[Group]
    ) -> None:
        row = ("agreement", *tree)
        for name in _OVERALL:
            key = self._ledger.add(self._key((*tree, None), name), whole[name], cost=9, row=row)
            parts = [self._key(group, name) for group in alone]
            if others:
                parts.append(self._ledger.add(("agreement rest", *tree, name), others[name], printed=False))
            self._ledger.total(key, parts)
        for at in ("agreement", "agreement rest")[: 2 if others else 1]:
            base = (at, *tree, None) if at == "agreement" else (at, *tree)
            self._ledger.total((*base, "both"), [(*base, "agree"), (*base, "disagree")])
            self._ledger.total((*base, "disagree"), [(*base, "reviewer_only"), (*base, "facts_only")])

    def _enter_one(self, group: Group, counts: dict[str, Count]) -> None:
        unprinted = {"known", "rest"}
        # Kappa tells all four cells of the two-way table: it is left out where one of them is small.
        if any(counts[name].people for name in _CELLS):
            unprinted |= {"both_met", "neither_met"}
        else:
            self._with_kappa.add(group)
        for name, count in counts.items():
            self._ledger.add(
                self._key(group, name),
                count,
                cost=2 if name in ("both", "agree") else 1,
                printed=name not in unprinted,
                marked=name not in ("agree", "both_met", "neither_met"),
                row=("agreement", *group),
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

    def rows(self, tree: Group) -> list[dict[str, Any]]:
        """The criteria of a tree on which both say something, in its order."""
        groups = [group for group in self._groups if group[:3] == tree]
        if tree not in self._trees:
            return []
        return [self._overall(tree)] + [row for group in groups if (row := self._row(group))["both"] != 0]

    def _overall(self, tree: Group) -> dict[str, Any]:
        """All criteria of a tree together: how many answers agree, of all that both gave."""
        keys = {name: self._key((*tree, None), name) for name in _OVERALL}
        return {
            "criterion_id": None,
            "both": self._ledger[keys["both"]],
            "agree": rate(self._ledger, keys["agree"], keys["both"], keys["disagree"]),
            "reviewer_only": self._ledger[keys["reviewer_only"]],
            "facts_only": self._ledger[keys["facts_only"]],
            "kappa": None,
        }

    def _row(self, group: Group) -> dict[str, Any]:
        cells = [self._key(group, name) for name in _CELLS]
        told = group in self._with_kappa and self._ledger.shows(*cells)
        return {
            "criterion_id": group[3],
            "both": self._ledger[self._key(group, "both")],
            "agree": rate(self._ledger, *(self._key(group, name) for name in ("agree", "both", "disagree"))),
            "reviewer_only": self._ledger[self._key(group, "reviewer_only")],
            "facts_only": self._ledger[self._key(group, "facts_only")],
            "kappa": kappa(*(self._ledger.entered(cell).value for cell in cells)) if told else Hidden.WITHHELD,
        }
