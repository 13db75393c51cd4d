"""What a policy is to the twin: codes, questions, what else answers them, criteria, limits, versions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from tests.reference.words import Reader

MET, UNKNOWN, NOT_MET = 1, 0, -1
Facts = dict[str, Any]
Test = Callable[[Facts], int]
FOREVER = 10**6  # doses
Length = tuple[int, str]  # how many, and of what: days or months


@dataclass(frozen=True)
class Limit:
    """One dosing limit.

    `kind` is dose (in one administration), site_of_care, or counts in `window` days: units (billed), cumulative (given,
    by body size) and frequency (administrations).
    """

    id: str
    kind: str
    amount: Decimal
    window: int = 0
    advisory: bool = False
    per: str = "m2"  # what a dose or a cumulative one is multiplied by: m2, kg, or flat (nothing)
    round_to: str | None = None  # whole_unit or whole_vial
    percent: int = 0  # over the exact dose
    doses: tuple[int, int] | None = None  # of a course: the first and the last of them
    span: str | None = None  # authorization or lifetime, in place of a window
    cycles: str | None = None  # first_dose, authorization or greedy: the window is a cycle's length
    mg_each: Decimal = Decimal(1)  # mg in one of what `amount` counts
    grace: int = 0  # days by which the policy itself shortens the window
    places: frozenset[str] = frozenset()  # of a site_of_care: those that are allowed


@dataclass(frozen=True)
class Node:
    """A criterion: `operator` is all, any, at_least (of which `needed` must be met) or leaf."""

    id: str
    operator: str = "leaf"
    children: tuple[Node, ...] = ()
    conjunct: bool = False
    needed: int = 0
    heading: bool = False  # only gathers its children: nobody records it

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """The node and all below it, each before its children."""
        return self, *(node for child in self.children for node in child.nodes)

    @cached_property
    def recordable(self) -> set[str]:
        """The ids at which a reviewer may record: not the root, nor a heading such as the list of limitations."""
        return {node.id for node in self.nodes if not node.heading} - {self.id}


@dataclass(frozen=True)
class Indication:
    """What a request may ask the drug for; `trees` are whole, the version's criteria among them."""

    name: str
    when: Test
    trees: dict[str, Node]
    lengths: dict[str, Length]  # by initial, renewal and exception, as far as its own
    regimens: frozenset[str] | None = None  # those allowed; None: all


@dataclass(frozen=True)
class Version:
    name: str
    effective_from: date | None
    length: Length
    cap: Decimal | None
    regimens: dict[str, tuple[Limit, ...]]
    trees: dict[str, Node]  # by request type
    course_days: int = 0  # more than these without a dose end a course
    weight_cap: Decimal | None = None
    lengths: dict[str, Length] = field(default_factory=dict)  # of renewal and exception, where stated
    indications: tuple[Indication, ...] = ()

    def longest_window(self) -> int:
        return max((limit.window - limit.grace for limits in self.regimens.values() for limit in limits), default=0)


@dataclass(frozen=True)
class Lab:
    """The latest result of a code, as a multiple of its upper limit, or in `factors`' unit (factor by lower case)."""

    fact: str
    loinc: str
    days: int
    factors: dict[str, Decimal] | None = None


@dataclass(frozen=True)
class DrugClass:
    """Codes of the class, and the months after the last dose within which progression means resistance."""

    codes: frozenset[str]
    months: dict[str, int]


@dataclass(frozen=True)
class Resistance:
    fact: str
    drug: DrugClass
    progressed_on: str
    last_dose_on: str
    setting: str


@dataclass(frozen=True)
class Therapy:
    """Another drug in claims: a prior therapy (with `doses` or `days`), or evidence (by months or days around)."""

    name: str
    codes: frozenset[str] = frozenset()
    ndcs: tuple[str, ...] = ()  # NDCs without hyphens, or their first nine digits
    months: int = 0
    around: int | None = None
    doses: int | None = None
    days: int | None = None
    fact: str | None = None  # the question that documents it
    implied_by: str | None = None  # a question whose yes documents it


@dataclass(frozen=True)
class Flag:
    name: str
    test: Test
    request_type: str | None = None


@dataclass(frozen=True)
class Policy:
    id: str
    payers: tuple[str, ...]
    versions: tuple[Version, ...]
    drug: str
    codes: dict[str, Decimal]  # mg per billed unit, the first code first
    vials: dict[str, tuple[Decimal, ...]]  # mg, by code: of its own vials and of those of all codes
    tests: dict[str, Test]  # by leaf
    presumed: dict[str, frozenset[str]]  # the questions that raise a limitation, by leaf
    readers: dict[str, Reader]  # by question
    flags: tuple[Flag, ...] = ()
    age: str | None = None  # the fact that the birth date answers
    days_since: tuple[tuple[str, str], ...] = ()  # the fact, and the question whose date it counts from
    labs: tuple[Lab, ...] = ()
    resistances: tuple[Resistance, ...] = ()
    implications: tuple[tuple[str, str, str, str], ...] = ()  # if fact, value, then fact, value
    prior_therapies: tuple[Therapy, ...] = ()
    evidence: tuple[Therapy, ...] = ()
    listed: frozenset[str] = frozenset()  # leaves that are met when an indication fits

    def in_force(self, day: date) -> Version:
        """The latest version that began on or before the day; the first has no start."""
        begun = [v for v in self.versions if v.effective_from is None or v.effective_from <= day]
        return begun[-1]
