"""What can answer a question beside the request's own answer: birth date, laboratory results, dates of therapy."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

#: What is added to a fact's name where its answer and the claims disagree.
CONTRADICTED = "_contradicted"


@dataclass(frozen=True, slots=True)
class Code:
    """One code as it is printed (ICD-10 with its dot) and our short wording of it, maybe empty."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Implication:
    """An unanswered `fact` is `value` where `if_fact` is `if_value`."""

    if_fact: str
    if_value: str
    fact: str
    value: str
    citation: str


@dataclass(frozen=True, slots=True)
class Age:
    """A fact that is the age in whole years on the received date, from the birth date, else the answer."""

    fact: str
    citation: str


@dataclass(frozen=True, slots=True)
class DaysSince:
    """An unanswered fact that is the days from the date which `question` was answered with to the received date.

    A date after the received date says nothing: what is planned is not done.
    """

    fact: str
    question: str
    citation: str


@dataclass(frozen=True, slots=True)
class Conversion:
    """A unit that results may come in too: a result in it times `factor` is one in the lab's own unit."""

    unit: str
    factor: Decimal


@dataclass(frozen=True, slots=True)
class Lab:
    """A fact that is the latest result of the last `days` days, the received date's included, else the answer.

    Without a `unit` it is the result over its own upper reference limit. With one it is the result itself: only
    results in that unit, or in one that is converted to it, are looked at.
    """

    fact: str
    loinc: str
    days: int
    unit: str | None
    conversions: tuple[Conversion, ...]
    label: str
    citation: str

    def factors(self) -> dict[str, Decimal]:
        """Every unit in which a result can be used, and what makes it one of the lab's own unit."""
        own = {} if self.unit is None else {self.unit: Decimal(1)}
        return own | {each.unit: each.factor for each in self.conversions}


@dataclass(frozen=True, slots=True)
class Resistance:
    """How an unanswered resistance is derived from progression, last dose and setting.

    `months` by setting: progression up to so many calendar months after the last dose is resistance. `codes`
    are the class's billing codes; their latest service date stands in for an unanswered last dose.
    """

    fact: str
    drug_class: str
    progressed_question: str
    last_dose_question: str
    setting_question: str
    months: Mapping[str, int]
    codes: tuple[Code, ...]
    citation: str


@dataclass(frozen=True, slots=True)
class PriorTherapy:
    """A fact that follows from claims of the `months` before the received date, where nobody answered.

    `codes` are of medical claims, `ndcs` of pharmacy claims, as printed (`xx` for any package). Shown by as many
    `doses` (days with a claim) or by as many `days` of supply; one of the two is none.
    """

    fact: str
    codes: tuple[str, ...]
    ndcs: tuple[str, ...]
    months: int
    doses: int | None
    days: int | None
    label: str
    citation: str


@dataclass(frozen=True, slots=True)
class TherapyEvidence:
    """What claims show of another drug, around each administration or before a request; it decides nothing.

    One of `around_days` (before and after an administration) and `months` (before the received date) is none. `fact` is
    the yes/no question that documents it, `implied_by` one whose yes does and whose no says nothing; either may be
    none.
    """

    therapy: str
    codes: tuple[str, ...]
    ndcs: tuple[str, ...]
    around_days: int | None
    months: int | None
    fact: str | None
    implied_by: str | None
    label: str
    citation: str


@dataclass(frozen=True, slots=True)
class ExampleClaim:
    """A claim of a worked example: an administration (`hcpcs_code`) or a fill (`ndc`).

    `days_before` is below 0 for one that comes after the example's day.
    """

    hcpcs_code: str | None
    ndc: str | None
    days_before: int
    days_supply: int | None


@dataclass(frozen=True, slots=True)
class ExampleLab:
    """An observation of a worked example: a result some days before the example's day."""

    loinc: str
    days_before: int
    result: Decimal
    unit: str | None
    upper_limit: Decimal | None
