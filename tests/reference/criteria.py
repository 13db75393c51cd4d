"""Criteria trees, three-valued: the leaves' tests on documented facts, and the reviewer's record."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from tests.reference.policies import B_DIAGNOSES, ONCOLOGY, PRESUMED, Node

MET, UNKNOWN, NOT_MET = 1, 0, -1
WORDS = {MET: "met", UNKNOWN: "unknown", NOT_MET: "not_met"}
Facts = dict[str, Any]
Test = Callable[[Facts], int]


def _is(question: str, *wanted: str) -> Test:
    def test(facts: Facts) -> int:
        if question not in facts:
            return UNKNOWN
        return MET if facts[question] in wanted else NOT_MET

    return test


def _yes(question: str) -> Test:
    return _is(question, "yes")


def _no(question: str) -> Test:
    return _is(question, "no")


def _at_least(fact: str, number: int) -> Test:
    return lambda facts: UNKNOWN if fact not in facts else (MET if facts[fact] >= number else NOT_MET)


def _at_most(fact: str, number: str) -> Test:
    most = Fraction(number)
    return lambda facts: UNKNOWN if fact not in facts else (MET if Fraction(facts[fact]) <= most else NOT_MET)


def _both(*tests: Test) -> Test:
    return lambda facts: min(test(facts) for test in tests)


def _either(*tests: Test) -> Test:
    return lambda facts: max(test(facts) for test in tests)


def _indication(facts: Facts) -> int:
    code = facts.get("diagnosis_code")
    if code is None or code == "Z853" or code[:3] in ("C77", "C78", "C79"):
        return UNKNOWN
    return MET if code.startswith("C50") else NOT_MET


_ANTHRACYCLINE, _TAXANE = _yes("anthracycline_resistant"), _yes("taxane_resistant")
_HER2_NEGATIVE = _is("her2_status", "negative")

TESTS: dict[str, Test] = {
    "1.indication": _indication,
    "1.A": _at_least("age_years", 18),
    "1.B.i": _yes("recurrent_unresectable_locoregional"),
    "1.B.ii": _yes("metastatic"),
    "1.B.iii": _yes("no_response_to_preoperative_therapy"),
    "1.C": _either(_yes("oncologist_involved"), _is("prescriber_specialty", *ONCOLOGY)),
    "I.1.A.dx_code": _is("diagnosis_code", *B_DIAGNOSES),
    "I.1.A.disease": _either(_yes("recurrent"), _yes("metastatic")),
    "I.1.A.i.combination": _yes("combination_with_capecitabine"),
    "I.1.A.i.a.anthracycline": _ANTHRACYCLINE,
    "I.1.A.i.a.taxane": _TAXANE,
    "I.1.A.i.b.taxane": _TAXANE,
    "I.1.A.i.b.contraindicated": _yes("anthracycline_contraindicated"),
    "I.1.A.ii.single_agent": _yes("single_agent"),
    "I.1.A.ii.anthracycline": _ANTHRACYCLINE,
    "I.1.A.ii.taxane": _TAXANE,
    "I.1.A.ii.capecitabine": _yes("capecitabine_resistant"),
    "I.1.A.iii.trastuzumab": _both(
        _yes("combination_with_trastuzumab"), _is("her2_status", "positive"), _yes("trastuzumab_exposed")
    ),
    "I.1.A.iii.one_of.a": _both(_is("hormone_receptor_status", "positive"), _HER2_NEGATIVE, _yes("visceral_crisis")),
    "I.1.A.iii.one_of.b": _both(
        _HER2_NEGATIVE,
        _either(
            _is("hormone_receptor_status", "negative"),
            _both(_is("hormone_receptor_status", "positive"), _yes("endocrine_refractory")),
        ),
    ),
    "I.1.A.iii.one_of.c": _either(
        _at_least("endocrine_regimens_without_benefit", 3), _yes("symptomatic_visceral_disease")
    ),
    "L.1": _no("adjuvant_use"),
    "L.2": _at_most("requested_dose_mg_per_m2", "40"),
    "L.3": _either(
        _no("combination_with_capecitabine"),
        _both(_at_most("ast_uln", "2.5"), _at_most("alt_uln", "2.5"), _at_most("bilirubin_uln", "1")),
    ),
    "L.4": _no("progression_on_ixempra"),
    "L.5": _no("unsupported_indication"),
    "II.2": _is("tumor_response", "response", "stable"),
    "II.3": _no("unacceptable_toxicity"),
}

Values = dict[str, int]


def _inner(node: Node, values: Values) -> int:
    given = [values[child.id] for child in node.children]
    if node.operator == "at_least":
        return sorted(given, reverse=True)[node.needed - 1]
    return min(given) if node.operator == "all" else max(given)


def evaluated(tree: Node, facts: Facts, raised: set[str]) -> tuple[Values, set[str]]:
    """Every node's value from documented facts, and the limitations presumed not to apply.

    `raised` are the questions that any answer row, usable or not, is about.
    """
    values: Values = {}
    presumed = set()
    for node in reversed(tree.nodes):  # children before their parents
        if node.operator != "leaf":
            values[node.id] = _inner(node, values)
        elif node.id in PRESUMED and PRESUMED[node.id] not in raised:
            values[node.id] = MET
            presumed.add(node.id)
        else:
            values[node.id] = TESTS[node.id](facts)
    return values, presumed


def reviewed(tree: Node, record: dict[str, str], raised: set[str]) -> tuple[Values, set[str]]:
    """Every node's value from the reviewer's usable record, and the limitations presumed not to apply.

    `raised` are the criteria that any review row, usable or not, is about.
    """
    recorded = {"met": MET, "not_met": NOT_MET}
    values: Values = {}
    presumed = set()
    for node in reversed(tree.nodes):
        if record.get(node.id) in recorded:
            values[node.id] = recorded[record[node.id]]
        elif node.operator != "leaf":
            values[node.id] = _inner(node, values)
        elif node.id in PRESUMED and node.id not in raised:
            values[node.id] = MET
            presumed.add(node.id)
        else:
            values[node.id] = UNKNOWN
    return values, presumed
