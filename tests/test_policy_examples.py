"""The worked examples of every policy file, held against a small evaluator that shares no code with the engine."""

from datetime import date
from decimal import ROUND_CEILING, Decimal
from itertools import product

import pytest

from analytics.policy import Policy, load_policies
from analytics.policy.dosing import DosingExample, Limit, Regimen
from analytics.policy.model import CriteriaExample
from analytics.policy.rules import Node, Rule, Test
from tests.policies import FOLDER

SHIPPED = load_policies()
POLICIES = load_policies(private=FOLDER)
WORDS = {1: "met", 0: "unknown", -1: "not_met"}
DOSING = [(policy, example) for policy in POLICIES.values() for example in policy.dosing_examples]
CRITERIA = [(policy, example) for policy in POLICIES.values() for example in policy.criteria_examples]

#: The smallest and the largest body size to be expected.
EXPECTED = {
    "m2": (Decimal("1.2"), Decimal("2.71")),
    "kg": (Decimal(35), Decimal(140)),
    "flat": (Decimal(1), Decimal(1)),
}
UNKNOWN_SIZE = {"m2": "bsa_unknown", "kg": "weight_unknown"}


def name(value: object) -> str:
    return value.title if isinstance(value, DosingExample | CriteriaExample) else str(getattr(value, "id", value))


# ---- dosing


class Judged:
    """One example's administration under one policy version, every window shortened by `grace` days."""

    def __init__(self, policy: Policy, example: DosingExample, grace: int = 0) -> None:
        self.policy, self.example, self.grace = policy, example, grace
        self.version = policy.version_on(example.on)
        self.tested = [r for r in self.version.regimens if example.regimen in (None, r.name)]
        today = (0, example.administered_units, example.jw_units)
        self.days = [today] + [(p.days_before, p.administered_units, p.jw_units) for p in example.previous]
        self.billed = example.administered_units + example.jw_units

    def size(self, limit: Limit) -> Decimal | None:
        """What the dose limit is multiplied by; none where it is unknown."""
        sizes = {"m2": self.example.bsa_m2, "kg": self.example.weight_kg, "flat": Decimal(1)}
        return sizes[str(limit.per)]

    def sizes(self, limit: Limit) -> tuple[Decimal, Decimal]:
        """The size, from the smallest to the largest that it may be."""
        size = self.size(limit)
        return EXPECTED[str(limit.per)] if size is None else (size, size)

    def need(self, limit: Limit, size: Decimal) -> Decimal:
        """The exact dose that is allowed, in mg."""
        cap = {"m2": self.version.bsa_cap_m2, "kg": self.version.weight_cap_kg}.get(str(limit.per))
        unit = self.policy.products[0].mg_per_unit if limit.counted_in == "units" else 1
        size = size if cap is None else min(size, cap)
        return limit.at_most * unit * size * (100 + (limit.round_percent or 0)) / 100

    def allowed(self, limit: Limit, size: Decimal) -> Decimal:
        mg = self.need(limit, size)
        mg = self.held(mg) if limit.round_to == "whole_vial" else mg
        return (mg / self.policy.products[0].mg_per_unit).to_integral_value(ROUND_CEILING)

    def held(self, mg: Decimal) -> Decimal:
        """The smallest sum of whole vials, in mg, that holds so much."""
        sizes = [vial.mg for vial in self.policy.vials]
        counts = product(*(range(int(mg // size) + 2) for size in sizes))
        sums = (sum((n * size for n, size in zip(many, sizes, strict=True)), Decimal(0)) for many in counts)
        return min(total for total in sums if total >= mg)

    def dose_at(self, limit: Limit, size: Decimal) -> int:
        given, allowed = self.example.administered_units, self.allowed(limit, size)
        if given <= allowed:
            return 1
        if limit.round_to is not None:
            return -1
        held = self.held(self.need(limit, size))
        attested = self.example.jz or self.example.jw_units > 0
        return 0 if not attested and given * self.policy.products[0].mg_per_unit <= held else -1

    def limit(self, limit: Limit) -> tuple[int, str | None]:
        """1 ok, 0 unknown or -1 exceeded, and why it is unknown."""
        if limit.kind == "dose":
            smallest, largest = self.sizes(limit)
            if self.example.administered_units <= self.allowed(limit, smallest):
                return 1, None
            if self.dose_at(limit, largest) == -1:
                return -1, None
            return 0, "vial_rounding" if self.size(limit) is not None else UNKNOWN_SIZE[str(limit.per)]
        assert limit.window_days is not None
        inside = [day for day in self.days if day[0] < limit.window_days - self.grace]
        if limit.kind == "units":
            return (-1 if sum(given + jw for _, given, jw in inside) > limit.at_most else 1), None
        count = sum(1 for _, given, _ in inside if given > 0)
        return (-1 if self.example.administered_units > 0 and count > limit.at_most else 1), None

    def deciding(self, regimen: Regimen) -> list[Limit]:
        return [limit for limit in regimen.limits if not limit.advisory]

    def value(self) -> int:
        return max(min(self.limit(limit)[0] for limit in self.deciding(r)) for r in self.tested)

    def exceeded(self) -> list[str]:
        limits = [limit for regimen in self.tested for limit in self.deciding(regimen)]
        return sorted(limit.id for limit in limits if self.limit(limit)[0] == -1)

    def advisories(self) -> list[str]:
        limits = [limit for regimen in self.tested for limit in regimen.limits if limit.advisory]
        return sorted(limit.id for limit in limits if self.limit(limit)[0] == -1)

    def reasons(self) -> list[str]:
        limits = [limit for regimen in self.tested for limit in self.deciding(regimen)]
        return sorted({reason for limit in limits if (reason := self.limit(limit)[1]) is not None})

    def breach_kind(self) -> str:
        def breaks_dose(regimen: Regimen) -> bool:
            return any(limit.kind == "dose" and self.limit(limit)[0] == -1 for limit in self.deciding(regimen))

        if all(breaks_dose(regimen) for regimen in self.tested):
            return "over_dose"
        units = [limit for r in self.tested for limit in self.deciding(r) if limit.kind == "units"]
        if any(self.billed > limit.at_most for limit in units):
            return "over_units"
        return "extra" if Judged(self.policy, self.example, grace=3).value() == -1 else "early"

    def excess(self) -> Decimal:
        return min(
            max(self.excess_of(limit) for limit in self.deciding(r) if self.limit(limit)[0] == -1) for r in self.tested
        )

    def excess_of(self, limit: Limit) -> Decimal:
        if limit.kind == "dose":
            return self.example.administered_units - self.allowed(limit, self.sizes(limit)[1])
        if limit.kind == "frequency":
            return self.example.administered_units
        inside = [day for day in self.days if limit.window_days is not None and day[0] < limit.window_days]
        return min(sum((given + jw for _, given, jw in inside), Decimal(0)) - limit.at_most, self.billed)


@pytest.mark.parametrize(("policy", "example"), DOSING, ids=name)
def test_dosing_example(policy: Policy, example: DosingExample) -> None:
    judged = Judged(policy, example)
    status = {1: "within", 0: "indeterminate", -1: "exceeds"}[judged.value()]
    if status == "exceeds" and example.exception_approved:
        status = "exception"
    broken = status in ("exceeds", "exception")
    assert status == example.status
    assert (judged.exceeded() if broken else []) == sorted(example.exceeded)
    assert judged.advisories() == sorted(example.advisories)
    assert (judged.breach_kind() if broken else None) == example.breach_kind
    assert (judged.reasons() if status == "indeterminate" else []) == sorted(example.unknown_reasons)
    if example.excess_units is not None:
        assert judged.excess() == example.excess_units
    for limit in judged.version.limits():
        if limit.id in example.allowed_units:
            assert judged.allowed(limit, judged.sizes(limit)[0]) == example.allowed_units[limit.id]


# ---- criteria


def months_later(day: date, months: int) -> date:
    """Calendar months, the month's end clipped."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (31, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def with_derived(policy: Policy, given: dict[str, str]) -> dict[str, str]:
    """The answers, and what follows from them for questions that nobody answered."""
    facts = dict(given)
    for implied in policy.implications:
        if given.get(implied.if_fact) == implied.if_value:
            facts.setdefault(implied.fact, implied.value)
    for each in policy.resistances:
        if each.fact in given or each.progressed_question not in given or each.last_dose_question not in given:
            continue
        progressed = date.fromisoformat(given[each.progressed_question])
        last = date.fromisoformat(given[each.last_dose_question])
        settings = [given[each.setting_question]] if each.setting_question in given else list(each.months)
        answers = {progressed <= months_later(last, each.months[setting]) for setting in settings}
        if progressed <= last or answers == {True}:
            facts[each.fact] = "yes"
        elif answers == {False}:
            facts[each.fact] = "no"
    return facts


def compared(test: Test, facts: dict[str, str]) -> int:
    if test.fact not in facts:
        return 0
    found = facts[test.fact]
    if test.comparison != "one_of":
        assert test.number is not None
        kept = Decimal(found) >= test.number if test.comparison == "at_least" else Decimal(found) <= test.number
        return 1 if kept else -1
    for value in test.values:
        if found == value.value or (value.is_prefix and found.startswith(value.value)):
            return value.result
    return -1


def ruled(rule: Rule, facts: dict[str, str]) -> int:
    values = [ruled(x, facts) if isinstance(x, Rule) else compared(x, facts) for x in rule.children]
    if rule.operator == "at_least":
        return sorted(values)[-rule.needed]
    return {"all": min, "any": max, "none": lambda found: -max(found)}[rule.operator](values)


def folded(node: Node, below: list[int]) -> int:
    return sorted(below)[-{"all": len(below), "any": 1}.get(str(node.operator), node.needed)]


def evaluated(node: Node, facts: dict[str, str], found: dict[str, int]) -> int:
    rule = node.criterion.rule
    if rule is None:
        below = [evaluated(child, facts, found) for child in node.children]
        value = folded(node, below)
    elif node.criterion.presumed and not any(test.fact in facts for test in rule.tests()):
        value = 1
    else:
        value = ruled(rule, facts)
    found[node.criterion.id] = value
    return value


def reviewed(node: Node, recorded: dict[str, str], found: dict[str, int]) -> int:
    """The reviewer's record, which stands over what the children give."""
    below = [reviewed(child, recorded, found) for child in node.children]
    said = recorded.get(node.criterion.id)
    if said in ("met", "not_met"):
        value = 1 if said == "met" else -1
    elif below:
        value = folded(node, below)
    else:
        value = 1 if said is None and node.criterion.presumed else 0
    found[node.criterion.id] = value
    return value


@pytest.mark.parametrize(("policy", "example"), CRITERIA, ids=name)
def test_criteria_example(policy: Policy, example: CriteriaExample) -> None:
    tree = policy.version_on(example.on).tree(example.request_type)
    facts = with_derived(policy, dict(example.facts))
    by_facts: dict[str, int] = {}
    by_record: dict[str, int] = {}
    evaluated(tree, facts, by_facts)
    reviewed(tree, dict(example.recorded), by_record)
    assert {node: WORDS[by_facts[node]] for node in example.evaluated} == example.evaluated
    assert {node: WORDS[by_record[node]] for node in example.reviewed} == example.reviewed
    raised = [flag.name for flag in policy.flags if ruled(flag.rule, facts) == 1]
    assert sorted(raised) == sorted(example.flags)


# ---- the examples reach what they should


@pytest.mark.parametrize("policy", SHIPPED.values(), ids=name)
def test_examples_cover_the_policy(policy: Policy) -> None:
    limits = {limit.id for version in policy.versions for limit in version.limits()}
    exceeded = {limit for example in policy.dosing_examples for limit in (*example.exceeded, *example.advisories)}
    assert exceeded == limits, "every limit is exceeded in some example"
    assert {example.status for example in policy.dosing_examples} == {
        "within",
        "exceeds",
        "exception",
        "indeterminate",
    }
    leaves = {criterion.id for criterion in policy.criteria.values() if criterion.rule is not None}
    judged = {node for example in policy.criteria_examples for node in (*example.evaluated, *example.reviewed)}
    assert judged >= leaves, "every leaf is judged in some example"
    days = {policy.version_on(example.on).name for example in policy.criteria_examples}
    assert days == {version.name for version in policy.versions}, "every version has an example"
