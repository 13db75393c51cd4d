"""What it does to a policy's criteria when a question gets a yes more often: nothing, or more or less is met."""

from collections.abc import Iterator

from analytics.policy.model import REQUEST_TYPES, Policy, Version
from analytics.policy.rules import Rule, Test
from analytics.workbench.diff_kinds import Effect

Sides = tuple[tuple[Policy, Version], tuple[Policy, Version]]


def is_asked(sides: Sides, fact: str) -> bool:
    """Whether a criterion of either version, an indication, or another fact depends on the question."""
    return any(fact in _sources(policy) or _signs(version, fact) for policy, version in sides)


def of_more_yes(sides: Sides, fact: str) -> Effect:
    """What more answers of yes, in place of none, do: `neutral` where no criterion asks."""
    signs = {sign for _, version in sides for sign in _signs(version, fact)}
    if not signs:
        return "neutral"
    return "depends" if len(signs) > 1 else "looser" if signs == {1} else "stricter"


def of_yes(sides: Sides, fact: str, *signs: int) -> Effect:
    """What a yes does that comes more often (1), less often (-1), or the one here and the other there (both)."""
    effect = of_more_yes(sides, fact)
    if effect == "neutral" or {*signs} >= {1, -1}:
        return "neutral" if effect == "neutral" else "depends"
    return effect if 1 in signs or effect == "depends" else "stricter" if effect == "looser" else "looser"


def shared(sides: Sides, fact: str) -> bool:
    """Whether both policies ask the question: what answers one that is new shows as the criterion that asks it."""
    return all(fact in policy.questions for policy, _ in sides)


def _signs(version: Version, fact: str) -> set[int]:
    """1 where a criterion is met by yes, -1 where a yes leaves it unmet."""
    trees = [tree for request_type in REQUEST_TYPES for _, tree in version.faced(request_type)]
    criteria = (node.criterion for tree in trees for node in tree.walk())
    found = {sign for each in criteria if each.rule for sign in _tests(each.rule, fact, 1)}
    others = [indication.when for indication in version.indications]
    if any(test.fact == fact for rule in others for test in rule.tests()):
        # It decides more than criteria: which of them a request faces.
        found |= {1, -1}
    return found


def _sources(policy: Policy) -> set[str]:
    """Questions whose answers tell another fact; what follows from them, or from claims, tells none."""
    asked = {each.if_fact for each in policy.implications} | {each.question for each in policy.days_since}
    for each in policy.resistances:
        asked |= {each.progressed_question, each.last_dose_question, each.setting_question}
    return asked


def _tests(thing: Rule | Test, fact: str, sign: int) -> Iterator[int]:
    if isinstance(thing, Rule):
        for child in thing.children:
            yield from _tests(child, fact, -sign if thing.operator == "none" else sign)
    elif thing.fact == fact:
        met = {value.value for value in thing.values}
        yield from (1, -1) if met >= {"yes", "no"} else (sign,) if "yes" in met else (-sign,)
