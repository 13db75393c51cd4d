"""What is counted of a criterion: its values by the first decision, and how much of it the page says."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import polars as pl

from analytics.disclosure import Count

VALUES = ("met", "not_met", "unknown")
#: What a criterion's counts are by: its value, "rest" being what isn't met, and the first decision.
WORDS = (*VALUES, "rest")
DECISIONS = ("approved", "denied")
CELLS = (*WORDS, *(f"{word}_{decision}" for word, decision in product(WORDS, DECISIONS)))
#: What readers lose with each count: last of all how often a criterion is met, and how often it is then approved. What
#: is not met apart from what isn't documented leaks most, by what the policy's all-of and any-of say, and goes first.
COSTS = {"met": 9, "rest": 8, "met_approved": 7, "rest_approved": 6, "not_met": 3, "not_met_approved": 2}
FOUR = ("met_approved", "met_denied", "rest_approved", "rest_denied")
_OF_REST = ("not_met_approved", "not_met_denied", "unknown_approved", "unknown_denied")


def conditions() -> dict[str, pl.Expr]:
    """Cell -> the rows of `reviewed` and `is_approved` that it counts."""
    value, approved = pl.col("reviewed"), pl.col("is_approved")
    found = {word: value == word for word in VALUES}
    found["rest"] = value.is_in(["not_met", "unknown"])
    for word in WORDS:
        found |= {f"{word}_approved": found[word] & approved, f"{word}_denied": found[word] & ~approved}
    return found


def printed_of(counts: Mapping[str, Count], is_root: bool, is_full: bool) -> set[str]:
    """What the page says of a criterion: no more than its people allow, so that rows say something whole.

    How requests were decided by what the whole tree comes to, another table says, over all versions.
    """
    printed = {"met", "rest"}
    if any(counts[name].people for name in printed):
        return printed
    if not is_full:
        return printed if any(counts[name].people for name in VALUES) else printed | {"not_met"}
    # What isn't documented is the rest of them: a mark alone says that it is few.
    printed |= {"not_met", "unknown"} if counts["unknown"].people else {"not_met"}
    if is_root:
        return printed
    few = {name for name in FOUR if counts[name].people}
    printed |= few or {"met_approved", "rest_approved"}
    if not few and not any(counts[name].people for name in (*VALUES, *_OF_REST)):
        printed.add("not_met_approved")
    return printed
