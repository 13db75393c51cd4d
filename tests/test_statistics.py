"""Wilson limits and kappa against statsmodels and against values worked out beforehand."""

import math
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import statistics


@pytest.mark.parametrize(
    ("k", "n", "low", "high"), [(9, 10, 0.5958, 0.9821), (18, 20, 0.6990, 0.9721), (0, 10, 0.0, 0.2775)]
)
def test_wilson_known_values(k: int, n: int, low: float, high: float) -> None:
    assert statistics.wilson(k, n) == pytest.approx((low, high), abs=5e-5)


def test_wilson_agrees_with_statsmodels() -> None:
    from statsmodels.stats.proportion import proportion_confint

    pairs = [(k, n) for n in (1, 2, 3, 7, 10, 11, 50, 365, 10_000) for k in {0, 1, n // 3, n // 2, n - 1, n}]
    frame = statistics.with_rate(pl.DataFrame(pairs, schema=["k", "n"], orient="row"), "r", "k", "n")
    for k, n, r, low, high in frame.iter_rows():
        expected = proportion_confint(k, n, method="wilson")
        assert r == k / n
        assert (low, high) == pytest.approx(expected, abs=1e-12)


@given(n=st.integers(1, 10**9), share=st.floats(0, 1))
def test_wilson_holds_the_rate_between_its_limits(n: int, share: float) -> None:
    k = round(n * share)
    limits = statistics.wilson(k, n)
    assert limits is not None
    low, high = limits
    assert 0 <= low <= k / n <= high <= 1
    assert (low == 0) == (k == 0)
    assert (high == 1) == (k == n)


def test_no_denominator_no_rate() -> None:
    frame = pl.DataFrame({"k": [0, None, 3, 1], "n": [0, 5, None, 4]})
    out = statistics.with_rate(frame, "r", "k", "n")
    assert out.columns == ["k", "n", "r", "r_low", "r_high"]
    for name in ("r", "r_low", "r_high"):
        assert out[name].is_null().to_list() == [True, True, True, False]
        assert out[name].dtype == pl.Float64
    assert statistics.wilson(0, 0) is None and statistics.wilson(None, 3) is None


def test_rate_without_interval_and_from_expressions() -> None:
    frame = pl.DataFrame({"a": [3], "b": [1]})
    out = statistics.with_rate(frame, "r", "a", pl.col("a") + pl.col("b"), interval=False)
    assert out.columns == ["a", "b", "r"] and out["r"].to_list() == [0.75]


@given(st.tuples(*[st.integers(0, 60)] * 4))
def test_kappa_agrees_with_statsmodels(cells: tuple[int, int, int, int]) -> None:
    from statsmodels.stats.inter_rater import cohens_kappa

    a, b, c, d = cells
    ours = statistics.kappa(a, b, c, d)
    if ours is None:
        assert sum(cells) == 0 or a == sum(cells) or d == sum(cells)
        return
    theirs = cohens_kappa([[a, b], [c, d]], return_results=False)
    assert math.isclose(ours, theirs, abs_tol=1e-12)


@given(n=st.integers(1, 10**6), share=st.floats(0, 1))
def test_one_interval_and_a_column_of_them_are_the_same(n: int, share: float) -> None:
    k = round(n * share)
    frame = statistics.with_rate(pl.DataFrame({"k": [k], "n": [n]}), "r", "k", "n")
    assert statistics.wilson(k, n) == pytest.approx((frame["r_low"][0], frame["r_high"][0]), abs=1e-15)


# ---- Time to an event

Ends = list[tuple[int, str]]
SPELLS = st.lists(st.tuples(st.integers(0, 12), st.sampled_from(["stopped", "died", "left"])), min_size=1, max_size=40)


def by_day(ends: Ends) -> tuple[list[int], list[int], list[int], list[int]]:
    """Days in order, and how many stopped, died and left on each."""
    days = sorted({day for day, _ in ends})
    return days, *([ends.count((day, state)) for day in days] for state in ("stopped", "died", "left"))  # type: ignore[return-value]


def test_kaplan_meier_by_hand() -> None:
    # Six people: events on days 1, 3 and 3, censored on 2, 3 and 5. S = 5/6, then 5/6 × (4 − 2)/4 = 5/12.
    steps = statistics.kaplan_meier([1, 2, 3, 5], [1, 0, 2, 0], [0, 1, 1, 1])
    assert [step.day for step in steps] == [1, 2, 3, 5]
    assert [step.value for step in steps] == pytest.approx([5 / 6, 5 / 6, 5 / 12, 5 / 12])
    # Greenwood on day 3: 1/(6 × 5) + 2/(4 × 2) = 0.28333; log(−log) limits of 0.41667.
    wide = 1.959963984540054 * math.sqrt(1 / 30 + 2 / 8) / abs(math.log(5 / 12))
    assert steps[2][2:] == pytest.approx(((5 / 12) ** math.exp(wide), (5 / 12) ** math.exp(-wide)))


def test_cumulative_incidence_by_hand() -> None:
    # Four people: one stops on day 1, one dies on 2, one is censored on 2, one stops on 4.
    stopped, died = statistics.cumulative_incidence([1, 2, 4], [[1, 0, 1], [0, 1, 0]], [0, 1, 0])
    assert [step.value for step in stopped] == pytest.approx([1 / 4, 1 / 4, 3 / 4])
    assert [step.value for step in died] == pytest.approx([0, 1 / 4, 1 / 4])


@given(SPELLS)
def test_curves_agree_with_counting_person_by_person(ends: Ends) -> None:
    days, stopped, died, left = by_day(ends)
    curve = statistics.kaplan_meier(days, stopped, [a + b for a, b in zip(died, left, strict=True)])
    both = statistics.cumulative_incidence(days, [stopped, died], left)
    lasting, free, incidence = 1.0, 1.0, {"stopped": 0.0, "died": 0.0}
    for place, day in enumerate(days):
        at_risk = sum(end >= day for end, _ in ends)
        today = {state: ends.count((day, state)) for state in incidence}
        lasting *= 1 - today["stopped"] / at_risk
        for state, n in today.items():
            incidence[state] += free * n / at_risk
        free *= 1 - sum(today.values()) / at_risk
        assert curve[place].value == pytest.approx(lasting, abs=1e-9)
        assert both[0][place].value == pytest.approx(incidence["stopped"], abs=1e-9)
        assert both[1][place].value == pytest.approx(incidence["died"], abs=1e-9)
        # Who has neither stopped nor died is still there; death as censoring makes stopping look more likely.
        assert both[0][place].value + both[1][place].value == pytest.approx(1 - free, abs=1e-9)
        assert 1 - curve[place].value >= both[0][place].value - 1e-9


@given(SPELLS)
def test_limits_of_curves_hold_the_value(ends: Ends) -> None:
    days, stopped, died, left = by_day(ends)
    curves = [
        statistics.kaplan_meier(days, stopped, left),
        *statistics.cumulative_incidence(days, [stopped, died], left),
    ]
    for step in (step for curve in curves for step in curve):
        assert (step.low is None) == (step.high is None)
        if step.low is not None and step.high is not None:
            assert 0 <= step.low <= step.value <= step.high <= 1


@given(SPELLS)
def test_variance_of_competing_risks(ends: Ends) -> None:
    """The variance that statsmodels takes, against the formula of Dinse and Larson written out as a double sum."""
    days, stopped, died, left = by_day(ends)
    steps = statistics.cumulative_incidence(days, [stopped, died], left)[0]
    at_risk = [sum(end >= day for end, _ in ends) for day in days]
    free = [1.0]
    for n, a, b in zip(at_risk, stopped, died, strict=True):
        free.append(free[-1] * (1 - (a + b) / n))
    for place, step in enumerate(steps):
        if step.low is None or at_risk[place] == stopped[place] + died[place]:
            continue
        variance = 0.0
        for i in range(place + 1):
            n, d, e = at_risk[i], stopped[i], stopped[i] + died[i]
            rise = step.value - steps[i].value
            variance += rise**2 * e / (n * (n - e))
            variance += free[i] ** 2 * (n - d) * d / n**3 - 2 * rise * free[i] * d / n**2
        wide = 1.959963984540054 * math.sqrt(variance) / (step.value * abs(math.log(step.value)))
        assert step.low == pytest.approx(step.value ** math.exp(wide), abs=1e-6)


@given(SPELLS)
def test_curves_agree_with_statsmodels(ends: Ends) -> None:
    """Values and standard errors, the latter by the limits that come of them; nobody's event leaves it no curve."""
    import numpy as np
    from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight

    days, stopped, died, left = by_day(ends)
    time = np.array([day for day, _ in ends])
    status = np.array([{"left": 0, "stopped": 1, "died": 2}[state] for _, state in ends])
    # A last day on which everybody left has no variance.
    with np.errstate(divide="ignore", invalid="ignore"):
        if sum(stopped):
            theirs = SurvfuncRight(time, (status == 1).astype(int))
            ours = statistics.kaplan_meier(days, stopped, [a + b for a, b in zip(died, left, strict=True)])
            agree({step.day: step for step in ours}, theirs.surv_times, theirs.surv_prob, theirs.surv_prob_se)
        if status.any():
            both = CumIncidenceRight(time, status)
            curves = statistics.cumulative_incidence(days, [stopped, died], left)
            for curve, values, errors in zip(curves, both.cinc, both.cinc_se, strict=False):
                agree({step.day: step for step in curve}, both.times, values, errors)


def agree(ours: dict[int, statistics.Step], times: Any, values: Any, errors: Any) -> None:
    """The same values, and limits wherever these can be told."""
    for day, value, error in zip(times, values, errors, strict=True):
        step = ours[int(day)]
        assert step.value == pytest.approx(value, abs=1e-9)
        # Beside 0 the error is the rounding of sums that should cancel.
        if 1e-9 < value < 1 - 1e-9 and math.isfinite(error) and error > 1e-6:
            wide = 1.959963984540054 * error / (value * abs(math.log(value)))
            assert step[2:] == pytest.approx((value ** math.exp(wide), value ** math.exp(-wide)), abs=1e-6)


def test_nobody_and_everybody() -> None:
    assert statistics.kaplan_meier([], [], []) == []
    assert statistics.kaplan_meier([3], [0], [4]) == [(3, 1.0, None, None)]
    assert statistics.kaplan_meier([3], [4], [0])[0][:2] == (3, 0.0)
    assert statistics.cumulative_incidence([3], [[0], [0]], [4]) == [[(3, 0.0, None, None)]] * 2
    assert [curve[0].value for curve in statistics.cumulative_incidence([3], [[4], [0]], [0])] == [1.0, 0.0]
