"""Reviewers against the documented facts, criterion by criterion: counts and what may be shown of them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from analytics.disclosure import Count, Hidden, Ledger, count_people
from analytics.report.approvals.criteria import Criteria
from analytics.report.tables import rate
from analytics.statistics import kappa

if TYPE_CHECKING:
    from analytics.report.parts import Study

#: The two-way table that kappa is made of, in its order.
_CELLS = ("both_met", "reviewer_only", "facts_only", "neither_met")
#: What is counted of each row, and how it adds up.
_COUNTED = ("both", "agree", "disagree", *_CELLS)
_SPLITS = (
    ("both", ("agree", "disagree")),
    ("agree", ("both_met", "neither_met")),
    ("disagree", ("reviewer_only", "facts_only")),
)
_COSTS = {"both": 5, "agree": 4, "disagree": 4, "reviewer_only": 2, "facts_only": 2}
#: The row of all criteria of a policy, and that of those which are not told by themselves.
ALL, OTHERS = "", "others"


class Agreement:
    """Answers of a policy's decided requests to which both the review and the facts say met or not met.

    Presumed ones are left out. A criterion stands by itself where enough people's answers agree, and where enough
    differ; all others are told together.
    """

    def __init__(self, study: Study, ledger: Ledger, criteria: Criteria) -> None:
        self.ledger, self._criteria = ledger, criteria
        self.evaluated = bool(criteria.reviewed and criteria.frame["evaluated"].is_not_null().any())
        self.labels = {
            (tree[0], name): row["label"] for tree, rows in criteria.outlines.items() for name, row in rows.items()
        }
        #: policy -> its rows: all, criteria by themselves, others
        self.rows_of: dict[str, list[str]] = {}
        if self.evaluated:
            self._enter(study.reviewer_agreement)

    def _enter(self, leaves: pl.DataFrame) -> None:
        leaf = ["policy_id", "policy_version", "criterion_id"]
        frame = self._criteria.frame.join(leaves.select(leaf), on=leaf, how="semi")
        conditions, few = _conditions(), self.ledger.threshold
        whole = count_people(frame, ["policy_id"], conditions, few)
        by_criterion = count_people(frame, ["policy_id", "criterion_id"], conditions, few)
        for (policy,), counts in whole.items():
            if counts["both"].people is not None:
                continue
            order = dict.fromkeys(
                name for tree, rows in self._criteria.outlines.items() if tree[0] == policy for name in rows
            )
            alone = [name for name in order if _stands_alone(by_criterion.get((policy, name)))]
            own = frame.filter(pl.col("policy_id") == policy)
            while True:
                others = count_people(own.filter(~pl.col("criterion_id").is_in(alone)), [], conditions, few)[()]
                if not alone or not others["both"].people:
                    break
                alone.pop()
            rows = {ALL: counts} | {name: by_criterion[policy, name] for name in alone}
            if others["both"].value:
                rows[OTHERS] = others
            self.rows_of[policy] = [ALL] + ([*alone, *([OTHERS] if OTHERS in rows else [])] if alone else [])
            for name, found in rows.items():
                self._enter_row(policy, name, found, printed=name in self.rows_of[policy])
            for name in _COUNTED:
                parts = [self._key(policy, row, name) for row in rows if row != ALL]
                self.ledger.total(self._key(policy, ALL, name), parts)
            for criterion in alone:
                self._relate(policy, criterion, by_criterion[policy, criterion])

    def _enter_row(self, policy: str, row: str, counts: Mapping[str, Count], printed: bool) -> None:
        # Kappa tells all four cells of the two-way table: only where all may be told are the agreeing ones said apart.
        told = {"both", "agree", "disagree"}
        if not any(counts[name].people for name in _CELLS):
            told |= set(_CELLS)
        elif row == ALL:
            told |= {"reviewer_only", "facts_only"}
        for name in _COUNTED:
            self.ledger.add(
                self._key(policy, row, name),
                counts[name],
                cost=_COSTS.get(name, 1) + (9 if row == ALL else 0),
                printed=printed and name in told,
                marked=name not in ("agree", "both_met", "neither_met"),
                row=("agreement", policy, row),
            )
        for whole, parts in _SPLITS:
            self.ledger.total(self._key(policy, row, whole), [self._key(policy, row, part) for part in parts])

    def _relate(self, policy: str, criterion: str, counts: Mapping[str, Count]) -> None:
        """Both say something only where the reviewer does, which the trees' tables count."""
        criteria = self._criteria
        trees = [tree for tree, rows in criteria.outlines.items() if tree[0] == policy and criterion in rows]
        told = [b for b in criteria.breakdowns if b.policy == policy and criterion in b.told]
        known = self.ledger.add(self._key(policy, criterion, "known"), counts["known"], printed=False)
        rest = self.ledger.add(self._key(policy, criterion, "rest"), counts["rest"], printed=False)
        self.ledger.total(known, [self._key(policy, criterion, "both"), rest])
        if set(trees) <= {tree for breakdown in told for tree in breakdown.trees}:
            parts = [criteria.key(breakdown, criterion, word) for breakdown in told for word in ("met", "not_met")]
            self.ledger.total_if_so(known, parts)

    def _key(self, policy: str, row: str, name: str) -> Hashable:
        return ("agreement", policy, row, name)

    # ---- What may be shown

    def apart(self, policy: str) -> list[str]:
        """The criteria of a policy that have parts, in its order: what is recorded at them is not compared."""
        trees = [rows for tree, rows in self._criteria.outlines.items() if tree[0] == policy]
        own = [row["parent_id"] for rows in trees for row in rows.values()]
        return [name for name in dict.fromkeys(name for rows in trees for name in rows) if name in own]

    def rows(self, policy: str) -> list[dict[str, Any]]:
        """The rows of a policy: all its criteria, those told by themselves in its order, the others together."""
        return [self._row(policy, name) for name in self.rows_of.get(policy, [])]

    def _row(self, policy: str, name: str) -> dict[str, Any]:
        def at(cell: str) -> Hashable:
            return self._key(policy, name, cell)

        cells, ledger = [at(cell) for cell in _CELLS], self.ledger
        return {
            "criterion_id": name,
            "label": self.labels.get((policy, name), ""),
            "both": ledger[at("both")],
            "agree": rate(ledger, at("agree"), at("both"), at("disagree")),
            # Kappa of nothing is not there; a hidden one is said to be withheld, and so is that it may be undefined.
            "kappa": kappa(*(ledger.entered(cell).value for cell in cells))
            if ledger.shows(*cells)
            else Hidden.WITHHELD,
        }

    def differ(self, policy: str) -> dict[str, Any]:
        """Answers of a policy that are met by the review only, and by the facts only."""
        keys = {name: self._key(policy, ALL, name) for name in ("disagree", "reviewer_only", "facts_only")}
        return {
            "reviewer_only": self.ledger.among(keys["reviewer_only"], keys["disagree"], keys["facts_only"]),
            "facts_only": self.ledger.among(keys["facts_only"], keys["disagree"], keys["reviewer_only"]),
        }


def _conditions() -> dict[str, pl.Expr]:
    reviewed, evaluated = pl.col("reviewed"), pl.col("evaluated")
    presumed = pl.col("presumed_in_review").fill_null(False) | pl.col("presumed_in_evaluation").fill_null(False)
    known = reviewed.is_in(["met", "not_met"])
    both = known & evaluated.is_in(["met", "not_met"]) & ~presumed
    return {
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


def _stands_alone(counts: Mapping[str, Count] | None) -> bool:
    told = ("agree", "disagree")
    return counts is not None and all(counts[name].value and counts[name].people is None for name in told)
