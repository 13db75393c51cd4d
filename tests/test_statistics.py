"""Wilson limits and kappa against statsmodels and against values worked out beforehand."""

import math

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
