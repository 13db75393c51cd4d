"""Which indication of its policy a request is of, and by what; or whether none fits, or that can't be told."""

from collections.abc import Mapping

from analytics.explain.explanation import amount
from analytics.explain.queries import Row
from analytics.policy.codes import SYSTEMS, normalized, printed
from analytics.policy.model import REQUEST_FACTS, Version
from analytics.policy.rules import Indication, Rule, Test


def fits(rule: Rule | Test, known: Mapping[str, Row]) -> int:
    """Whether facts fit: 1 they do, -1 they don't, 0 that can't be told. known: the request's facts, by name."""
    if isinstance(rule, Test):
        return _tested(rule, known.get(rule.fact))
    values = sorted((fits(child, known) for child in rule.children), reverse=True)
    if rule.operator == "all":
        return values[-1]
    if rule.operator == "at_least":
        return values[rule.needed - 1]
    return values[0] if rule.operator == "any" else -values[0]


def _tested(test: Test, fact: Row | None) -> int:
    if test.comparison == "one_of":
        if fact is None or fact["word"] is None:
            return 0
        word = str(fact["word"])
        is_code = REQUEST_FACTS.get(test.fact, "number") != "number"
        found = []
        for each in test.values:
            value = normalized(each.value) if is_code else each.value
            if word == value or (each.is_prefix and word.startswith(value)):
                found.append(each.result)
        return max(found, default=-1)
    if fact is None or fact["number"] is None or test.number is None:
        return 0
    number, bound = fact["number"], float(test.number)
    is_met = {
        "at_least": number + 1e-9 >= bound,
        "at_most": number - 1e-9 <= bound,
        "above": number - 1e-9 > bound,
        "below": number + 1e-9 < bound,
    }
    return 1 if is_met[test.comparison] else -1


def open_facts(version: Version, known: Mapping[str, Row]) -> list[str]:
    """The facts that leave open whether an indication fits; empty where it is known that none does."""
    tests = [test for one in version.indications if not fits(one.when, known) for test in one.when.tests()]
    return list(dict.fromkeys(test.fact for test in tests if not fits(test, known)))


def by_facts(indication: Indication, known: Mapping[str, Row]) -> str:
    """What makes a request one of its indication: `diagnosis_code K50.00`."""
    facts = dict.fromkeys(test.fact for test in indication.when.tests())
    told = (f"{fact} {fact_value(fact, known[fact])}" for fact in facts if fact in known)
    return ", ".join(told)


def fact_value(name: str, fact: Row) -> str:
    """What is known of a fact, as people write it: a diagnosis code with its dot."""
    if fact["number"] is not None:
        return amount(fact["number"])
    word = str(fact["word"])
    return printed(REQUEST_FACTS[name], word) if REQUEST_FACTS.get(name) in SYSTEMS else word
