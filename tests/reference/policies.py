"""Both policies by hand: codes, versions, limits and criteria trees.

A: Oncology (Injectable) - Ixempra policy, reviewed 2025-01-08. B: EmblemHealth MG.MM.PH.153, 2025-03-31.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

A = "ixempra-oncology-injectable"
B = "emblemhealth-mg-mm-ph-153"
DRUG = "ixabepilone"
CODES = {"J9207": Decimal(1)}  # mg per billed unit; both policies bill the one code
VIALS = (Decimal(15), Decimal(45))  # mg
B_DIAGNOSES = {
    f"C50{site}{sex}{side}" for site in "012345689" for sex in "12" for side in "129"
} | {"Z853"}  # fmt: skip
ONCOLOGY = {"207RH0003X", "207RX0202X", "207VX0201X", "2080P0207X", "2085R0001X", "2086X0206X"}
PRESUMED = {"L.1": "adjuvant_use", "L.4": "progression_on_ixempra", "L.5": "unsupported_indication"}


@dataclass(frozen=True)
class Limit:
    """One dosing limit: `kind` is dose (mg/m2), units or frequency (administrations) in `window` days."""

    id: str
    kind: str
    amount: Decimal
    window: int = 0
    advisory: bool = False
    per: str = "m2"  # what a dose is multiplied by: m2, kg, or flat (nothing)
    round_to: str | None = None  # whole_unit or whole_vial
    percent: int = 0  # over the exact dose
    doses: tuple[int, int] | None = None  # of a course: the first and the last of them
    span: str | None = None  # authorization or lifetime, in place of a window
    cycles: str | None = None  # first_dose, authorization or greedy: the window is a cycle's length


@dataclass(frozen=True)
class Node:
    """A criterion: `operator` is all, any, at_least (of which `needed` must be met) or leaf."""

    id: str
    operator: str = "leaf"
    children: tuple[Node, ...] = ()
    conjunct: bool = False
    needed: int = 0

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """The node and all below it, each before its children."""
        return self, *(node for child in self.children for node in child.nodes)

    @cached_property
    def recordable(self) -> set[str]:
        """The ids at which a reviewer may record: not the root, nor the list of limitations."""
        return {node.id for node in self.nodes} - {self.id, "L"}


@dataclass(frozen=True)
class Version:
    name: str
    effective_from: date | None
    length_months: int
    cap: Decimal | None
    regimens: dict[str, tuple[Limit, ...]]
    trees: dict[str, Node]  # by request type
    course_days: int = 0  # more than these without a dose end a course

    def longest_window(self) -> int:
        return max(limit.window for limits in self.regimens.values() for limit in limits)


@dataclass(frozen=True)
class Policy:
    id: str
    payers: tuple[str, ...]
    versions: tuple[Version, ...]

    def in_force(self, day: date) -> Version:
        """The latest version that began on or before the day; the first has no start."""
        begun = [v for v in self.versions if v.effective_from is None or v.effective_from <= day]
        return begun[-1]


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
        _all("L", *_leaves("L.", "1", "2", "3", "4", "5", conjunct=conjunct)),
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

POLICIES = {
    A: Policy(
        A,
        (),
        (Version("2023-12-20", None, 12, None, _REGIMENS_A, dict.fromkeys(("initial", "renewal"), _tree_a())),),
    ),
    B: Policy(
        B,
        ("EmblemHealth", "ConnectiCare"),
        (
            Version("2019-07-15", None, 6, _CAP, _REGIMENS_B, _trees_b(clause_iii=True)),
            Version("2024-02-16", date(2024, 2, 16), 6, _CAP, _REGIMENS_B, _trees_b(clause_iii=False)),
        ),
    ),
}


def policy_of(payer: str | None, configured: dict[str, str]) -> Policy | None:
    """A payer's policy: the configuration's for its name, else the one that names it, else `*`, else none."""
    if payer is None:
        return None
    if payer in configured:
        return POLICIES[configured[payer]]
    for policy in POLICIES.values():
        if payer in policy.payers:
            return policy
    return POLICIES[configured["*"]] if "*" in configured else None
