"""The few statistics: rates, Wilson intervals, Cohen's kappa, medians, money."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import sqrt

Z = 1.959963984540054  # two-sided 95%


def rate(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def wilson(part: int, whole: int) -> tuple[float | None, float | None]:
    """The 95% score interval; nulls without a denominator."""
    if not whole:
        return None, None
    p = part / whole
    spread = Z * sqrt(p * (1 - p) / whole + Z * Z / (4 * whole * whole))
    middle, scale = p + Z * Z / (2 * whole), 1 + Z * Z / whole
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def rated(name: str, part: int | None, whole: int | None) -> dict[str, float | None]:
    """A rate with the columns of its interval."""
    if part is None or whole is None:
        return {name: None, f"{name}_low": None, f"{name}_high": None}
    low, high = wilson(part, whole)
    return {name: rate(part, whole), f"{name}_low": low, f"{name}_high": high}


def kappa(both_yes: int, only_first: int, only_second: int, both_no: int) -> float | None:
    """Cohen's kappa of two raters of two values; null where chance alone would agree always."""
    n = both_yes + only_first + only_second + both_no
    if not n:
        return None
    first, second = both_yes + only_first, both_yes + only_second
    by_chance = Fraction(first * second + (n - first) * (n - second), n * n)
    return None if by_chance == 1 else float((Fraction(both_yes + both_no, n) - by_chance) / (1 - by_chance))


def mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def median(values: Sequence[float]) -> float | None:
    ordered, middle = sorted(values), len(values) // 2
    if not ordered:
        return None
    return float(ordered[middle]) if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def cents(value: Fraction) -> Decimal:
    """An amount to two decimals, half up."""
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)
