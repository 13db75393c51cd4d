"""Dosing limits: each limit three-valued, regimens by any, limits by all; kind and size of a breach."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from functools import cache
from itertools import product

from tests.reference.bodies import approvals, body_surface, body_weight, covering
from tests.reference.claims import Administration, administrations
from tests.reference.numbers import cents
from tests.reference.policies import CODES, VIALS, Limit
from tests.reference.reading import Extract
from tests.reference.schema import Row

OK, UNKNOWN, EXCEEDED = 1, 0, -1
WORDS = {OK: "ok", UNKNOWN: "unknown", EXCEEDED: "exceeded"}
EARLY_DAYS = 3
WEIGHTS = (Decimal(35), Decimal(140))  # kg: smallest and largest, for one unknown


@dataclass(frozen=True)
class Verdict:
    """One limit of one tested regimen on one administration."""

    regimen: str
    limit: Limit
    value: int
    measured: Decimal | None
    allowed: Decimal | None
    reason: str | None = None
    excess: Decimal = Decimal(0)


@dataclass(eq=False)
class Dose:
    """An administration with what judges it."""

    administration: Administration
    cover: Row | None
    bsa: Decimal | None
    bsa_source: str | None
    expected: tuple[Decimal, Decimal]  # smallest and largest BSA, for one unknown
    window: list[Administration]  # of the person, drug and policy, all payers
    weight: Decimal | None = None
    hidden_before: date = date.max  # the extract's first day
    covers: dict[int, Row | None] = field(default_factory=dict)  # by the id() of each administration

    def tested(self) -> dict[str, tuple[Limit, ...]]:
        regimens = self.administration.policy.in_force(self.administration.on).regimens
        named = self.cover["regimen"] if self.cover is not None else None
        return {named: regimens[named]} if named in regimens else regimens

    def verdicts(self, grace: int = 0, tolerance: int = 0) -> list[Verdict]:
        """Every limit of the tested regimens, windows `grace` days shorter, doses `tolerance` % higher."""
        found = []
        for regimen, limits in self.tested().items():
            for limit in limits:
                may, must = self.holds(limit)
                if may:
                    is_dose = limit.kind == "dose"
                    verdict = (
                        self._dose(regimen, limit, tolerance) if is_dose else self._windowed(regimen, limit, grace)
                    )
                    if verdict.value == EXCEEDED and not must:
                        verdict = replace(verdict, value=UNKNOWN, reason="course_unknown", excess=Decimal(0))
                    found.append(verdict)
        return found

    def holds(self, limit: Limit) -> tuple[bool, bool]:
        """Whether the limit may hold for this dose of its course, and whether it must."""
        if limit.span == "authorization" and self.cover is None:
            return False, False
        if limit.doses is None:
            return True, True
        number, _, is_known = self.course()
        first, final = limit.doses
        return (first <= number <= final,) * 2 if is_known else (number <= final, False)

    def course(self) -> tuple[int, date, bool]:
        """Which dose of its course it is, the day of the course's first, and whether none before it may be hidden."""
        gap = timedelta(days=self.administration.policy.in_force(self.administration.on).course_days)
        days = sorted({other.on for other in self.window if other.on <= self.administration.on})
        given = {other.on for other in self.window if other.administered > 0}
        last, number, is_first_course = days[0], 0, True
        began = self.administration.on
        for day in days:
            if day - last > gap:
                number, is_first_course, began = 0, False, self.administration.on
            if day in given:
                began = began if number else day
                number, last = number + 1, day
        return max(number, 1), began, not is_first_course or days[0] - self.hidden_before > gap

    def cycle(self, limit: Limit) -> date | None:
        """The first day of the cycle in which it stands; none where that can't be told."""
        on, length = self.administration.on, timedelta(days=limit.window)
        if limit.cycles == "greedy":
            return self.greedy_cycle(length)
        if limit.cycles == "authorization":
            began = self.cover["approved_from"] if self.cover is not None else None
        else:
            _, first, is_known = self.course()
            began = first if is_known else None
        while began is not None and began + length <= on:
            began += length
        return began

    def greedy_cycle(self, length: timedelta) -> date | None:
        on = self.administration.on
        given = sorted({other.on for other in self.window if other.administered > 0 and other.on <= on})
        began, last, is_known = None, self.hidden_before - timedelta(days=1), False
        for day in given:
            # So long after any dose before, hidden ones included, a cycle surely begins.
            is_known = is_known or day - last >= length
            last = day
            if began is None or began + length <= day:
                began = day
        if not is_known or began is None:
            return None
        return began if on < began + length else on

    def _dose(self, regimen: str, limit: Limit, tolerance: int) -> Verdict:
        amount = limit.amount * (100 + limit.percent) * (100 + tolerance) / 10000
        given = self.administration.administered
        known = {"m2": self.bsa, "kg": self.weight, "flat": Decimal(1)}[limit.per]
        expected = self.expected if limit.per == "m2" else WEIGHTS
        smallest, largest = (known, known) if known is not None else expected
        units = allowed_units(amount, smallest, limit)
        if given <= units:
            return Verdict(regimen, limit, OK, given, units)
        units = allowed_units(amount, largest, limit)
        excused = (
            limit.round_to != "whole_unit"
            and not self.administration.attested
            and given * CODES["J9207"] <= vials_holding(amount * largest)
        )
        if given > units and not excused:
            return Verdict(regimen, limit, EXCEEDED, given, units, excess=given - units)
        if known is None:
            return Verdict(
                regimen, limit, UNKNOWN, given, None, "bsa_unknown" if limit.per == "m2" else "weight_unknown"
            )
        return Verdict(regimen, limit, UNKNOWN, given, units, "vial_rounding")

    def _inside(self, limit: Limit, grace: int) -> list[Administration]:
        """The administrations that a limit over time counts."""
        so_far = [other for other in self.window if other.on <= self.administration.on]
        if limit.span == "lifetime":
            return so_far
        if limit.span == "authorization":
            return [other for other in so_far if self.covers[id(other)] is self.cover]
        first = self.administration.on - timedelta(days=limit.window - grace - 1)
        return [other for other in so_far if first <= other.on]

    def _cycled(self, regimen: str, limit: Limit, grace: int) -> Verdict:
        """In a cycle; where it began can't be told, by every day on which it may have begun."""
        on, given = self.administration.on, self.administration.administered
        known = self.cycle(limit)
        starts = [known] if known is not None else [on - timedelta(days=n) for n in range(limit.window)]
        measured = []
        for start in starts:
            # The last days of a cycle, as many as those of grace, count as if the next one had begun.
            is_late = known is not None and on - start >= timedelta(days=limit.window - grace)
            began = on if grace and is_late else start
            inside = [other for other in self.window if began <= other.on <= on]
            counted = (other.billed if limit.kind == "units" else Decimal(other.administered > 0) for other in inside)
            measured.append(sum(counted, Decimal(0)))
        least, most = min(measured), max(measured)
        if most <= limit.amount or (limit.kind == "frequency" and given <= 0):
            return Verdict(regimen, limit, OK, most, limit.amount)
        if least <= limit.amount:
            reason = "no_authorization" if limit.cycles == "authorization" else "cycle_unknown"
            return Verdict(regimen, limit, UNKNOWN, None, limit.amount, reason)
        excess = given if limit.kind == "frequency" else min(least - limit.amount, self.administration.billed)
        return Verdict(regimen, limit, EXCEEDED, least, limit.amount, excess=excess)

    def _windowed(self, regimen: str, limit: Limit, grace: int) -> Verdict:
        if limit.cycles is not None:
            return self._cycled(regimen, limit, grace)
        inside = self._inside(limit, grace)
        given = self.administration.administered
        if limit.kind == "units":
            measured = sum((other.billed for other in inside), Decimal(0))
            is_ok, excess = measured <= limit.amount, min(measured - limit.amount, self.administration.billed)
        else:
            measured = Decimal(sum(1 for other in inside if other.administered > 0))
            is_ok, excess = given <= 0 or measured <= limit.amount, given
        if is_ok:
            return Verdict(regimen, limit, OK, measured, limit.amount)
        return Verdict(regimen, limit, EXCEEDED, measured, limit.amount, excess=excess)

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
        over_dose = {v.regimen for v in verdicts if v.limit.kind == "dose" and _counts(v)}
        if over_dose == set(self.tested()):
            return "over_dose"
        billed = self.administration.billed
        if any(v.limit.kind == "units" and _counts(v) and billed > v.limit.amount for v in verdicts):
            return "over_units"
        return "early" if self.value(self.verdicts(grace=EARLY_DAYS)) != EXCEEDED else "extra"

    def excess(self, verdicts: list[Verdict]) -> Decimal:
        """The least over the tested regimens of each one's greatest exceeded limit."""
        return min(max(v.excess for v in verdicts if v.regimen == regimen and _counts(v)) for regimen in self.tested())


def _counts(verdict: Verdict) -> bool:
    return verdict.value == EXCEEDED and not verdict.limit.advisory


def allowed_units(amount: Decimal, size: Decimal, limit: Limit) -> Decimal:
    """Whole units of a dose in mg per m2, per kg or flat, or those of the vials that hold it."""
    mg = vials_holding(amount * size) if limit.round_to == "whole_vial" else amount * size
    return (mg / CODES["J9207"]).to_integral_value(ROUND_CEILING)


@cache
def vials_holding(need: Decimal) -> Decimal:
    """The smallest sum of whole vials, in mg, that holds the need."""
    most = [int(need // vial) + 2 for vial in VIALS]
    sums = (
        sum((vial * n for vial, n in zip(VIALS, counts, strict=True)), Decimal(0))
        for counts in product(*(range(n) for n in most))
    )
    return min(total for total in sums if total >= need)


def doses(extract: Extract, bsa_smallest: float, bsa_largest: float) -> list[Dose]:
    """Every administration, ready to be judged."""
    given = administrations(extract)
    approved = approvals(extract)
    claimed = [row["service_date"] for row in extract.rows["medical_claim"] if row["service_date"] is not None]
    # Nothing is given where nothing was claimed in time.
    starts = min((day for day in claimed if day <= extract.as_of), default=extract.as_of)
    found = []
    covers = {id(administration): covering(administration, approved) for administration in given}
    for administration in given:
        cover = covers[id(administration)]
        known = body_surface(extract, administration, cover)
        cap = administration.policy.in_force(administration.on).cap
        expected = [Decimal(str(size)) for size in (bsa_smallest, bsa_largest)]
        smallest, largest = (min(size, cap) if cap is not None else size for size in expected)
        same = [
            other for other in given if other.person == administration.person and other.policy is administration.policy
        ]
        bsa, source = known if known is not None else (None, None)
        found.append(
            Dose(
                administration,
                cover,
                bsa,
                source,
                (smallest, largest),
                same,
                body_weight(extract, administration),
                starts,
                covers,
            )
        )
    return found


def administration_row(dose: Dose, extract: Extract, extract_starts: date) -> dict[str, object]:
    """The row of the `administration` table."""
    a = dose.administration
    verdicts = dose.verdicts()
    status = dose.status(verdicts)
    exceeding = status in ("exceeds", "exception")
    excess = dose.excess(verdicts) if exceeding else Decimal(0)
    amount = a.allowed_amount
    share = Fraction(excess) / Fraction(a.billed)
    version = a.policy.in_force(a.on)
    unknown = {v.reason for v in verdicts if v.value == UNKNOWN and not v.limit.advisory}
    return {
        "policy_id": a.policy.id,
        "policy_version": version.name,
        "payer": a.payer,
        "person_id": a.person,
        "hcpcs_code": a.code,
        "administered_on": a.on,
        "claim_ids": a.claim_ids,
        "billed_units": a.billed,
        "administered_units": a.administered,
        "wasted_units": a.wasted,
        "waste_attested": a.attested,
        "dose_mg": float(a.administered * CODES[a.code]),
        "flags": a.flags(),
        "bsa_m2": float(dose.bsa) if dose.bsa is not None else None,
        "bsa_source": dose.bsa_source,
        "dose_mg_per_m2": float(a.administered / dose.bsa) if dose.bsa is not None else None,
        "authorization_id": dose.cover["authorization_id"] if dose.cover is not None else None,
        "status": status,
        "breach_kind": dose.breach_kind(verdicts) if exceeding else None,
        "exceeded_limits": sorted({v.limit.id for v in verdicts if _counts(v)}) if exceeding else [],
        "advisories": sorted({v.limit.id for v in verdicts if v.value == EXCEEDED and v.limit.advisory}),
        "unknown_reasons": sorted(str(r) for r in unknown) if status == "indeterminate" else [],
        "excess_units": excess,
        "allowed_amount": amount,
        "excess_allowed_amount": cents(Fraction(amount) * share) if amount is not None else None,
        "window_truncated": a.on - timedelta(days=version.longest_window() - 1) < extract_starts,
    }


def limit_rows(dose: Dose) -> list[dict[str, object]]:
    """The rows of the `limit_result` table: the limits of the tested regimens."""
    a = dose.administration
    return [
        {
            "policy_id": a.policy.id,
            "policy_version": a.policy.in_force(a.on).name,
            "payer": a.payer,
            "person_id": a.person,
            "hcpcs_code": a.code,
            "administered_on": a.on,
            "regimen": v.regimen,
            "limit_id": v.limit.id,
            "measured": v.measured,
            "allowed": v.allowed,
            "result": WORDS[v.value],
            "reason": v.reason,
        }
        for v in dose.verdicts()
    ]
