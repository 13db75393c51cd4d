"""Time to an event: Kaplan-Meier's and Aalen-Johansen's estimates with 95% limits, thin over statsmodels.

Time is in whole days. Of a day's people those whose event came count first: who is censored on a day was still at risk
on it. statsmodels takes a second to import, so it is imported when a curve is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, isfinite, log
from typing import TYPE_CHECKING, NamedTuple

from analytics.statistics.proportions import Z95

if TYPE_CHECKING:
    import numpy as np


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
    from statsmodels.duration.survfunc import SurvfuncRight

    time, status = _people(days, [n_censored, n_events])
    if not status.any():
        return [Step(day, 1.0, None, None) for day in days]
    with _quiet():
        found = SurvfuncRight(time, status)
    at = {
        int(day): (float(value), float(error))
        for day, value, error in zip(found.surv_times, found.surv_prob, found.surv_prob_se, strict=True)
    }
    return _steps(days, at, start=1.0)


def cumulative_incidence(
    days: Sequence[int], n_events: Sequence[Sequence[int]], n_censored: Sequence[int]
) -> list[list[Step]]:
    """For each of several causes the share whose event of that cause came by each day (Aalen and Johansen 1978).

    An event of another cause ends the risk: it is no censoring. n_events: a sequence of counts a cause. Limits: the
    variance of Dinse and Larson (1986) on the scale of log(−log).
    """
    from statsmodels.duration.survfunc import CumIncidenceRight

    time, status = _people(days, [n_censored, *n_events])
    curves = []
    if status.any():
        with _quiet():
            found = CumIncidenceRight(time, status)
        for values, errors in zip(found.cinc, found.cinc_se, strict=True):
            at = {
                int(day): (float(value), float(error))
                for day, value, error in zip(found.times, values, errors, strict=True)
            }
            curves.append(_steps(days, at, start=0.0))
    # statsmodels knows no cause beyond the last that anybody had.
    nothing = [Step(day, 0.0, None, None) for day in days]
    return curves + [nothing] * (len(n_events) - len(curves))


def _people(days: Sequence[int], counts: Sequence[Sequence[int]]) -> tuple[np.ndarray, np.ndarray]:
    """One time and one status a person, from counts by status (0: censored) and day."""
    import numpy as np

    repeated = [np.repeat(np.asarray(days, dtype=np.int64), np.asarray(each, dtype=np.int64)) for each in counts]
    status = [np.full(len(times), place, dtype=np.int64) for place, times in enumerate(repeated)]
    return np.concatenate(repeated), np.concatenate(status)


def _steps(days: Sequence[int], at: dict[int, tuple[float, float]], start: float) -> list[Step]:
    steps, value, error = [], start, 0.0
    for day in days:
        value, error = at.get(day, (value, error))
        # Sums of shares end beside 0 and 1 by a rounding error.
        value = round(value, 12)
        steps.append(Step(day, value, *_limits(value, error)))
    return steps


def _limits(value: float, error: float) -> tuple[float | None, float | None]:
    if not 0 < value < 1 or not isfinite(error) or error <= 0:
        return None, None
    width = Z95 * error / (value * abs(log(value)))
    return tuple(sorted((value ** exp(width), value ** exp(-width))))


def _quiet() -> np.errstate:
    """A last day on which everybody left has no variance: that is no warning of ours."""
    import numpy as np

    return np.errstate(divide="ignore", invalid="ignore")
