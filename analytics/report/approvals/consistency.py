"""Decisions against what the recorded reviews come to: five counts of a policy, and what may be shown of them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import polars as pl

from analytics.disclosure import Hidden, Ledger, count_people
from analytics.report.approvals.criteria import DECISIONS, VALUES, Criteria
from analytics.report.approvals.denials import Denials
from analytics.report.approvals.requests import TREE
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


class Consistency:
    """The decided requests of a policy, all versions and types, by how the first decision agrees with the review."""

    def __init__(self, ledger: Ledger, criteria: Criteria, denials: Denials) -> None:
        self.ledger = ledger
        self.policies: list[str] = []
        if criteria.reviewed:
            self._enter(criteria)
            self._relate(denials)

    def _enter(self, criteria: Criteria) -> None:
        requests = criteria.requests
        conditions = {word: pl.col("consistency") == word for word in CONSISTENCY}
        counted = count_people(requests.frame, ["policy_id"], conditions, self.ledger.threshold)
        inside = [dict(zip(TREE, tree, strict=True)) for b in criteria.breakdowns for tree in b.trees]
        rest = requests.frame.filter(~pl.struct(TREE).is_in(inside)) if inside else requests.frame
        elsewhere = count_people(rest, ["policy_id"], conditions, self.ledger.threshold)
        for (policy,), counts in counted.items():
            self.policies.append(policy)
            for word, count in counts.items():
                self.ledger.add(self._key(policy, word), count, cost=15, row=("consistency", policy))
                told = [b for b in criteria.breakdowns if b.policy == policy]
                parts = [criteria.key(b, b.root, cell) for b in told for cell in _MADE_OF[word]]
                if (policy,) in elsewhere:
                    key = ("consistency elsewhere", policy, word)
                    parts.append(self.ledger.add(key, elsewhere[policy,][word], printed=False))
                self.ledger.total_if_so(self._key(policy, word), parts)
            self._enter_values(criteria, policy)
            words = [self._key(policy, word) for word in CONSISTENCY]
            self.ledger.total_if_so(requests.ladder.key("policy", (policy,), "n"), words)

    def _enter_values(self, criteria: Criteria, policy: str) -> None:
        """How many requests have all criteria met, one not met, or one not documented, and how many were approved."""
        of_policy = criteria.frame.filter((pl.col("policy_id") == policy) & _at_root(criteria))
        approved = pl.col("is_approved")
        conditions = {value: pl.col("reviewed") == value for value in VALUES}
        conditions |= {f"{value}_approved": conditions[value] & approved for value in VALUES}
        conditions |= {f"{value}_denied": conditions[value] & ~approved for value in VALUES}
        counts = count_people(of_policy, [], conditions, self.ledger.threshold)[()]
        for name, count in counts.items():
            printed = not name.endswith("_denied")
            self.ledger.add(
                self._key(policy, name), count, cost=14, printed=printed, marked=False, row=("consistency", policy)
            )
        for value in VALUES:
            parts = [self._key(policy, f"{value}_{decision}") for decision in DECISIONS]
            self.ledger.total(self._key(policy, value), parts)
            told = [b for b in criteria.breakdowns if b.policy == policy]
            self.ledger.total_if_so(self._key(policy, value), [criteria.key(b, b.root, value) for b in told])
        for word, cells in _MADE_OF.items():
            self.ledger.total_if_so(self._key(policy, word), [self._key(policy, cell) for cell in cells])

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


def _at_root(criteria: Criteria) -> pl.Expr:
    roots = [
        dict(zip([*TREE, "criterion_id"], (*tree, name), strict=True))
        for tree, rows in criteria.outlines.items()
        for name, row in rows.items()
        if row["is_root"]
    ]
    return pl.struct([*TREE, "criterion_id"]).is_in(roots)
