"""How two rules over the same facts differ, tried on every kind of value that their tests tell apart."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import product
from math import prod

from analytics.policy.codes import normalized
from analytics.policy.model import REQUEST_FACTS, Policy
from analytics.policy.rules import Rule, Test
from analytics.policy.saying import number
from analytics.workbench.diff_kinds import Effect
from analytics.workbench.logic import covers

#: So many combinations of values settle any rule that people can read; beyond them nothing is claimed.
PATIENCE = 20_000
#: So many codes are named one by one.
FEW = 5
#: A character behind those of any code or word: what begins like a pattern and is none that a test names.
OTHER = "\uffff"

Form = tuple[object, ...]
Fact = str | Decimal | None
#: A test's identity -> a value of its fact -> 1 met, 0 unknown, -1 not met.
Results = Mapping[int, Mapping[Fact, int]]


def form(rule: Rule | Test | None) -> Form:
    """A rule or test without regard to order or to the names of code lists."""
    if rule is None:
        return ()
    if isinstance(rule, Test):
        return (rule.fact, rule.comparison, rule.number, frozenset(_named(rule)))
    operator: str = rule.operator
    if operator == "at_least" and rule.needed in (1, len(rule.children)):
        operator = "any" if rule.needed == 1 else "all"
    operator = "all" if len(rule.children) == 1 and operator == "any" else operator
    needed = rule.needed if operator == "at_least" else 0
    return (operator, needed, frozenset(form(child) for child in rule.children))


def effect(policies: Sequence[Policy], before: Rule, after: Rule) -> Effect | None:
    """Whether the second rule asks for more of any values of its facts; null where both come to the same."""
    found = set()
    values = _values(policies, before, after)
    if values is None:
        return "depends"
    results = _results(values, before, after)
    for facts in _combined(values):
        one, other = _value(before, facts, results), _value(after, facts, results)
        found.add((other > one) - (other < one))
    found.discard(0)
    return None if not found else "depends" if len(found) > 1 else "looser" if found == {1} else "stricter"


def can_both_hold(policies: Sequence[Policy], one: Rule, other: Rule) -> bool:
    """Whether some request meets both; yes where there are too many values to try."""
    values = _values(policies, one, other)
    if values is None:
        return True
    results = _results(values, one, other)
    return any(_value(one, facts, results) == _value(other, facts, results) == 1 for facts in _combined(values))


def _combined(values: Mapping[str, list[Fact]]) -> Iterator[dict[str, Fact]]:
    for some in product(*values.values()):
        yield dict(zip(values, some, strict=True))


def _results(values: Mapping[str, list[Fact]], *rules: Rule) -> Results:
    """What each test says of each value, looked up once."""
    return {
        id(test): {value: _tested(test, value) for value in values[test.fact]}
        for rule in rules
        for test in rule.tests()
    }


def _values(policies: Sequence[Policy], *rules: Rule) -> dict[str, list[Fact]] | None:
    """For each fact of the rules: unknown, and one value of every kind; null where they are too many or don't agree."""
    tests: dict[str, list[Test]] = {}
    for rule in rules:
        for test in rule.tests():
            tests.setdefault(test.fact, []).append(test)
    found: dict[str, list[Fact]] = {}
    for fact, some in tests.items():
        if len({test.number is None for test in some}) > 1:
            return None
        found[fact] = [None, *(_amounts(some) if some[0].number is not None else _words(policies, fact, some))]
    return found if prod(len(some) for some in found.values()) <= PATIENCE else None


def _amounts(tests: Sequence[Test]) -> Iterator[Decimal]:
    """Each bound, and a number between it and the next, below the least and above the greatest."""
    bounds = sorted({test.number for test in tests if test.number is not None})
    yield bounds[0] - 1
    for bound, after in zip(bounds, [*bounds[1:], bounds[-1] + 2], strict=True):
        yield bound
        yield (bound + after) / 2


def _words(policies: Sequence[Policy], fact: str, tests: Sequence[Test]) -> set[str]:
    patterns = {(value, is_prefix) for test in tests for value, is_prefix, _ in _named(test)}
    found = {value for value, _ in patterns} | {value + OTHER for value, is_prefix in patterns if is_prefix}
    questions = [policy.questions[fact] for policy in policies if fact in policy.questions]
    if fact in REQUEST_FACTS or any(each.answer_type == "word" and not each.words for each in questions):
        return found | {OTHER}
    return found | {word for each in questions for word in each.words or ("yes", "no")}


def _named(test: Test) -> Iterator[tuple[str, bool, int]]:
    is_code = test.fact in REQUEST_FACTS
    return ((normalized(v.value) if is_code else v.value, v.is_prefix, v.result) for v in test.values)


def _value(thing: Rule | Test, facts: Mapping[str, Fact], results: Results) -> int:
    """1 met, 0 unknown, -1 not met."""
    if isinstance(thing, Test):
        return results[id(thing)][facts[thing.fact]]
    values = sorted((_value(child, facts, results) for child in thing.children), reverse=True)
    if not values:
        return 0
    if thing.operator == "at_least":
        return values[thing.needed - 1]
    return {"all": values[-1], "any": values[0], "none": -values[0]}[thing.operator]


def _tested(test: Test, fact: Fact) -> int:
    if fact is None:
        return 0
    bound = test.number
    if isinstance(fact, Decimal) and bound is not None:
        is_met = {"at_least": fact >= bound, "at_most": fact <= bound, "above": fact > bound, "below": fact < bound}
        return 1 if is_met[test.comparison] else -1
    results = [r for value, is_prefix, r in _named(test) if covers((value, is_prefix), (str(fact), False))]
    return max(results, default=-1)


def test_words(a: Test, b: Test) -> str:
    """What a test of the same fact asks now, in place of what it asked."""
    if a.number is not None and b.number is not None:
        bounds = [f"{test.comparison.replace('_', ' ')} {number(test.number or Decimal(0))}" for test in (b, a)]
        if a.comparison == b.comparison:
            bounds[1] = number(a.number)
        return " instead of ".join(bounds)
    before, after = (_patterns(test, 1) for test in (a, b))
    added = {value for value in after - before if not any(covers(wide, value) for wide in before)}
    taken = {value for value in before - after if not any(covers(wide, value) for wide in after)}
    kept = len({value for value in after - before - added if any(covers(wide, value) for wide in taken)})
    words = [f"{_spelled(added)} added"] * bool(added)
    words += [f"{_spelled(taken)} taken out" + (f", but for {kept} codes of it" if kept else "")] * bool(taken)
    silent, spoken = _patterns(b, 0) - _patterns(a, 0), _patterns(a, 0) - _patterns(b, 0)
    words += [f"{_spelled(silent)} left open"] * bool(silent)
    words += [f"{_spelled(spoken)} left open no longer"] * bool(spoken)
    return " and ".join(words) or f"{b.describe()} instead of {a.describe()}"


def _patterns(test: Test, result: int) -> set[tuple[str, bool]]:
    return {(value.value, value.is_prefix) for value in test.values if value.result == result}


def _spelled(values: set[tuple[str, bool]]) -> str:
    words = [value + ("…" if is_prefix else "") for value, is_prefix in sorted(values)]
    return ", ".join(words) if len(words) <= FEW else f"{', '.join(words[:FEW])} and {len(words) - FEW} more"
