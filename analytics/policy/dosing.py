"""What a policy says of doses, as frozen objects: limits, regimens, and worked administrations."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, get_args

from analytics.policy.evidence import ExampleClaim

LimitKind = Literal["dose", "units", "frequency", "site_of_care"]
DosePer = Literal["m2", "kg", "flat"]
CountedIn = Literal["mg", "units"]
Span = Literal["authorization", "lifetime"]
Cycles = Literal["first_dose", "authorization", "greedy"]
RoundTo = Literal["whole_unit", "whole_vial"]

SPANS: tuple[Span, ...] = get_args(Span)
CYCLES: tuple[Cycles, ...] = get_args(Cycles)
LIMIT_KINDS: tuple[LimitKind, ...] = get_args(LimitKind)
ROUND_TO: tuple[RoundTo, ...] = get_args(RoundTo)
COUNTED_IN: tuple[CountedIn, ...] = get_args(CountedIn)
DOSE_PERS: tuple[DosePer, ...] = get_args(DosePer)

#: What a dose is measured by, as it is written after mg.
PER_WORDS: Mapping[DosePer, str] = {"m2": "/m²", "kg": "/kg", "flat": ""}


@dataclass(frozen=True, slots=True)
class Limit:
    """One dosing limit: `at_most` mg or billed units (dose), billed units (units) or administrations (frequency).

    A limit on the site of care has `places`, CMS's place-of-service codes at which the drug may be given; its `at_most`
    is 0, the administrations elsewhere.

    A dose is per m² of body surface area, per kg of body weight, or flat: the same for everyone. Units may be per m² or
    per kg (a cumulative dose): then what was given counts, and what was discarded doesn't. Other limits have no `per`.
    `counted_in` is what a dose limit's or a units limit's number stands for: mg, or billed units (of the first billing
    code).
    `round_to` and `round_percent`: what a dose may be rounded up to. Where both are null, whole units; and whether
    whole vials explain more can't be told. `from_dose` to `to_dose` (null: no last) are the doses of a course that it
    holds for; both are null for a limit that holds for all. `span` stands in place of a window: all that an
    authorization covers, or all that the extract holds. `cycles` (null: a rolling window) says where cycles of
    `window_days` begin: one after the other from the first dose of a course or the start of the covering
    authorization, or each with a dose. `grace_days`: how much shorter `window_days` is than the policy's window, as a
    dose so early is none too many.
    """

    id: str
    kind: LimitKind
    at_most: Decimal
    window_days: int | None
    advisory: bool
    label: str
    citation: str
    per: DosePer | None = None
    counted_in: CountedIn | None = None
    round_to: RoundTo | None = None
    round_percent: Decimal | None = None
    from_dose: int | None = None
    to_dose: int | None = None
    span: Span | None = None
    cycles: Cycles | None = None
    grace_days: int = 0
    places: tuple[str, ...] = ()

    @property
    def stated_days(self) -> int | None:
        """The window as the policy states it, its days of grace included."""
        return None if self.window_days is None else self.window_days + self.grace_days

    @property
    def doses(self) -> tuple[int | None, int | None]:
        """The doses of a course that it holds for."""
        return self.from_dose, self.to_dose

    def needs_course(self) -> bool:
        """Whether it asks when a course of treatment began."""
        return self.from_dose is not None or self.cycles == "first_dose"

    @property
    def is_cumulative(self) -> bool:
        """Whether it adds up what was given over time, for the size of a body."""
        return self.kind == "units" and self.per is not None

    def stored_kind(self) -> str:
        """Its kind as SQL knows it: `units` and `frequency` are over the days up to an administration."""
        if self.is_cumulative:
            return "cumulative"
        if self.span is not None:
            return f"total_{self.kind}"
        return self.kind if self.cycles is None else f"cycle_{self.kind}"

    def in_mg(self, mg_per_unit: Decimal) -> Decimal:
        """What a dose limit allows, in mg (per m², per kg, or flat), percentage included; a unit is so many mg."""
        mg = self.at_most * mg_per_unit if self.counted_in == "units" else self.at_most
        return mg * (100 + (self.round_percent or 0)) / 100

    def counted(self, mg_per_unit: Decimal, counts_mg: bool) -> Decimal:
        """The number that SQL compares: a dose in mg; units as the policy counts them, in mg or as billed."""
        if self.kind == "dose":
            return self.in_mg(mg_per_unit)
        return self.at_most * mg_per_unit if counts_mg and self.counted_in == "units" else self.at_most


@dataclass(frozen=True, slots=True)
class Regimen:
    """A schedule that the policy allows; all its limits must be kept."""

    name: str
    label: str
    citation: str
    limits: tuple[Limit, ...]


@dataclass(frozen=True, slots=True)
class AlsoGiven:
    """What a worked administration holds under another billing code."""

    hcpcs_code: str
    administered_units: Decimal
    jw_units: Decimal
    place: str | None = None


@dataclass(frozen=True, slots=True)
class PreviousAdministration:
    """An earlier administration of a worked dosing example."""

    hcpcs_code: str
    days_before: int
    administered_units: Decimal
    jw_units: Decimal


@dataclass(frozen=True, slots=True)
class DosingExample:
    """A worked administration and what the policy says of it. A null body size or place is an unknown one.

    facts: what its authorization documents; claims: those of other drugs around it; therapy: what follows of them.
    """

    title: str
    on: date
    bsa_m2: Decimal | None
    weight_kg: Decimal | None
    hcpcs_code: str
    administered_units: Decimal
    jw_units: Decimal
    jz: bool
    regimen: str | None
    exception_approved: bool
    authorized_days_before: int
    also: tuple[AlsoGiven, ...]
    previous: tuple[PreviousAdministration, ...]
    status: str
    breach_kind: str | None
    exceeded: tuple[str, ...]
    advisories: tuple[str, ...]
    unknown_reasons: tuple[str, ...]
    allowed_units: Mapping[str, int]
    excess_units: Decimal | None
    place: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    claims: tuple[ExampleClaim, ...] = ()
    therapy: Mapping[str, str] = field(default_factory=dict)

    def lines(self) -> list[AlsoGiven]:
        """What was given and discarded on the day under each code, the most units first, then the least code."""
        lines = [AlsoGiven(self.hcpcs_code, self.administered_units, self.jw_units, self.place), *self.also]
        return sorted(lines, key=lambda line: (-line.administered_units - line.jw_units, line.hcpcs_code))
