"""Chance that falls the same on every platform and Python version.

Only `random.Random.random()` is promised to repeat for a seed across Python versions, and the C library's
logarithms and cosines may differ in their last bit, so every draw here is built from that one call and from
additions, products and roots, which IEEE arithmetic rounds alike everywhere.
"""

from collections.abc import Mapping, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A seeded stream of draws; equal seeds give equal streams."""

    def __init__(self, seed: str) -> None:
        self.roll = Random(seed).random

    def chance(self, probability: float) -> bool:
        """True with the given probability."""
        return self.roll() < probability

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included, all alike."""
        return low + int(self.roll() * (high - low + 1))

    def pick(self, options: Sequence[T]) -> T:
        """One of the options, all alike."""
        return options[self.between(0, len(options) - 1)]

    def weigh(self, options: Mapping[T, float]) -> T:
        """One of the options by weight; the weights need not add up to 1."""
        mark = self.roll() * sum(options.values())
        for option, weight in options.items():
            mark -= weight
            if mark < 0:
                return option
        return option

    def bell(self, mean: float, spread: float) -> float:
        """A draw near the normal distribution: twelve even draws added up have the variance 1."""
        return mean + spread * (sum(self.roll() for _ in range(12)) - 6.0)

    def rounds(self, stop: float, most: int) -> int:
        """Rounds until the first stop, each round ending with probability `stop`; from 1 to `most`."""
        count = 1
        while count < most and self.roll() >= stop:
            count += 1
        return count
