"""The worked examples of every policy file, held against a small evaluator that shares no code with the engine."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import product

import pytest

from analytics.policy import Policy, load_policies
from analytics.policy.dosing import DosingExample
from analytics.policy.evidence import ExampleClaim, TherapyEvidence
from analytics.policy.model import CriteriaExample, Version
from analytics.policy.rules import Indication, Node, Rule, Test
from tests.plain_dosing import Judged
from tests.policies import FOLDER

SHIPPED = load_policies()
POLICIES = load_policies(private=FOLDER)
WORDS = {1: "met", 0: "unknown", -1: "not_met"}
DOSING = [(policy, example) for policy in POLICIES.values() for example in policy.dosing_examples]
CRITERIA = [(policy, example) for policy in POLICIES.values() for example in policy.criteria_examples]


def name(value: object) -> str:
    return value.title if isinstance(value, DosingExample | CriteriaExample) else str(getattr(value, "id", value))


# ---- dosing


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
        assert round(judged.excess(), 4) == example.excess_units
    for limit in judged.version.limits():
        if limit.id in example.allowed_units:
            mg = judged.allowed(limit, judged.sizes(limit)[0])
            assert mg / judged.told == example.allowed_units[limit.id]


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


def measured(policy: Policy, example: CriteriaExample) -> dict[str, str]:
    """Each lab's latest usable result: over its upper limit, or in the policy's unit."""
    found: dict[str, list[tuple[int, Fraction]]] = {}
    for lab, result in product(policy.labs, example.labs):
        if lab.loinc != result.loinc or result.days_before >= lab.days:
            continue
        factors = {str(lab.unit).lower(): Fraction(1)} | {
            each.unit.lower(): Fraction(each.factor) for each in lab.conversions
        }
        if lab.unit is None and result.upper_limit is not None:
            value = Fraction(result.result) / Fraction(result.upper_limit)
        elif lab.unit is not None and str(result.unit).lower() in factors:
            value = Fraction(result.result) * factors[str(result.unit).lower()]
        else:
            continue
        found.setdefault(lab.fact, []).append((-result.days_before, value))
    return {fact: str(max(values)[1]) for fact, values in found.items()}


def digits(ndc: str) -> str:
    """An NDC in its form of eleven digits; any package is left out."""
    parts = zip(ndc.split("-"), (5, 4, 2), strict=True)
    return "".join("" if part == "xx" else part.rjust(size, "0") for part, size in parts)


def claimed(policy: Policy, example: CriteriaExample) -> set[str]:
    """The prior therapies that enough claims show, by their facts."""
    found = set()
    for therapy in policy.prior_therapies:
        days, given, supply = set(), 0, dict[int, int]()
        for claim in dict.fromkeys(example.claims):
            day = example.on - timedelta(days=claim.days_before)
            if example.on > months_later(day, therapy.months):
                continue
            if claim.hcpcs_code in therapy.codes and day not in days | {None}:
                given += 1
            if claim.hcpcs_code in therapy.codes:
                days.add(day)
            elif claim.ndc is not None and any(digits(claim.ndc).startswith(digits(code)) for code in therapy.ndcs):
                days.add(day)
                supply[claim.days_before] = supply.get(claim.days_before, 0) + (claim.days_supply or 0)
        stock = 0
        for before in range(max(supply, default=0), 0, -1):
            stock += supply.get(before, 0)
            given, stock = given + (stock > 0), max(stock - 1, 0)
        if (len(days) >= therapy.doses) if therapy.doses is not None else (given >= (therapy.days or 0)):
            found.add(therapy.fact)
    return found


def seen(policy: Policy, one: TherapyEvidence, claim: ExampleClaim, day: date) -> bool:
    """Whether a claim shows a drug that the policy looks for."""
    codes = {digits(code) for code in one.ndcs}
    named = claim.hcpcs_code in one.codes or any(digits(claim.ndc or "x-x-x").startswith(code) for code in codes)
    if one.around_days is not None:
        return named and abs(claim.days_before) <= one.around_days
    return named and day <= months_later(day - timedelta(days=claim.days_before), one.months or 0)


def known_of(answer: str | None, is_shown: bool) -> str:
    """What is said of a drug by an answer and by claims."""
    if answer is None:
        return "derived" if is_shown else "not shown"
    return "contradicted" if answer == "no" and is_shown else "documented"


def therapies(policy: Policy, example: DosingExample | CriteriaExample) -> dict[str, str]:
    """What is known of each other drug around an administration, or before a request."""
    found = {}
    for one in policy.therapy_evidences:
        if (one.around_days is not None) == isinstance(example, DosingExample):
            answer = example.facts.get(one.fact or "")
            if answer is None and example.facts.get(one.implied_by or "") == "yes":
                answer = "yes"
            found[one.therapy] = known_of(answer, any(seen(policy, one, x, example.on) for x in example.claims))
    if isinstance(example, CriteriaExample):
        shown = claimed(policy, example)
        for proof in policy.prior_therapies:
            found[proof.fact] = known_of(example.facts.get(proof.fact), proof.fact in shown)
    return found


DRUGS = [(policy, one) for policy, one in [*DOSING, *CRITERIA] if one.therapy]


@pytest.mark.parametrize(("policy", "example"), DRUGS, ids=name)
def test_other_drugs_of_an_example(policy: Policy, example: DosingExample | CriteriaExample) -> None:
    assert {drug: therapies(policy, example)[drug] for drug in example.therapy} == example.therapy


def with_claims(facts: dict[str, str], shown: set[str]) -> dict[str, str]:
    """What claims answer where nobody else did, and where they contradict an answer."""
    denied = {f"{fact}_contradicted": "yes" for fact in shown if facts.get(fact) == "no"}
    return {**dict.fromkeys(shown, "yes"), **facts, **denied}


def with_derived(policy: Policy, given: dict[str, str], on: date) -> dict[str, str]:
    """The answers, and what follows from them for questions that nobody answered."""
    facts = dict(given)
    for implied in policy.implications:
        if given.get(implied.if_fact) == implied.if_value:
            facts.setdefault(implied.fact, implied.value)
    for since in policy.days_since:
        if since.question in given and date.fromisoformat(given[since.question]) <= on:
            facts.setdefault(since.fact, str((on - date.fromisoformat(given[since.question])).days))
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
        value, bound = Fraction(found), Fraction(test.number)
        kept = {"at_least": value >= bound, "at_most": value <= bound, "above": value > bound, "below": value < bound}
        return 1 if kept[test.comparison] else -1
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


def of_indication(version: Version, facts: dict[str, str]) -> Indication | None:
    """The first indication that fits."""
    return next((each for each in version.indications if ruled(each.when, facts) == 1), None)


@pytest.mark.parametrize(("policy", "example"), CRITERIA, ids=name)
def test_criteria_example(policy: Policy, example: CriteriaExample) -> None:
    facts = with_derived(policy, dict(example.facts), example.on) | measured(policy, example)
    facts = with_claims(facts, claimed(policy, example))
    indication = of_indication(policy.version_on(example.on), facts)
    tree = policy.version_on(example.on).tree(example.request_type, indication)
    if example.indication is not None:
        assert example.indication == (indication.name if indication else "not listed")
    by_facts: dict[str, int] = {}
    by_record: dict[str, int] = {}
    evaluated(tree, facts, by_facts)
    reviewed(tree, dict(example.recorded), by_record)
    assert {node: WORDS[by_facts[node]] for node in example.evaluated} == example.evaluated
    assert {node: WORDS[by_record[node]] for node in example.reviewed} == example.reviewed
    flags = [flag for flag in policy.flags if flag.request_type in (None, example.request_type)]
    raised = [flag.name for flag in flags if ruled(flag.rule, facts) == 1]
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
