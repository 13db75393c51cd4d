"""Decisions against what the recorded reviews come to: five counts of a policy, and what may be shown of them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from itertools import product
from typing import Any

import polars as pl

from analytics.disclosure import Count, Hidden, Ledger, count_people
from analytics.report.approvals.cells import DECISIONS, VALUES
from analytics.report.approvals.criteria import Criteria
from analytics.report.approvals.denials import Denials
from analytics.report.approvals.requests import TOLD, TREE, Requests
from analytics.report.tables import rate
from analytics.report.words import CONSISTENCY

#: What each count is made of in a tree's two-way table of its root.
_MADE_OF: Mapping[str, tuple[str, ...]] = {
    "consistent": ("met_approved", "not_met_denied"),
    "approved_unmet": ("not_met_approved",),
    "approved_undocumented": ("unknown_approved",),
    "denied_all_met": ("met_denied",),
    "denied_undocumented": ("unknown_denied",),
}
#: All requests with a value, those of them approved, and those denied: in the order of `TOLD`.
_SUFFIXES = ("", *(f"_{decision}" for decision in DECISIONS))


class Consistency:
    """The decided requests of a policy, all versions and types, by how the first decision agrees with the review."""

    def __init__(self, ledger: Ledger, criteria: Criteria, denials: Denials) -> None:
        self.ledger = ledger
        self.policies: list[str] = []
        if criteria.reviewed:
            self._enter(criteria)
            self._relate(denials)

    def _enter(self, criteria: Criteria) -> None:
        requests, conditions, few = criteria.requests, _conditions(), self.ledger.threshold
        counted = count_people(requests.frame, ["policy_id"], conditions, few)
        inside = [dict(zip(TREE, tree, strict=True)) for b in criteria.breakdowns for tree in b.trees]
        rest = requests.frame.filter(~pl.struct(TREE).is_in(inside)) if inside else requests.frame
        elsewhere = count_people(rest, ["policy_id"], conditions, few)
        for (policy,), counts in counted.items():
            self.policies.append(policy)
            for word in CONSISTENCY:
                self.ledger.add(self._key(policy, word), counts[word], cost=15, row=("consistency", policy))
                self._relate_to_trees(criteria, policy, word, _MADE_OF[word], elsewhere.get((policy,)))
            self._enter_values(requests, policy, counts)
            for value, suffix in product(VALUES, _SUFFIXES):
                cell = f"{value}{suffix}"
                self._relate_to_trees(criteria, policy, cell, (cell,), elsewhere.get((policy,)))

    def _relate_to_trees(
        self, criteria: Criteria, policy: str, word: str, cells: Sequence[str], elsewhere: Mapping[str, Count] | None
    ) -> None:
        """A policy's count is that of its trees' tables, with what the trees without a table have of it."""
        told = [b for b in criteria.breakdowns if b.policy == policy]
        parts = [criteria.key(b, b.root, cell) for b in told for cell in cells]
        if elsewhere is not None:
            key = ("consistency elsewhere", policy, word)
            parts.append(self.ledger.add(key, elsewhere[word], printed=False))
        self.ledger.total_if_so(self._key(policy, word), parts)

    def _enter_values(self, requests: Requests, policy: str, counts: Mapping[str, Count]) -> None:
        """How many requests have all criteria met, one not met, or one not documented, and how many were approved."""
        for value, suffix in product(VALUES, _SUFFIXES):
            name = f"{value}{suffix}"
            self.ledger.add(
                self._key(policy, name),
                counts[name],
                cost=6,
                printed=suffix != "_denied",
                marked=False,
                row=("consistency", policy),
            )
        for value in VALUES:
            parts = [self._key(policy, f"{value}_{decision}") for decision in DECISIONS]
            self.ledger.total(self._key(policy, value), parts)
        for word, cells in _MADE_OF.items():
            self.ledger.total_if_so(self._key(policy, word), [self._key(policy, cell) for cell in cells])
        # Whoever has all but one of the policy's values has that one too: the decisions' table tells their sums.
        for whole, suffix in zip(TOLD, _SUFFIXES, strict=True):
            parts = [self._key(policy, f"{value}{suffix}") for value in VALUES]
            if counts[f"unreviewed{suffix}"].value:
                key = self._key(policy, f"unreviewed{suffix}")
                parts.append(self.ledger.add(key, counts[f"unreviewed{suffix}"], printed=False))
            self.ledger.total_if_so(requests.ladder.key("policy", (policy,), whole), parts)
        words = [self._key(policy, word) for word in CONSISTENCY]
        words += [self._key(policy, "unreviewed")] if counts["unreviewed"].value else []
        self.ledger.total_if_so(requests.ladder.key("policy", (policy,), "n"), words)

    def _relate(self, denials: Denials) -> None:
        """Denials without an unmet criterion are those that the record does not bear out."""
        for policy in self.policies:
            families = [family for family in denials.families if family.policy == policy]
            if not families or policy in {other for other, _ in denials.too_few}:
                continue
            bare = [denials.key(family, "none") for family in families]
            words = [self._key(policy, word) for word in ("denied_all_met", "denied_undocumented")]
            one, other = (sum(self.ledger.entered(key).value for key in side) for side in (bare, words))
            if one == other:
                self.ledger.balance(bare, words)

    def _key(self, policy: str, word: str) -> Hashable:
        return ("consistency", policy, word)

    def row(self, policy: str) -> dict[str, float | Hidden]:
        """The five counts of a policy."""
        return {word: self.ledger[self._key(policy, word)] for word in CONSISTENCY}

    def approved(self, policy: str) -> dict[str, Any]:
        """How many requests of a policy were approved at first, by what their recorded criteria come to."""
        return {
            value: rate(self.ledger, self._key(policy, f"{value}_approved"), self._key(policy, value))
            for value in VALUES
        }


def _conditions() -> dict[str, pl.Expr]:
    value, approved = pl.col("reviewed"), pl.col("is_approved")
    conditions = {word: pl.col("consistency") == word for word in CONSISTENCY}
    values = {word: value == word for word in VALUES} | {"unreviewed": value.is_null()}
    decided = {"": pl.lit(True), "_approved": approved, "_denied": ~approved}
    return conditions | {f"{word}{suffix}": values[word] & decided[suffix] for word in values for suffix in decided}
