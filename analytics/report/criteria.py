"""Decided requests by criterion, what denials rest on, and how far reviews agree: counts and what may be shown."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from itertools import product
from typing import TYPE_CHECKING, Any

import polars as pl

from analytics.disclosure import Hidden, Ledger, count_people
from analytics.report.ladder import Group
from analytics.report.requests import TREE, Requests
from analytics.report.tables import rate

if TYPE_CHECKING:
    from analytics.report.parts import Study

VALUES = ("met", "not_met", "unknown")
DECISIONS = ("approved", "denied")
#: What must be read of a criterion's two-way table to say how often reviews and decisions agree.
_CONSISTENCY: Mapping[str, tuple[str, ...]] = {
    "consistent": ("met_approved", "not_met_denied"),
    "approved_unmet": ("not_met_approved",),
    "approved_undocumented": ("unknown_approved",),
    "denied_all_met": ("met_denied",),
    "denied_undocumented": ("unknown_denied",),
}
#: What readers lose with each count: last of all how often a criterion is met, and how often it is then approved.
_COSTS = {
    "met": 6,
    "not_met_or_unknown": 6,
    "met_approved": 5,
    "not_met": 4,
    "any": 4,
    "sole": 3,
    "not_met_approved": 2,
}
#: The counts of a criterion that its children's bound.
_COMPARED = ("met", "not_met")
#: Denials of which a conjunct is unmet: all of them, those of which it alone is, those of which others are too.
_REASONS = ("any", "sole", "shared")
#: The cells of a criterion's two-way table.
_TWO_WAY = tuple(f"{value}_{decision}" for value, decision in product(VALUES, DECISIONS))


class Criteria:
    """Each criterion of each tree: the reviewer's value against the first decision, over decided requests.

    A tree is a policy, a version and a request type. The rows of a tree come in the order of its criteria.
    """

    def __init__(self, study: Study, ledger: Ledger, requests: Requests) -> None:
        self.ledger, self._requests = ledger, requests
        self.outline = _outline(study.approval_by_criterion)
        columns = ["authorization_id", *TREE, "is_approved", "person_id", "unmet_conjuncts"]
        self.frame = study.criterion_result.join(requests.frame.select(columns), on="authorization_id")
        self.reviewed = self.frame["reviewed"].is_not_null().any()
        self.broken_down = {tree for tree in self.outline if self.reviewed and self._is_big_enough(tree)}
        if self.reviewed:
            self._enter()
            self._fractions = self._shared_out()

    def _is_big_enough(self, tree: Group) -> bool:
        """Whether a tree's table would say anything: not so where few people at all were approved, or denied."""
        whole = self._requests.ladder
        return not any(self.ledger.entered(whole.key("tree", tree, word)).people for word in ("n", *DECISIONS))

    # ---- Counts

    def _enter(self) -> None:
        value, approved = pl.col("reviewed"), pl.col("is_approved")
        reason = ~approved & pl.col("unmet_conjuncts").list.contains(pl.col("criterion_id"))
        conditions = {word: value == word for word in VALUES}
        for (word, decision), name in zip(product(VALUES, DECISIONS), _TWO_WAY, strict=True):
            conditions[name] = (value == word) & (approved if decision == "approved" else ~approved)
        conditions["not_met_or_unknown"] = (value == "not_met") | (value == "unknown")
        unmet = pl.col("unmet_conjuncts").list.len()
        reasons = {"any": reason, "sole": reason & (unmet == 1), "shared": reason & (unmet > 1)}
        counted = count_people(self.frame, [*TREE, "criterion_id"], conditions, self.ledger.threshold)
        for group, counts in counted.items():
            tree, criterion = group[:3], self.outline[group[:3]][group[3]]
            if tree not in self.broken_down:
                continue
            for name, count in counts.items():
                self.ledger.add(
                    self.key(tree, group[3], name),
                    count,
                    cost=_COSTS.get(name, 1) + (5 if criterion["is_root"] else 0),
                    printed=self._prints(criterion, name),
                    marked=criterion["is_root"] or not name.endswith("_approved"),
                    row=("criterion", *group),
                )
            self._relate(tree, group[3])
        for tree in self.trees(broken_down=True):
            self._relate_to_children(tree, self.outline[tree])
        self._enter_denials(reasons)

    def _enter_denials(self, reasons: Mapping[str, pl.Expr]) -> None:
        """What denials rest on, over all trees of a policy: by tree there are too few to be shown."""
        by = ["policy_id", "criterion_id"]
        conjuncts = {
            (tree[0], name): row["label"]
            for tree, rows in self.outline.items()
            for name, row in rows.items()
            if row["is_conjunct"]
        }
        others = self.frame.filter(
            ~pl.struct(TREE).is_in([dict(zip(TREE, tree, strict=True)) for tree in self.broken_down])
        )
        everywhere = count_people(self.frame, by, reasons, self.ledger.threshold)
        elsewhere = count_people(others, by, reasons, self.ledger.threshold)
        for group in conjuncts:
            trees = [
                tree for tree in self.trees(broken_down=True) if tree[0] == group[0] and group[1] in self.outline[tree]
            ]
            for name in _REASONS:
                key, printed = ("denial", *group, name), name != "shared"
                self.ledger.add(
                    key, everywhere[group][name], cost=_COSTS.get(name, 1) + 5, printed=printed, row=key[:3]
                )
            self.ledger.total(("denial", *group, "any"), [("denial", *group, name) for name in ("sole", "shared")])
            # A tree's denials with the criterion unmet can be worked out from its own table.
            parts = [self.key(tree, group[1], "not_met_denied") for tree in trees]
            if group in elsewhere:
                parts.append(self.ledger.add(("elsewhere", *group), elsewhere[group]["any"], printed=False))
            self.ledger.total_if_so(("denial", *group, "any"), parts)
        self._conjuncts = conjuncts

    @staticmethod
    def _prints(criterion: Mapping[str, Any], name: str) -> bool:
        if name in ("met_denied", "not_met_denied", "unknown_approved", "unknown_denied"):
            return bool(criterion["is_root"])
        return True

    def _relate(self, tree: Group, criterion: str) -> None:
        whole = self._requests.ladder
        self.ledger.total(whole.key("tree", tree, "n"), [self.key(tree, criterion, word) for word in VALUES])
        for decision in DECISIONS:
            parts = [self.key(tree, criterion, f"{word}_{decision}") for word in VALUES]
            self.ledger.total(whole.key("tree", tree, decision), parts)
        for word in VALUES:
            parts = [self.key(tree, criterion, f"{word}_{decision}") for decision in DECISIONS]
            self.ledger.total(self.key(tree, criterion, word), parts)
        # What follows from both at once, so that it is seen without solving anything.
        rest = self.key(tree, criterion, "not_met_or_unknown")
        self.ledger.total(rest, [self.key(tree, criterion, word) for word in ("not_met", "unknown")])
        self.ledger.total(whole.key("tree", tree, "n"), [self.key(tree, criterion, "met"), rest])
        left = [self.key(tree, criterion, "unknown_denied"), whole.key("tree", tree, "approved")]
        right = [self.key(tree, criterion, name) for name in ("unknown", "met_approved", "not_met_approved")]
        self.ledger.balance(left, right)

    def _relate_to_children(self, tree: Group, criteria: Mapping[str, Mapping[str, Any]]) -> None:
        """What a policy's all-of and any-of say about counts: who knows the policy can reckon with it.

        Whatever decides a criterion decides at least one of its children; and all-of is met (any-of not met) only
        where each child is. Records made at the criterion itself may break this, and then nobody can count on it.
        """
        for criterion in criteria:
            children = [child for child, row in criteria.items() if row["parent_id"] == criterion]
            if not children:
                continue
            for name in _COMPARED:
                parts = [self.key(tree, child, name) for child in children]
                self.ledger.at_most(self.key(tree, criterion, name), parts)
            for child in children:
                # A criterion that comes to the same as its only child in use must not tell what the child withholds.
                cells = [(self.key(tree, criterion, cell), self.key(tree, child, cell)) for cell in _TWO_WAY]
                if all(self.ledger.entered(one) == self.ledger.entered(other) for one, other in cells):
                    for one, other in cells:
                        self.ledger.total(one, [other])
            for every in ("met", "not_met"):
                pairs = []
                for name, child in product(_COMPARED, children):
                    whole, part = self.key(tree, criterion, name), self.key(tree, child, name)
                    pairs.append((whole, part) if name.startswith(every) else (part, whole))
                if all(self.ledger.entered(less).value <= self.ledger.entered(more).value for less, more in pairs):
                    for less, more in pairs:
                        self.ledger.at_most(less, [more])

    def key(self, tree: Group, criterion: str, name: str) -> Hashable:
        """The ledger's key of a count of a criterion."""
        return ("criterion", *tree, criterion, name)

    def _shared_out(self) -> dict[tuple[str, str], float]:
        """A policy's denials by unmet conjunct, each shared out in equal parts among its own."""
        denied = self._requests.frame.filter(~pl.col("is_approved")).select("policy_id", "unmet_conjuncts")
        parts = (
            denied.with_columns(part=1 / pl.col("unmet_conjuncts").list.len())
            .explode("unmet_conjuncts")
            .drop_nulls("unmet_conjuncts")
            .group_by("policy_id", "unmet_conjuncts")
            .agg(pl.col("part").sum().round(6))
        )
        return {(row[0], row[1]): row[2] for row in parts.iter_rows()}

    # ---- What may be shown

    def trees(self, broken_down: bool = False) -> list[Group]:
        """The trees with decided requests (policy, version, request type); those that are `broken_down`, or all."""
        return [tree for tree in self.outline if not broken_down or tree in self.broken_down]

    def decided(self, tree: Group) -> float | Hidden:
        """How many requests of a tree were decided."""
        return self._requests.ladder.count("tree", tree, "n")

    def rows(self, tree: Group) -> list[dict[str, Any]]:
        """The criteria of a tree, in its order."""
        return [self._row(tree, criterion, outline) for criterion, outline in self.outline[tree].items()]

    def _row(self, tree: Group, criterion: str, outline: Mapping[str, Any]) -> dict[str, Any]:
        def at(name: str) -> Hashable:
            return self.key(tree, criterion, name)

        whole = self._requests.ladder.key("tree", tree, "n")
        return {
            **outline,
            "criterion_id": criterion,
            "met": self.ledger.among(at("met"), whole, at("not_met_or_unknown")),
            "not_met": self.ledger[at("not_met")],
            "unknown": self.ledger[at("unknown")],
            "if_met": rate(self.ledger, at("met_approved"), at("met")),
            "if_not_met": rate(self.ledger, at("not_met_approved"), at("not_met")),
        }

    def denials(self, policy: str) -> list[dict[str, Any]]:
        """What a policy's denials rest on: its conjuncts, unmet at all, unmet alone, and each denial shared out."""
        groups = [group for group in self._conjuncts if group[0] == policy]
        value = {group: self._fractions.get(group, 0.0) for group in groups}
        keys = {group: [("denial", *group, name) for name in ("any", "sole")] for group in groups}
        # Fractional counts are hidden with the sole ones, and never one alone, since they add up.
        hidden = {group for group in groups if not self.ledger.shows(*keys[group])}
        shown = sorted((group for group in groups if group not in hidden and value[group]), key=lambda g: (value[g], g))
        while hidden and shown and (len(hidden) < 2 or sum(value[g] for g in hidden) < 2 * self.ledger.threshold):
            hidden.add(shown.pop(0))
        return [
            {
                "criterion_id": group[1],
                "label": self._conjuncts[group],
                "any": self.ledger[keys[group][0]],
                "sole": self.ledger[keys[group][1]],
                "fractional": Hidden.WITHHELD if group in hidden else value[group],
            }
            for group in groups
        ]

    def consistency(self, tree: Group) -> dict[str, Any]:
        """How decisions agree with what the reviewer's record comes to: five counts of the tree's root."""
        root = next(criterion for criterion, row in self.outline[tree].items() if row["is_root"])
        found: dict[str, Any] = {"n": self.ledger[self._requests.ladder.key("tree", tree, "n")]}
        for word, names in _CONSISTENCY.items():
            counts = [self.ledger[self.key(tree, root, name)] for name in names]
            hidden = [count for count in counts if isinstance(count, Hidden)]
            # One hidden part hides the sum; a sum of several never gets the mark of a single small count.
            found[word] = sum(counts) if not hidden else hidden[0] if len(counts) == 1 else Hidden.WITHHELD
        return found


def _outline(table: pl.DataFrame) -> dict[Group, dict[str, dict[str, Any]]]:
    """The criteria of each tree in its order: label, conjunct or not, root or not, depth and parent.

    The frame comes in tree order within its keys. Parents are read from it where it has them (`parent_id`), else
    from the ids, which grow from parent to child; whatever has no parent among them hangs on the root.
    """
    outline: dict[Group, dict[str, dict[str, Any]]] = {}
    for row in table.unique([*TREE, "criterion_id"], keep="first", maintain_order=True).iter_rows(named=True):
        tree = outline.setdefault(tuple(row[name] for name in TREE), {})
        criterion = row["criterion_id"]
        parent = row["parent_id"] if "parent_id" in row else _parent(criterion, list(tree))
        tree[criterion] = {
            "label": row["label"],
            "remark": row.get("remark"),
            "is_conjunct": row["is_conjunct"],
            "is_root": parent is None,
            "parent_id": parent,
            "depth": 0 if parent is None else tree[parent]["depth"] + 1,
        }
    return outline


def _parent(criterion: str, before: list[str]) -> str | None:
    ancestors = [other for other in before if criterion.startswith(f"{other}.")]
    return max(ancestors, key=len, default=before[0] if before else None)
