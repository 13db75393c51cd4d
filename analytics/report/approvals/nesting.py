"""What a policy's all-of and any-of say about the counts of criteria: who knows the policy can reckon with it."""

from __future__ import annotations

from collections.abc import Hashable
from itertools import product
from typing import TYPE_CHECKING

from analytics.disclosure import Ledger
from analytics.report.approvals.asked import not_asked
from analytics.report.approvals.cells import CELLS

if TYPE_CHECKING:
    from analytics.report.approvals.criteria import Breakdown, Criteria

#: The counts of a criterion that its children's bound.
_COMPARED = ("met", "not_met")


def relate_to_children(ledger: Ledger, criteria: Criteria, breakdown: Breakdown) -> None:
    """Enter how a criterion's counts and its children's bound each other.

    Whatever decides a criterion decides at least one of its children; and all-of is met (any-of not met) only
    where each child is. Records made at the criterion itself may break this, and then nobody can count on it.
    """
    for criterion in breakdown.criteria:
        children = [child for child, row in breakdown.criteria.items() if row["parent_id"] == criterion]
        partly = [child for child, row in breakdown.partly.items() if row["parent_id"] == criterion]
        if not children and not partly:
            continue

        def pair(name: str, child: str, criterion: str = criterion) -> tuple[Hashable, Hashable]:
            return criteria.key(breakdown, criterion, name), criteria.key(breakdown, child, name)

        for name in _COMPARED:
            whole = criteria.key(breakdown, criterion, name)
            ledger.at_most(whole, [pair(name, child)[1] for child in [*children, *partly]])
        for child in children:
            # A criterion that comes to the same as its only child in use must not tell what the child withholds.
            cells = [pair(name, child) for name in CELLS]
            if all(ledger.entered(one) == ledger.entered(other) for one, other in cells):
                for one, other in cells:
                    ledger.total(one, [other])
        for child in partly:
            # Conjuncts, which some requests need not meet.
            ledger.at_most(pair("not_met", child)[1], [pair("not_met", child)[0]])
            ledger.at_most(pair("met", child)[0], [pair("met", child)[1], not_asked(breakdown, child)])
        for every in _COMPARED:
            pairs = [pair(name, child) for name, child in product(_COMPARED, children)]
            # All-of is met where each child is, and not met where any is; any-of the other way round.
            ordered = [
                (a, b) if name == every else (b, a)
                for (a, b), (name, _) in zip(pairs, product(_COMPARED, children), strict=True)
            ]
            if all(ledger.entered(less).value <= ledger.entered(more).value for less, more in ordered):
                for less, more in ordered:
                    ledger.at_most(less, [more])
