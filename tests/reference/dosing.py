"""Dosing limits: each limit three-valued, regimens by any, limits by all; kind and size of a breach."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import product
from math import ceil

from tests.reference.bodies import approvals, body_surface, body_weight, covering
from tests.reference.claims import Administration, administrations
from tests.reference.courses import Treatment
from tests.reference.facts import Facts
from tests.reference.reading import Extract
from tests.reference.rules import FOREVER, Limit
from tests.reference.schema import Row

OK, UNKNOWN, EXCEEDED = 1, 0, -1
WORDS = {OK: "ok", UNKNOWN: "unknown", EXCEEDED: "exceeded"}
EARLY_DAYS = 3
SIZE_UNKNOWN = {"m2": "bsa_unknown", "kg": "weight_unknown"}
WEIGHTS = (Decimal(35), Decimal(140))  # kg: smallest and largest, for one unknown


@dataclass(frozen=True)
class Verdict:
    """One limit of one tested regimen on one administration."""

    regimen: str
    limit: Limit
    value: int
    measured: Fraction | None
    allowed: Fraction | None
    reason: str | None = None
    excess: Fraction = Fraction(0)


@dataclass(eq=False)
class Dose(Treatment):
    """An administration with what judges it."""

    bsa: Decimal | None
    bsa_source: str | None
    weight: Decimal | None
    expected: dict[str, tuple[Decimal, Decimal]]  # smallest and largest BSA (m2) and weight (kg), for an unknown one
    allowed: frozenset[str] | None  # regimens of the cover's indication; None: all
    covers: dict[int, Row | None]  # by the id() of each administration

    def tested(self) -> dict[str, tuple[Limit, ...]]:
        regimens = self.administration.policy.in_force(self.administration.on).regimens
        if self.allowed is not None:
            regimens = {name: limits for name, limits in regimens.items() if name in self.allowed}
        named = self.cover["regimen"] if self.cover is not None else None
        return {named: regimens[named]} if named in regimens else regimens

    def verdicts(self, grace: int = 0, tolerance: int = 0) -> list[Verdict]:
        """Every limit of the tested regimens, windows `grace` days shorter, doses `tolerance` % higher."""
        found = []
        for regimen, limits in self.tested().items():
            for limit in limits:
                may, must = self.holds(limit)
                if may:
                    verdict = self._verdict(regimen, limit, grace, tolerance)
                    if verdict.value == EXCEEDED and not must:
                        verdict = replace(verdict, value=UNKNOWN, reason="course_unknown", excess=Fraction(0))
                    found.append(verdict)
        return found

    def _verdict(self, regimen: str, limit: Limit, grace: int, tolerance: int) -> Verdict:
        if limit.kind == "dose":
            return self._dose(regimen, limit, tolerance)
        if limit.kind == "cumulative":
            return self._cumulative(regimen, limit, grace)
        return self._site(regimen, limit) if limit.kind == "site_of_care" else self._windowed(regimen, limit, grace)

    def holds(self, limit: Limit) -> tuple[bool, bool]:
        """Whether the limit may hold for this dose of its course, and whether it must."""
        if limit.span == "authorization" and self.cover is None:
            return False, False
        if limit.doses is None:
            return True, True
        number, _, is_known = self.course()
        first, final = limit.doses
        if is_known:
            return (first <= number <= final,) * 2
        # Hidden doses can only add to the number.
        return number <= final, first <= number and final == FOREVER

    def _dose(self, regimen: str, limit: Limit, tolerance: int) -> Verdict:
        amount = Fraction(limit.amount * limit.mg_each) * (100 + limit.percent) * (100 + tolerance) / 10000
        a = self.administration
        given, vials = a.administered, a.vials
        known, smallest, largest = self._sizes(limit)
        units = allowed_units(amount * smallest, a, limit)
        if given <= units:
            return Verdict(regimen, limit, OK, given, units)
        units = allowed_units(amount * largest, a, limit)
        excused = (
            limit.round_to != "whole_unit" and not a.attested and a.administered_mg <= holding(amount * largest, vials)
        )
        if given > units and not excused:
            return Verdict(regimen, limit, EXCEEDED, given, units, excess=given - units)
        if not known:
            return Verdict(regimen, limit, UNKNOWN, given, None, SIZE_UNKNOWN[limit.per])
        return Verdict(regimen, limit, UNKNOWN, given, units, "vial_rounding")

    def _sizes(self, limit: Limit) -> tuple[bool, Fraction, Fraction]:
        """Whether the body size is known, and the smallest and the largest that it may be."""
        size = {"m2": self.bsa, "kg": self.weight, "flat": Decimal(1)}[limit.per]
        smallest, largest = (size, size) if size is not None else self.expected[limit.per]
        return size is not None, Fraction(smallest), Fraction(largest)

    def _cumulative(self, regimen: str, limit: Limit, grace: int) -> Verdict:
        """What was given over time, held to the body size of the day."""
        a, mg_each = self.administration, Fraction(limit.mg_each)
        inside = [other for other in self._inside(limit, grace) if other.administered_mg > 0]
        given = sum((Fraction(other.administered_mg) for other in inside), Fraction(0))
        known, smallest, largest = self._sizes(limit)
        unit = Fraction(a.finest_mg)
        least, most = (ceil(Fraction(limit.amount) * mg_each * size / unit) * unit for size in (smallest, largest))
        if given <= least or a.administered_mg <= 0:
            return Verdict(regimen, limit, OK, given / mg_each, least / mg_each)
        # Every other dose may have been rounded up too, by less than one of its own units, and by less than all of it.
        by_rounding = sum(
            (Fraction(min(other.finest_mg, other.administered_mg)) for other in inside if other is not a), Fraction(0)
        )
        if given > most + by_rounding:
            excess = min((given - most) / Fraction(a.mg_per_unit), a.administered)
            return Verdict(regimen, limit, EXCEEDED, given / mg_each, most / mg_each, excess=excess)
        if not known:
            return Verdict(regimen, limit, UNKNOWN, given / mg_each, None, SIZE_UNKNOWN[limit.per])
        return Verdict(regimen, limit, UNKNOWN, given / mg_each, most / mg_each, "unit_rounding")

    def _site(self, regimen: str, limit: Limit) -> Verdict:
        a, none = self.administration, Fraction(0)
        if a.administered_mg <= 0:
            return Verdict(regimen, limit, OK, none, none)
        if not a.places:
            return Verdict(regimen, limit, UNKNOWN, None, none, "place_unknown")
        if a.places <= limit.places:
            return Verdict(regimen, limit, OK, none, none)
        if a.places & limit.places:
            return Verdict(regimen, limit, UNKNOWN, None, none, "places_disagree")
        return Verdict(regimen, limit, EXCEEDED, Fraction(1), none)

    def _inside(self, limit: Limit, grace: int) -> list[Administration]:
        """The administrations that a limit over time counts."""
        so_far = [other for other in self.window if other.on <= self.administration.on]
        if limit.span == "lifetime":
            return so_far
        if limit.span == "authorization":
            return [other for other in so_far if self.covers[id(other)] is self.cover]
        first = self.administration.on - timedelta(days=limit.window - limit.grace - grace - 1)
        return [other for other in so_far if first <= other.on]

    def _windowed(self, regimen: str, limit: Limit, grace: int) -> Verdict:
        a, amount = self.administration, Fraction(limit.amount)
        if limit.cycles is not None:
            least, most = self._cycled(limit, grace)
        else:
            least = most = _counted(limit, self._inside(limit, grace))
        if most <= amount or (limit.kind == "frequency" and a.administered_mg <= 0):
            return Verdict(regimen, limit, OK, most, amount)
        if least <= amount:
            reason = "no_authorization" if limit.cycles == "authorization" else "cycle_unknown"
            return Verdict(regimen, limit, UNKNOWN, None, amount, reason)
        over = (least - amount) * Fraction(limit.mg_each) / Fraction(a.mg_per_unit)
        excess = a.administered if limit.kind == "frequency" else min(over, a.billed)
        return Verdict(regimen, limit, EXCEEDED, least, amount, excess=excess)

    def _cycled(self, limit: Limit, grace: int) -> tuple[Fraction, Fraction]:
        """What a cycle counts, at least and at most: where it began can't be told, by every day that it may have."""
        on = self.administration.on
        known = self.cycle(limit)
        starts = [known] if known is not None else [on - timedelta(days=n) for n in range(limit.window)]
        measured = []
        for start in starts:
            # The last days of a cycle, as many as those of grace, count as if the next one had begun.
            is_late = known is not None and on - start >= timedelta(days=limit.window - grace)
            began = on if grace and is_late else start
            measured.append(_counted(limit, [other for other in self.window if began <= other.on <= on]))
        return min(measured), max(measured)

    def value(self, verdicts: list[Verdict]) -> int:
        """Any regimen, of all its limits that are not advisory."""
        return max(
            min(v.value for v in verdicts if v.regimen == regimen and not v.limit.advisory) for regimen in self.tested()
        )

    def status(self, verdicts: list[Verdict]) -> str:
        value = self.value(verdicts)
        if value != EXCEEDED:
            return "within" if value == OK else "indeterminate"
        excepted = self.cover is not None and self.cover["exception_approved"] is True
        return "exception" if excepted else "exceeds"

    def breach_kind(self, verdicts: list[Verdict]) -> str:
        over_dose = {v.regimen for v in verdicts if v.limit.kind == "dose" and counts(v)}
        if over_dose == set(self.tested()):
            return "over_dose"
        if any(counts(v) and self._alone_over(v) for v in verdicts):
            return "over_units"
        if {v.regimen for v in verdicts if v.limit.kind == "site_of_care" and counts(v)} == set(self.tested()):
            return "site"
        return "early" if self.value(self.verdicts(grace=EARLY_DAYS)) != EXCEEDED else "extra"

    def _alone_over(self, verdict: Verdict) -> bool:
        """Whether the day's own units pass what a limit on units allows."""
        limit, a = verdict.limit, self.administration
        if limit.kind == "cumulative":
            assert verdict.allowed is not None, "what is exceeded has its bound"
            return Fraction(a.administered_mg) / Fraction(limit.mg_each) > verdict.allowed
        return limit.kind == "units" and _counted(limit, [a]) > limit.amount

    def excess(self, verdicts: list[Verdict]) -> Fraction:
        """The least over the tested regimens of each one's greatest exceeded limit."""
        return min(max(v.excess for v in verdicts if v.regimen == regimen and counts(v)) for regimen in self.tested())


def counts(verdict: Verdict) -> bool:
    return verdict.value == EXCEEDED and not verdict.limit.advisory


def _counted(limit: Limit, inside: list[Administration]) -> Fraction:
    """Administrations with a dose, or what was billed in what the limit counts."""
    if limit.kind == "frequency":
        return Fraction(sum(1 for other in inside if other.administered_mg > 0))
    return sum((Fraction(other.billed_mg) for other in inside), Fraction(0)) / Fraction(limit.mg_each)


def allowed_units(mg: Fraction, administration: Administration, limit: Limit) -> Fraction:
    """A dose rounded up to the finest units of the day, or to the vials that hold it; told in units of the code."""
    if limit.round_to == "whole_vial":
        mg = holding(mg, administration.vials)
    finest = Fraction(administration.finest_mg)
    return ceil(mg / finest) * finest / Fraction(administration.mg_per_unit)


@cache
def holding(need: Fraction, vials: tuple[Decimal, ...]) -> Fraction:
    """The smallest sum of whole vials, in mg, that holds the need."""
    sizes = [Fraction(vial) for vial in vials]
    many = (range(int(need // size) + 2) for size in sizes)
    sums = (sum((n * size for n, size in zip(each, sizes, strict=True)), Fraction(0)) for each in product(*many))
    return min(total for total in sums if total >= need)


def doses(extract: Extract, facts: Facts, bsa_smallest: float, bsa_largest: float) -> list[Dose]:
    """Every administration, ready to be judged."""
    given = administrations(extract)
    approved = approvals(extract)
    claimed = [row["service_date"] for row in extract.rows["medical_claim"] if row["service_date"] is not None]
    # Nothing is given where nothing was claimed in time.
    starts = min((day for day in claimed if day <= extract.as_of), default=extract.as_of)
    found = []
    covers = {id(administration): covering(administration, approved) for administration in given}
    of_person = defaultdict(list)
    for administration in given:
        of_person[administration.person, administration.policy.id].append(administration)
    areas = (Decimal(str(bsa_smallest)), Decimal(str(bsa_largest)))
    for a in given:
        cover, version = covers[id(a)], a.policy.in_force(a.on)
        picked = facts.indication(cover)[0] if cover is not None else None
        # By its name: the version of the dose's day may allow it other regimens than the decision's, or not have it.
        indication = next((each for each in version.indications if picked and each.name == picked.name), None)
        bsa, source = body_surface(extract, a, cover) or (None, None)
        expected = {"m2": _capped(areas, version.cap), "kg": _capped(WEIGHTS, version.weight_cap)}
        allowed = indication.regimens if indication is not None else None
        others, weight = of_person[a.person, a.policy.id], body_weight(extract, a)
        found.append(Dose(a, cover, others, starts, bsa, source, weight, expected, allowed, covers))
    return found


def _capped(sizes: tuple[Decimal, Decimal], cap: Decimal | None) -> tuple[Decimal, Decimal]:
    smallest, largest = sizes
    return (smallest, largest) if cap is None else (min(smallest, cap), min(largest, cap))
