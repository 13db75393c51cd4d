"""Rates, Wilson limits and Cohen's kappa: the one place where a count becomes a proportion.

Closed forms over Polars columns, so that a table of rates costs no loop; the tests hold them against
statsmodels. A rate without a denominator is null, never 0.
"""

from __future__ import annotations

from typing import Any

import polars as pl

#: The 97.5% point of the standard normal distribution: two-sided 95% limits.
Z95 = 1.959963984540054

Column = str | pl.Expr


def _double(column: Column) -> pl.Expr:
    return (pl.col(column) if isinstance(column, str) else column).cast(pl.Float64)


def rate(k: Column, n: Column) -> pl.Expr:
    """k ÷ n as a DOUBLE; null where either is null or n is 0."""
    successes, trials = _double(k), _double(n)
    return pl.when(trials > 0).then(successes / trials)


def _score_limits(k: Any, n: Any, z: float) -> tuple[Any, Any]:
    """Wilson's formula alone, for numbers and Polars expressions alike; n > 0."""
    centre = (k + z * z / 2) / (n + z * z)
    half = (k * (n - k) / n + z * z / 4) ** 0.5 * z / (n + z * z)
    return centre - half, centre + half


def wilson_limits(k: Column, n: Column, z: float = Z95) -> tuple[pl.Expr, pl.Expr]:
    """Wilson's score limits for k successes of n: two expressions, lower and upper, null where n is 0 or null.

    Wilson (1927), in the closed form; z is the normal quantile (default: 95%). At k = 0 the lower limit is
    exactly 0 and at k = n the upper exactly 1, which rounding would otherwise miss by 1e-17.
    """
    successes, trials = _double(k), _double(n)
    low, high = _score_limits(successes, trials, z)
    known = (trials > 0) & successes.is_not_null()
    return (
        pl.when(known).then(pl.when(successes == 0).then(0.0).otherwise(low)),
        pl.when(known).then(pl.when(successes == trials).then(1.0).otherwise(high)),
    )


def wilson(k: float | None, n: float | None, z: float = Z95) -> tuple[float, float] | None:
    """Wilson's limits for one k of n, or None where n is 0 or either is missing."""
    if k is None or not n:
        return None
    low, high = _score_limits(k, n, z)
    return (0.0 if k == 0 else low), (1.0 if k == n else high)


def with_rate(
    frame: pl.DataFrame, name: str, numerator: Column, denominator: Column, interval: bool = True
) -> pl.DataFrame:
    """`frame` with the column `name` = numerator ÷ denominator and, with `interval`, `name_low` and `name_high`.

    The limits are Wilson's, 95%. All are DOUBLE, and null where the denominator is 0 or null. Columns of these
    names that are already there are replaced in their place.
    """
    columns = [rate(numerator, denominator).alias(name)]
    if interval:
        low, high = wilson_limits(numerator, denominator)
        columns += [low.alias(f"{name}_low"), high.alias(f"{name}_high")]
    return frame.with_columns(columns)


def kappa(both_met: float, first_only: float, second_only: float, neither: float) -> float | None:
    """Cohen's kappa of two raters from their 2 × 2 table of counts; None where it is undefined.

    Undefined are an empty table, and one in which both raters used a single word throughout: chance alone then
    agrees always, and nothing is left to be explained.
    """
    n = both_met + first_only + second_only + neither
    if n == 0:
        return None
    first, second = both_met + first_only, both_met + second_only
    by_chance = first * second + (n - first) * (n - second)
    if by_chance == n * n:
        return None
    return ((both_met + neither) * n - by_chance) / (n * n - by_chance)
