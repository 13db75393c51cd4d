"""What a policy is, as frozen objects: codes, questions, dated versions with their criteria and limits.

Objects are made by :mod:`analytics.policy.load` alone, which checks them; nothing here reads a file. Amounts
are exact decimals, because dose arithmetic is. :mod:`analytics.policy.rules` holds criteria and their trees,
:mod:`analytics.policy.dosing` regimens and limits.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from math import ceil
from typing import Literal, get_args

from analytics.policy.dosing import DOSE_PERS, DosePer, DosingExample, Limit, Regimen
from analytics.policy.evidence import (
    Age,
    Code,
    DaysSince,
    ExampleClaim,
    ExampleLab,
    Implication,
    Lab,
    PriorTherapy,
    Resistance,
    TherapyEvidence,
)
from analytics.policy.rules import Criterion, Flag, Indication, Length, LengthKind, Node, Value

AnswerType = Literal["yes_no", "number", "date", "word"]
RequestType = Literal["initial", "renewal"]

ANSWER_TYPES: tuple[AnswerType, ...] = get_args(AnswerType)
REQUEST_TYPES: tuple[RequestType, ...] = get_args(RequestType)

#: Facts that every request carries itself, without a question, and what each of them is.
REQUEST_FACTS: Mapping[str, str] = {
    "diagnosis_code": "ICD-10-CM",
    "prescriber_specialty": "NUCC",
    "requested_dose_mg_per_m2": "number",
    "approved_units": "number",
}


#: So many days after a dose's cycle without another one end a course, where a policy doesn't say: the middle one of the
#: permissible gaps by which spells of therapy are told apart.
COURSE_GAP_DAYS = 60


@dataclass(frozen=True, slots=True)
class Document:
    """A source that citations name. The first of a policy is the policy's own document."""

    name: str
    title: str
    publisher: str
    dated: str | None


@dataclass(frozen=True, slots=True)
class Product:
    """A billing code of the drug and how many milligrams one billed unit is."""

    hcpcs_code: str
    mg_per_unit: Decimal
    label: str
    citation: str


@dataclass(frozen=True, slots=True)
class Vial:
    """A package of the drug: its NDC as printed (`xx` for any package) and its content in milligrams.

    `hcpcs_code` is the one billing code that it is of; null: all of the policy's.
    """

    ndc: str
    mg: Decimal
    label: str
    citation: str
    hcpcs_code: str | None = None


@dataclass(frozen=True, slots=True)
class CodeList:
    """A named set of codes of one code system, in the file itself or in a CSV beside it."""

    name: str
    system: str
    label: str
    citation: str
    codes: tuple[Code, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A fact that a request may document as an answer. `words` are the words that a `word` answer may be."""

    name: str
    answer_type: AnswerType
    label: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """The rule of its day, whole by itself.

    `effective_from` is null for the first version, which has no start; `effective_until` is exclusive and
    null for the last. Exactly one of `length_months` and `length_days` is above 0.
    """

    name: str
    label: str
    citation: str
    effective_from: date | None
    effective_until: date | None
    length_months: int
    length_days: int
    length_citation: str
    bsa_cap_m2: Decimal | None
    bsa_cap_citation: str | None
    weight_cap_kg: Decimal | None
    weight_cap_citation: str | None
    course_after_days: int | None
    course_citation: str | None
    initial: Node
    renewal: Node
    regimens: tuple[Regimen, ...]
    indications: tuple[Indication, ...] = ()
    other_lengths: Mapping[LengthKind, Length] = field(default_factory=dict)

    def tree(self, request_type: RequestType, indication: Indication | None = None) -> Node:
        """The criteria tree for requests of that type: what all of them face, and what the indication adds to it."""
        tree = self.initial if request_type == "initial" else self.renewal
        if indication is None:
            return tree
        more = indication.initial if request_type == "initial" else indication.renewal
        return replace(tree, children=(*tree.children, more))

    def faced(self, request_type: RequestType) -> Iterator[tuple[Indication | None, Node]]:
        """Every tree that a request of that type may face: where no indication fits, then each indication's."""
        for indication in (None, *self.indications):
            yield indication, self.tree(request_type, indication)

    def length(
        self, request_type: RequestType, indication: Indication | None = None, exception: bool = False
    ) -> Length:
        """How long an approval is. What an indication states goes before the version's, an exception's before both."""
        own: Mapping[LengthKind, Length] = {} if indication is None else indication.lengths
        whole: Mapping[LengthKind, Length] = {
            "initial": Length(self.length_months, self.length_days, self.length_citation),
            **self.other_lengths,
        }
        kinds: list[list[LengthKind]] = [["exception"]] if exception else []
        kinds.append(["renewal", "initial"] if request_type == "renewal" else ["initial"])
        return next(stated[kind] for wanted in kinds for stated in (own, whole) for kind in wanted if kind in stated)

    def limits(self) -> Iterator[Limit]:
        """All limits of all regimens."""
        for regimen in self.regimens:
            yield from regimen.limits

    def course_gap_days(self) -> int:
        """The longest time between two doses of one course: what the policy says, else an interval and 60 days.

        The interval is the longest of a frequency limit: days over doses, rounded up (two doses in 21 days: 11; one in
        21 with 2 days of grace: 19).
        Without one it is the longest window.
        """
        if self.course_after_days is not None:
            return self.course_after_days
        spans = [(limit.window_days, limit.at_most) for limit in self.limits() if limit.kind == "frequency"]
        intervals = [ceil(days / most) for days, most in spans if days is not None]
        return max(intervals or self.windows() or (0,)) + COURSE_GAP_DAYS

    def windows(self) -> tuple[int, ...]:
        """The distinct lengths in days of its limits' windows and cycles, ascending."""
        return tuple(sorted({limit.window_days for limit in self.limits() if limit.window_days is not None}))


@dataclass(frozen=True, slots=True)
class Note:
    """What informs a reader of the policy without deciding anything."""

    topic: str
    text: str
    citation: str


@dataclass(frozen=True, slots=True)
class Revision:
    """One entry of the document's own revision history."""

    dated: date
    summary: str
    citation: str


@dataclass(frozen=True, slots=True)
class CriteriaExample:
    """A worked request: its facts, what a reviewer recorded, and the values that follow at named nodes."""

    title: str
    on: date
    request_type: RequestType
    facts: Mapping[str, str]
    recorded: Mapping[str, str]
    evaluated: Mapping[str, Value]
    reviewed: Mapping[str, Value]
    flags: tuple[str, ...]
    labs: tuple[ExampleLab, ...] = ()
    indication: str | None = None
    claims: tuple[ExampleClaim, ...] = ()
    evidence: Mapping[str, str] = field(default_factory=dict)
    therapy: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy file: the drug, the payers it names, what it asks, and its dated versions in order."""

    id: str
    title: str
    drug: str
    payers: tuple[str, ...]
    documents: tuple[Document, ...]
    products: tuple[Product, ...]
    vials: tuple[Vial, ...]
    code_lists: Mapping[str, CodeList]
    questions: Mapping[str, Question]
    ages: tuple[Age, ...]
    days_since: tuple[DaysSince, ...]
    labs: tuple[Lab, ...]
    resistances: tuple[Resistance, ...]
    prior_therapies: tuple[PriorTherapy, ...]
    therapy_evidences: tuple[TherapyEvidence, ...]
    implications: tuple[Implication, ...]
    criteria: Mapping[str, Criterion]
    flags: tuple[Flag, ...]
    versions: tuple[Version, ...]
    notes: tuple[Note, ...]
    revisions: tuple[Revision, ...]
    dosing_examples: tuple[DosingExample, ...]
    criteria_examples: tuple[CriteriaExample, ...]

    def version_on(self, day: date) -> Version:
        """The version in force on that date: the latest that had started; the first one has no start."""
        started = [v for v in self.versions if v.effective_from is None or v.effective_from <= day]
        return started[-1]

    def has_courses(self) -> bool:
        """Whether a limit holds for some doses of a course only, or counts in cycles from its first."""
        return any(limit.needs_course() for version in self.versions for limit in version.limits())

    def dose_pers(self) -> tuple[DosePer, ...]:
        """What doses are limited by: per m², per kg, or flat."""
        found = {limit.per for version in self.versions for limit in version.limits()}
        return tuple(per for per in DOSE_PERS if per in found)

    def has_unlike_units(self) -> bool:
        """Whether units of its billing codes differ in size."""
        return len({product.mg_per_unit for product in self.products}) > 1

    def counts_mg(self) -> bool:
        """Whether limits over time add up mg: units can't be added that differ in size."""
        limits = (limit for version in self.versions for limit in version.limits())
        return self.has_unlike_units() or any(limit.kind == "units" and limit.counted_in == "mg" for limit in limits)
