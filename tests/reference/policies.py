"""Both policies by hand: codes, versions, limits and criteria trees.

A: Oncology (Injectable) - Ixempra policy, reviewed 2025-01-08. B: EmblemHealth MG.MM.PH.153, 2025-03-31.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from tests.reference import words
from tests.reference.from_toml import read_policy
from tests.reference.hand_tests import B_DIAGNOSES, FLAGS_A, FLAGS_B, ONCOLOGY, PRESUMED, TESTS
from tests.reference.rules import DrugClass, Flag, Lab, Limit, Node, Policy, Resistance, Version
from tests.reference.schema import LOINC_LABS
from tests.reference.words import Reader

__all__ = ["B_DIAGNOSES", "CLASSES", "ONCOLOGY", "POLICIES", "PRESUMED", "A", "B", "Limit", "Node", "Policy", "Version"]

A = "ixempra-oncology-injectable"
B = "emblemhealth-mg-mm-ph-153"
DRUG = "ixabepilone"
CODES = {"J9207": Decimal(1)}  # mg per billed unit; both policies bill the one code
_FILES = Path(__file__).parents[2] / "analytics" / "policies"
VIALS = (Decimal(15), Decimal(45))  # mg

_SIGN = words.one_of("positive", "negative")
_READERS: dict[str, Reader] = {
    **dict.fromkeys(("age_years", "endocrine_regimens_without_benefit", *LOINC_LABS), words.number),
    **dict.fromkeys(("her2_status", "hormone_receptor_status"), _SIGN),
    "tumor_response": words.one_of("response", "stable", "progression"),
    **{f"{name}_progressed_on": words.day for name in ("anthracycline", "taxane")},
    **{f"{name}_last_dose_on": words.day for name in ("anthracycline", "taxane")},
    **{f"{name}_setting": words.one_of("adjuvant", "metastatic") for name in ("anthracycline", "taxane")},
}
CLASSES = {
    "anthracycline": DrugClass(frozenset({"J9000", "J9178", "Q2049", "Q2050"}), {"adjuvant": 6, "metastatic": 3}),
    "taxane": DrugClass(
        frozenset({"J9267", "J9265", "J9264", "J9258", "J9259", "J9171", "J9172", "J9170"}),
        {"adjuvant": 12, "metastatic": 4},
    ),
}
_RESISTANCES = tuple(
    Resistance(f"{name}_resistant", drug, f"{name}_progressed_on", f"{name}_last_dose_on", f"{name}_setting")
    for name, drug in CLASSES.items()
)
_LABS = tuple(Lab(fact, loinc, 30) for fact, loinc in LOINC_LABS.items())
_TOGETHER, _ALONE = "combination_with_capecitabine", "single_agent"
_IMPLICATIONS = ((_ALONE, "yes", _TOGETHER, "no"), (_TOGETHER, "yes", _ALONE, "no"))


def _all(id: str, *children: Node, conjunct: bool = False) -> Node:
    return Node(id, "all", children, conjunct)


def _any(id: str, *children: Node, conjunct: bool = False) -> Node:
    return Node(id, "any", children, conjunct)


def _leaves(prefix: str, *names: str, conjunct: bool = False) -> tuple[Node, ...]:
    return tuple(Node(prefix + name, conjunct=conjunct) for name in names)


def _tree_a() -> Node:
    return _all(
        "1",
        Node("1.indication", conjunct=True),
        Node("1.A", conjunct=True),
        _any("1.B", *_leaves("1.B.", "i", "ii", "iii"), conjunct=True),
        Node("1.C", conjunct=True),
    )


def _children_b(clause_iii: bool, conjunct: bool) -> tuple[Node, ...]:
    """What root I holds; in a renewal it hangs under II.1 and none of it is a conjunct."""
    branches = [
        _all(
            "I.1.A.i",
            Node("I.1.A.i.combination"),
            _any(
                "I.1.A.i.resistance",
                _all("I.1.A.i.a", *_leaves("I.1.A.i.a.", "anthracycline", "taxane")),
                _all("I.1.A.i.b", *_leaves("I.1.A.i.b.", "taxane", "contraindicated")),
            ),
        ),
        _all("I.1.A.ii", *_leaves("I.1.A.ii.", "single_agent", "anthracycline", "taxane", "capecitabine")),
    ]
    if clause_iii:
        one_of = _any("I.1.A.iii.one_of", *_leaves("I.1.A.iii.one_of.", "a", "b", "c"))
        branches.append(_all("I.1.A.iii", Node("I.1.A.iii.trastuzumab"), one_of))
    return (
        *_leaves("I.1.A.", "dx_code", "disease", conjunct=conjunct),
        _any("I.1.A", *branches, conjunct=conjunct),
        Node("L", "all", _leaves("L.", "1", "2", "3", "4", "5", conjunct=conjunct), heading=True),
    )


def _trees_b(clause_iii: bool) -> dict[str, Node]:
    again = _all("II.1", *_children_b(clause_iii, conjunct=False), conjunct=True)
    return {
        "initial": _all("I", *_children_b(clause_iii, conjunct=True)),
        "renewal": _all("II", again, *_leaves("II.", "2", "3", conjunct=True)),
    }


def _dose(id: str, amount: int) -> Limit:
    return Limit(id, "dose", Decimal(amount))


_REGIMENS_A: dict[str, tuple[Limit, ...]] = {
    "q3w": (_dose("q3w.dose", 40), Limit("q3w.frequency", "frequency", Decimal(1), 21)),
    "weekly": (_dose("weekly.dose", 16), Limit("weekly.frequency", "frequency", Decimal(3), 28)),
}
_REGIMENS_B: dict[str, tuple[Limit, ...]] = {
    "q3w": (
        _dose("q3w.dose", 40),
        Limit("q3w.units", "units", Decimal(90), 21),
        Limit("q3w.frequency", "frequency", Decimal(1), 21, advisory=True),
    )
}
_CAP = Decimal("2.2")


def _policy(id: str, payers: tuple[str, ...], flags: tuple[Flag, ...], *versions: Version) -> Policy:
    """Either policy: what they don't differ in."""
    return Policy(
        id,
        payers,
        versions,
        DRUG,
        CODES,
        dict.fromkeys(CODES, VIALS),
        TESTS,
        {leaf: frozenset({question}) for leaf, question in PRESUMED.items()},
        _READERS,
        flags,
        "age_years",
        labs=_LABS,
        resistances=_RESISTANCES,
        implications=_IMPLICATIONS,
        # The contract is silent of it: what the files say, by the twin's own reader.
        evidence=read_policy(_FILES / f"{id}.toml").evidence,
    )


_TREES_A = dict.fromkeys(("initial", "renewal"), _tree_a())
POLICIES = {
    A: _policy(A, (), FLAGS_A, Version("2023-12-20", None, (12, "months"), None, _REGIMENS_A, _TREES_A)),
    B: _policy(
        B,
        ("EmblemHealth", "ConnectiCare"),
        FLAGS_B,
        Version("2019-07-15", None, (6, "months"), _CAP, _REGIMENS_B, _trees_b(clause_iii=True)),
        Version("2024-02-16", date(2024, 2, 16), (6, "months"), _CAP, _REGIMENS_B, _trees_b(clause_iii=False)),
    ),
}


def policies_of(payer: str, configured: dict[str, str]) -> list[Policy]:
    """A payer's policies: the configuration's for its name, then those that name it, then the configuration's `*`."""
    named = [configured.get(payer)]
    named += [policy.id for policy in POLICIES.values() if payer in policy.payers]
    return [POLICIES[id] for id in (*named, configured.get("*")) if id is not None]


def policy_of(payer: str | None, code: str | None, configured: dict[str, str]) -> Policy | None:
    """The first of a payer's policies that is for the drug of the code, else none."""
    if payer is None:
        return None
    return next((policy for policy in policies_of(payer, configured) if code in policy.codes), None)
