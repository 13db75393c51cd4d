"""Differences between two groups with their 95% limits, for rates, ratios of sums and medians.

All go by one rule, "square and add" (Newcombe 1998, Statistics in Medicine 17:873, method 10, for two proportions;
Zou and Donner 2008, Statistics in Medicine 27:1693, for any two estimates): each limit of the difference lies as far
from it as the two groups' own limits on that side, taken together as the legs of a right angle. The groups must be
independent of each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb, fsum, sqrt
from typing import NamedTuple

from analytics.statistics.proportions import Z95, wilson


class Estimate(NamedTuple):
    """A number with its 95% limits."""

    value: float
    low: float
    high: float


def difference(one: Estimate, other: Estimate) -> Estimate:
    """one − other, with limits from the limits of both."""
    value = one.value - other.value
    low = value - sqrt((one.value - one.low) ** 2 + (other.high - other.value) ** 2)
    high = value + sqrt((one.high - one.value) ** 2 + (other.value - other.low) ** 2)
    return Estimate(value, low, high)


def newcombe(k1: float, n1: float, k2: float, n2: float) -> Estimate | None:
    """k1 of n1 less k2 of n2 with Newcombe's hybrid score limits, as shares of 1; None where a denominator is 0."""
    limits, others = wilson(k1, n1), wilson(k2, n2)
    if limits is None or others is None:
        return None
    return difference(Estimate(k1 / n1, *limits), Estimate(k2 / n2, *others))


def ratio_of_sums(pairs: Sequence[tuple[float, float]]) -> Estimate | None:
    """Σ y ÷ Σ x over people, with limits that allow for each person's many (y, x) going together.

    pairs: a person's sums (y, x), y ≥ 0, x > 0. The usual variance of a ratio estimator, by linearization, people
    being the units (Cochran 1977, Sampling Techniques, 6.3). None without two people.
    """
    # `fsum` rounds once, so that no order of the people matters.
    n, whole = len(pairs), fsum(x for _, x in pairs)
    if n < 2 or whole <= 0:
        return None
    value = fsum(y for y, _ in pairs) / whole
    spread = fsum((y - value * x) ** 2 for y, x in pairs)
    half = Z95 * sqrt(n / (n - 1) * spread) / whole
    return Estimate(value, max(value - half, 0.0), value + half)


def median_limits(values: Sequence[float]) -> Estimate | None:
    """The median, with 95% limits that hold whatever the distribution: two of the values, by their ranks.

    The ranks are the innermost ones between which the true median lies with at least 95% by the sign test (Conover,
    Practical Nonparametric Statistics, 3.2). None with fewer than six values, of which no two are wide enough.
    """
    ordered, n = sorted(values), len(values)
    rank = _outer_rank(n)
    if not rank:
        return None
    middle = (ordered[(n - 1) // 2] + ordered[n // 2]) / 2
    return Estimate(middle, ordered[rank - 1], ordered[n - rank])


def _outer_rank(n: int) -> int:
    """The greatest rank r with P(fewer than r of n fall below the median) ≤ 2.5%; 0 where there is none."""
    if n > 1000:
        # The normal approximation is exact to a rank here, and whole powers of two are not needed.
        return int((n + 1) / 2 - Z95 * sqrt(n) / 2)
    below, rank, most = 1, 0, 2**n * 25 // 1000
    while below <= most:
        rank += 1
        below += comb(n, rank)
    return rank
