"""Differences and their limits, against published examples and second ways of computing them."""

import random
from itertools import pairwise
from math import comb, isclose

import pytest

from analytics.statistics import Estimate, difference, median_limits, newcombe, ratio_of_sums
from analytics.statistics.differences import _outer_rank


@pytest.mark.parametrize(
    ("k1", "n1", "k2", "n2", "low", "high"),
    [
        # Newcombe 1998, table II, method 10: the hybrid score limits of his examples (a) to (h).
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (6, 7, 2, 7, 0.0582, 0.8062),
        (5, 56, 0, 29, -0.0381, 0.1926),
        (0, 10, 0, 20, -0.1611, 0.2775),
        (0, 10, 0, 10, -0.2775, 0.2775),
        (10, 10, 0, 20, 0.6791, 1.0000),
        (10, 10, 0, 10, 0.6075, 1.0000),
    ],
)
def test_newcombe_gives_the_published_limits(k1: int, n1: int, k2: int, n2: int, low: float, high: float) -> None:
    found = newcombe(k1, n1, k2, n2)
    assert found
    assert found.value == k1 / n1 - k2 / n2
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_a_difference_turns_round_with_its_groups() -> None:
    one, other = newcombe(56, 70, 48, 80), newcombe(48, 80, 56, 70)
    assert one and other
    assert isclose(one.low, -other.high) and isclose(one.high, -other.low)


def test_without_a_denominator_there_is_no_difference() -> None:
    assert newcombe(0, 0, 3, 4) is None and newcombe(3, 4, 0, 0) is None


def test_square_and_add() -> None:
    assert difference(Estimate(10, 7, 14), Estimate(4, 1, 8)) == (6, 1.0, 11.0)


def test_a_ratio_allows_for_what_goes_together() -> None:
    # Twice the same people say nothing more than once; twice as many people do.
    draw = random.Random(5)
    pairs = [(draw.random(), 1 + draw.random()) for _ in range(200)]
    once, doubled = ratio_of_sums(pairs), ratio_of_sums([(2 * y, 2 * x) for y, x in pairs])
    more = ratio_of_sums(pairs * 4)
    assert once and doubled and more
    assert once == pytest.approx(doubled) and once.value == pytest.approx(more.value)
    assert (more.high - more.low) * 2 == pytest.approx(once.high - once.low, rel=0.01)


def test_a_ratio_s_limits_are_those_of_the_jackknife() -> None:
    draw = random.Random(6)
    pairs = [(draw.random() * (draw.random() < 0.2), 1 + draw.random()) for _ in range(400)]
    found = ratio_of_sums(pairs)
    assert found
    y, x = sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)
    without = [(y - a) / (x - b) for a, b in pairs]
    mean = sum(without) / len(without)
    error = ((len(pairs) - 1) / len(pairs) * sum((value - mean) ** 2 for value in without)) ** 0.5
    assert found.value == pytest.approx(y / x)
    assert (found.high - found.low) / 2 == pytest.approx(1.959964 * error, rel=0.01)


def test_a_ratio_needs_two_people_and_is_never_below_zero() -> None:
    assert ratio_of_sums([(1, 2)]) is None and ratio_of_sums([]) is None
    rare = ratio_of_sums([(0, 10)] * 50 + [(1, 10)])
    assert rare and rare.low == 0 and rare.high > rare.value > 0


# Ranks of the tables of distribution-free limits of the median at 95% (Conover, table A3's rule).
@pytest.mark.parametrize(("n", "rank"), [(5, 0), (6, 1), (8, 1), (9, 2), (10, 2), (15, 4), (20, 6), (25, 8), (50, 18)])
def test_ranks_around_the_median(n: int, rank: int) -> None:
    assert _outer_rank(n) == rank


@pytest.mark.parametrize("n", [1001, 1500, 4000])
def test_ranks_of_many_are_the_exact_ones(n: int) -> None:
    rank, below = 0, 0
    while (below + comb(n, rank)) * 40 <= 2**n:
        below += comb(n, rank)
        rank += 1
    assert abs(_outer_rank(n) - rank) <= 1


def test_the_median_lies_between_its_limits() -> None:
    values = [float(value) for value in range(1, 21)]
    assert median_limits(values[::-1]) == (10.5, 6.0, 15.0)
    assert median_limits(values[:5]) is None
    for one, other in pairwise(range(6, 60)):
        assert _outer_rank(one) <= _outer_rank(other)
