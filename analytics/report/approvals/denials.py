"""What denials rest on: unmet criteria, alone and with others, and what may be shown of them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from analytics.disclosure import Count, Hidden, Ledger, count_people
from analytics.report.approvals.criteria import Criteria
from analytics.report.approvals.requests import TREE

#: What is counted of a cause: denials in which it is unmet, in which nothing else is, in which something else is too.
REASONS = ("any", "sole", "shared")
#: What readers lose: denials without an unmet criterion last, those with several last but one.
_COSTS = {"none": 16, "any": 12, "any of several": 8, "sole": 5}


@dataclass(frozen=True)
class Cause:
    """What denials may rest on: one criterion, or several of few denials each (the label None)."""

    criteria: tuple[str, ...]
    label: str | None

    @property
    def key(self) -> str:
        return "+".join(self.criteria)


@dataclass(frozen=True)
class Family:
    """The denials of a policy's requests that the same criteria must meet.

    request_types: those that have these criteria. without: criteria that no denial has unmet.
    """

    policy: str
    request_types: tuple[str, ...]
    causes: tuple[Cause, ...]
    without: tuple[str, ...]

    @property
    def key(self) -> tuple[str, ...]:
        return (self.policy, *self.request_types)


class Denials:
    """Denials at first, by the criteria that must all be met, over all versions of a policy."""

    def __init__(self, ledger: Ledger, criteria: Criteria) -> None:
        self.ledger, self._criteria = ledger, criteria
        self.labels = {
            (tree[0], name): row["label"] for tree, rows in criteria.outlines.items() for name, row in rows.items()
        }
        self.families: list[Family] = []
        #: The policies and request types of which nothing is told by cause: few people's denials, or none.
        self.too_few: list[tuple[str, tuple[str, ...]]] = []
        self._fractions: dict[tuple[Hashable, str], float] = {}
        if criteria.reviewed:
            for policy, conjuncts, request_types in self._sets():
                self._enter_family(policy, conjuncts, request_types)

    def _sets(self) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
        """The request types of each policy that have the same conjuncts, in any version."""
        by_type: dict[tuple[str, str], dict[str, None]] = {}
        for (policy, _, request_type), rows in self._criteria.outlines.items():
            names = by_type.setdefault((policy, request_type), {})
            names.update({name: None for name, row in rows.items() if row["is_conjunct"]})
        sets: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        for (policy, request_type), names in by_type.items():
            sets.setdefault((policy, tuple(names)), []).append(request_type)
        return [(policy, conjuncts, tuple(types)) for (policy, conjuncts), types in sets.items()]

    # ---- Counts

    def _enter_family(self, policy: str, conjuncts: tuple[str, ...], request_types: tuple[str, ...]) -> None:
        requests = self._criteria.requests
        own = (pl.col("policy_id") == policy) & pl.col("request_type").is_in(request_types) & ~pl.col("is_approved")
        denied = requests.frame.filter(own).with_columns(
            unmet=pl.col("unmet_conjuncts").fill_null([]).list.set_intersection(list(conjuncts))
        )
        whole = _count(denied, pl.lit(True), self.ledger.threshold)
        key = self.ledger.add(_whole(policy, request_types), whole, cost=24, row=("denials", policy, *request_types))
        trees = [tree for tree in self._criteria.outlines if tree[0] == policy and tree[2] in request_types]
        self.ledger.total(key, [requests.ladder.key("tree", tree, "denied") for tree in trees])
        if whole.people is not None:
            self.too_few.append((policy, request_types))
            return
        unmet = {name: _count(denied, pl.col("unmet").list.contains(name), self.ledger.threshold) for name in conjuncts}
        causes = self._rolled_up(policy, conjuncts, unmet, denied)
        family = Family(policy, request_types, causes, tuple(name for name in conjuncts if not unmet[name].value))
        self.families.append(family)
        self._enter_causes(family, denied, whole)
        self._relate_to_trees(family, denied)

    def _rolled_up(
        self, policy: str, conjuncts: tuple[str, ...], unmet: Mapping[str, Count], denied: pl.DataFrame
    ) -> tuple[Cause, ...]:
        """A cause for each criterion of enough people's denials, all others as one, which has enough too."""
        named = [name for name in conjuncts if unmet[name].value and unmet[name].people is None]
        others = [name for name in conjuncts if unmet[name].people]
        smallest = sorted(named, key=lambda name: (unmet[name].value, name))
        while others and smallest and _count(denied, _any_of(others), self.ledger.threshold).people:
            others.append(smallest.pop(0))
        causes = [Cause((name,), self.labels[policy, name]) for name in named if name not in others]
        if others:
            together = tuple(name for name in conjuncts if name in others)
            causes.append(Cause(together, self.labels[policy, others[0]] if len(others) == 1 else None))
        return tuple(causes)

    def _enter_causes(self, family: Family, denied: pl.DataFrame, whole: Count) -> None:
        few, row = self.ledger.threshold, ("denials", *family.key)
        none = _count(denied, pl.col("unmet").list.len() == 0, few)
        self.ledger.add(self.key(family, "none"), none, cost=_COSTS["none"], row=row)
        for cause in family.causes:
            within = pl.col("unmet").list.set_difference(list(cause.criteria)).list.len() == 0
            conditions = {"any": _any_of(cause.criteria), "sole": _any_of(cause.criteria) & within}
            conditions["shared"] = conditions["any"] & ~within
            for name in REASONS:
                count = _count(denied, conditions[name], few)
                cost = _COSTS.get(f"{name} of several" if len(cause.criteria) > 1 else name, _COSTS.get(name, 1))
                self.ledger.add(self.key(family, cause.key, name), count, cost=cost, row=(*row, cause.key))
            keys = [self.key(family, cause.key, name) for name in REASONS]
            self.ledger.total(keys[0], keys[1:])
            shares = denied.select(
                pl.col("unmet").list.set_intersection(list(cause.criteria)).list.len() / pl.col("unmet").list.len()
            ).to_series()
            self._fractions[family.key, cause.key] = round(float(shares.fill_nan(0).fill_null(0).sum()), 6)
        # Denials that rest on several causes are counted with each of them: at least twice.
        alone = [self.key(family, cause.key, "sole") for cause in family.causes]
        mixed = whole.value - none.value - sum(self.ledger.entered(key).value for key in alone)
        several = denied.filter(
            pl.sum_horizontal(_any_of(cause.criteria).cast(pl.Int64) for cause in family.causes) > 1
            if family.causes
            else pl.lit(False)
        )
        people = frozenset(several["person_id"].unique().sort().head(few))
        once = self.ledger.add(
            self.key(family, "mixed"), Count(mixed, people if len(people) < few else None), printed=False
        )
        twice = self.ledger.add(self.key(family, "mixed twice"), Count(2 * mixed, None), printed=False)
        self.ledger.total(self.key(family, "n"), [self.key(family, "none"), *alone, once])
        self.ledger.total(twice, [once, once])
        self.ledger.at_most(twice, [self.key(family, cause.key, "shared") for cause in family.causes])

    def _relate_to_trees(self, family: Family, denied: pl.DataFrame) -> None:
        """A tree's denials with a criterion unmet can be worked out from its own table."""
        criteria, few = self._criteria, self.ledger.threshold
        told = [b for b in criteria.breakdowns if b.policy == family.policy and b.request_type in family.request_types]
        inside = [dict(zip(TREE, tree, strict=True)) for breakdown in told for tree in breakdown.trees]
        elsewhere = denied.filter(~pl.struct(TREE).is_in(inside)) if inside else denied
        for cause in family.causes:
            name = cause.criteria[0]
            # Versions that don't have the criterion have no denials of it.
            faced = [b for b in told if any(name in criteria.outlines[tree] for tree in b.trees)]
            if len(cause.criteria) > 1 or any(name not in b.told for b in faced):
                continue
            parts = [criteria.key(breakdown, name, "not_met_denied") for breakdown in faced]
            if not elsewhere.is_empty():
                rest = _count(elsewhere, pl.col("unmet").list.contains(name), few)
                parts.append(self.ledger.add(("denials elsewhere", *family.key, name), rest, printed=False))
            self.ledger.total_if_so(self.key(family, cause.key, "any"), parts)

    def key(self, family: Family, *names: str) -> Hashable:
        """The ledger's key of a count of a family, or of one of its causes."""
        return ("denials", *family.key, *names)

    # ---- What may be shown

    def whole(self, family: Family) -> float | Hidden:
        """How many denials a family has."""
        return self.ledger[self.key(family, "n")]

    def few(self, policy: str, request_types: tuple[str, ...]) -> float | Hidden:
        """How many denials there are where they are `too_few`: 0, or a mark."""
        return self.ledger[_whole(policy, request_types)]

    def without(self, family: Family) -> float | Hidden:
        """How many of them have no criterion recorded as unmet."""
        return self.ledger[self.key(family, "none")]

    def rows(self, family: Family) -> list[dict[str, Any]]:
        """The causes of a family's denials: unmet at all, unmet alone, and each denial shared out."""
        ledger = self.ledger
        keys = {cause: [self.key(family, cause.key, name) for name in REASONS] for cause in family.causes}
        value = {cause: self._fractions[family.key, cause.key] for cause in family.causes}
        # Shares tell what is alone and what is not; hidden ones never stand alone, since they add up.
        hidden = {cause for cause in family.causes if not ledger.shows(*keys[cause], self.key(family, "none"))}
        left = sorted((c for c in family.causes if c not in hidden and value[c]), key=lambda c: (value[c], c.key))
        while hidden and left and (len(hidden) < 2 or sum(value[c] for c in hidden) < 2 * ledger.threshold):
            hidden.add(left.pop(0))
        return [
            {
                "cause": cause,
                "any": ledger[keys[cause][0]],
                "sole": ledger.among(keys[cause][1], keys[cause][0], keys[cause][2]),
                "fractional": Hidden.WITHHELD if cause in hidden else value[cause],
            }
            for cause in family.causes
        ]


def _whole(policy: str, request_types: tuple[str, ...]) -> Hashable:
    return ("denials", policy, *request_types, "n")


def _any_of(names: tuple[str, ...] | list[str]) -> pl.Expr:
    return pl.col("unmet").list.set_intersection(list(names)).list.len() > 0


def _count(frame: pl.DataFrame, condition: pl.Expr, threshold: int) -> Count:
    return count_people(frame, [], {"n": condition}, threshold)[()]["n"]
