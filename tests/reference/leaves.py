"""Three-valued tests of facts: an unknown fact is neither met nor not met."""

from __future__ import annotations

from collections.abc import Callable, Collection
from fractions import Fraction
from typing import Any

from tests.reference.rules import MET, NOT_MET, UNKNOWN, Facts, Test


def told(fact: str, holds: Callable[[Any], bool], silent: Collection[str] = ()) -> Test:
    """A test of one fact's value; a value that begins with one of `silent` says nothing."""

    def test(facts: Facts) -> int:
        if fact not in facts or any(str(facts[fact]).startswith(prefix) for prefix in silent):
            return UNKNOWN
        return MET if holds(facts[fact]) else NOT_MET

    return test


def is_one_of(fact: str, *wanted: str) -> Test:
    return told(fact, lambda value: value in wanted)


def is_yes(fact: str) -> Test:
    return is_one_of(fact, "yes")


def is_no(fact: str) -> Test:
    return is_one_of(fact, "no")


def at_least(fact: str, number: str | int) -> Test:
    return told(fact, lambda value: Fraction(value) >= Fraction(number))


def at_most(fact: str, number: str | int) -> Test:
    return told(fact, lambda value: Fraction(value) <= Fraction(number))


def both(*tests: Test) -> Test:
    return lambda facts: min(test(facts) for test in tests)


def either(*tests: Test) -> Test:
    return lambda facts: max(test(facts) for test in tests)


def neither(*tests: Test) -> Test:
    return lambda facts: -max(test(facts) for test in tests)


def some(needed: int, *tests: Test) -> Test:
    """So many of the tests: the value of the one that comes so manieth from the top."""
    return lambda facts: sorted((test(facts) for test in tests), reverse=True)[needed - 1]
