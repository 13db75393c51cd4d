"""Time to an event: Kaplan-Meier's and Aalen-Johansen's estimates with 95% limits.

Time is in whole days. Of a day's people those whose event came count first: who is censored on a day was still at risk
on it. Closed forms over counts by day, since statsmodels takes seconds to import; the tests hold them against it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from math import exp, inf, isfinite, log, nan, sqrt
from typing import NamedTuple

from analytics.statistics.proportions import Z95


class Step(NamedTuple):
    """A curve's value from a day on, with its 95% limits (None at 0 and 1, and where the variance is unknown)."""

    day: int
    value: float
    low: float | None
    high: float | None


def kaplan_meier(days: Sequence[int], n_events: Sequence[int], n_censored: Sequence[int]) -> list[Step]:
    """The share without the event after each day, as if nobody were censored (Kaplan and Meier 1958).

    days: distinct, in order; n_events, n_censored: how many people's time ended on each, with the event or without.
    Limits: Greenwood's variance on the scale of log(−log), so that they stay between 0 and 1.
    """
    at_risk = _at_risk([n_events, n_censored])
    values = _remaining(at_risk, n_events)
    greenwood = accumulate(_ratio(d, n * (n - d)) for n, d in zip(at_risk, n_events, strict=True))
    errors = [value * sqrt(total) for value, total in zip(values, greenwood, strict=True)]
    return _steps(days, values, errors)


def cumulative_incidence(
    days: Sequence[int], n_events: Sequence[Sequence[int]], n_censored: Sequence[int]
) -> list[list[Step]]:
    """For each of several causes the share whose event of that cause came by each day (Aalen and Johansen 1978).

    An event of another cause ends the risk: it is no censoring. n_events: a sequence of counts a cause. Limits: the
    variance of Dinse and Larson (1986) on the scale of log(−log).
    """
    at_risk = _at_risk([*n_events, n_censored])
    of_any = [sum(each) for each in zip(*n_events, strict=True)]
    # The share that was still there before the day, of each of those at risk on it.
    weights = [free / n for free, n in zip([1.0, *_remaining(at_risk, of_any)], at_risk, strict=False)]
    spread = [_ratio(d, n * (n - d)) for n, d in zip(at_risk, of_any, strict=True)]
    curves = []
    for events in n_events:
        values = list(accumulate(weight * d for weight, d in zip(weights, events, strict=True)))
        errors = _incidence_errors(at_risk, events, values, weights, spread)
        curves.append(_steps(days, values, errors))
    return curves


def _at_risk(counts: Sequence[Sequence[int]]) -> list[int]:
    """How many people's time had not ended before each day, from how many ended on it in each way."""
    ended = [sum(each) for each in zip(*counts, strict=True)]
    return list(accumulate(reversed(ended)))[::-1]


def _remaining(at_risk: Sequence[int], n_events: Sequence[int]) -> list[float]:
    """The product of the shares without the event, day by day; summed as logarithms."""
    values, total = [], 0.0
    for n, d in zip(at_risk, n_events, strict=True):
        total += log(1 - d / n) if d < n else -inf
        values.append(exp(total))
    return values


def _ratio(part: float, whole: float) -> float:
    """part ÷ whole; nothing of nothing is no variance, and something of nothing an infinite one."""
    return part / whole if whole else inf if part else 0.0


def _incidence_errors(
    at_risk: Sequence[int],
    events: Sequence[int],
    values: Sequence[float],
    weights: Sequence[float],
    spread: Sequence[float],
) -> list[float]:
    """Dinse and Larson's standard errors: each sum over the days so far, opened up in powers of today's value."""
    each = list(zip(at_risk, events, values, weights, spread, strict=True))
    sums: list[Iterator[float]] = [
        accumulate(s for *_, s in each),
        accumulate(value * s for *_, value, _, s in each),
        accumulate(value * value * s for *_, value, _, s in each),
        accumulate(weight * weight * ((n - d) * d / n) for n, d, _, weight, _ in each),
        accumulate(weight * d / n for n, d, _, weight, _ in each),
        accumulate(value * (weight * d / n) for n, d, value, weight, _ in each),
    ]
    errors = []
    for value, one, two, three, own, cross, crossed in zip(values, *sums, strict=True):
        variance = value * value * one - 2 * value * two + three + own - 2 * value * cross + 2 * crossed
        errors.append(sqrt(variance) if variance >= 0 else nan)
    return errors


def _steps(days: Sequence[int], values: Sequence[float], errors: Sequence[float]) -> list[Step]:
    # Sums of shares end beside 0 and 1 by a rounding error.
    rounded = [round(value, 12) for value in values]
    return [Step(day, value, *_limits(value, error)) for day, value, error in zip(days, rounded, errors, strict=True)]


def _limits(value: float, error: float) -> tuple[float | None, float | None]:
    if not 0 < value < 1 or not isfinite(error) or error <= 0:
        return None, None
    width = Z95 * error / (value * abs(log(value)))
    return tuple(sorted((value ** exp(width), value ** exp(-width))))
