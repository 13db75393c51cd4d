"""Worked administrations judged in plain Python, in mg throughout: it shares no code with the engine."""

from decimal import ROUND_CEILING, Decimal
from itertools import pairwise, product
from typing import NamedTuple

from analytics.policy.dosing import DosingExample, Limit, Regimen
from analytics.policy.model import Policy

#: The smallest and the largest body size to be expected.
EXPECTED = {
    "m2": (Decimal("1.2"), Decimal("2.71")),
    "kg": (Decimal(35), Decimal(140)),
    "flat": (Decimal(1), Decimal(1)),
}
UNKNOWN_SIZE = {"m2": "bsa_unknown", "kg": "weight_unknown"}


class Day(NamedTuple):
    """What was given and billed on a day so many days before the administration, in mg."""

    before: int
    given: Decimal
    billed: Decimal


class Judged:
    """One example's administration under one policy version, every window shortened by `grace` days."""

    def __init__(self, policy: Policy, example: DosingExample, grace: int = 0) -> None:
        self.policy, self.example, self.grace = policy, example, grace
        self.version = policy.version_on(example.on)
        self.tested = [r for r in self.version.regimens if example.regimen in (None, r.name)]
        self.unit = {each.hcpcs_code: each.mg_per_unit for each in policy.products}
        self.first = policy.products[0].mg_per_unit
        lines = [(example.hcpcs_code, example.administered_units, example.jw_units)]
        lines += [(also.hcpcs_code, also.administered_units, also.jw_units) for also in example.also]
        main = min(lines, key=lambda line: (-line[1] - line[2], line[0]))
        self.told, self.smallest = self.unit[main[0]], min(self.unit[code] for code, _, _ in lines)
        self.today = self.day(0, lines)
        self.days = [self.today] + [
            self.day(each.days_before, [(each.hcpcs_code, each.administered_units, each.jw_units)])
            for each in example.previous
        ]

    def day(self, before: int, lines: list[tuple[str, Decimal, Decimal]]) -> Day:
        given = sum((units * self.unit[code] for code, units, _ in lines), Decimal(0))
        discarded = sum((jw * self.unit[code] for code, _, jw in lines), Decimal(0))
        return Day(before, given, given + discarded)

    def number(self) -> int:
        """Which dose of its course the administration is."""
        gap, given = self.version.course_gap_days(), sorted(day.before for day in self.days if day.given > 0)
        ends = [place for place, (one, other) in enumerate(pairwise(given), start=1) if other - one > gap]
        return ends[0] if ends else len(given)

    def holds(self, limit: Limit) -> bool:
        if limit.from_dose is None:
            return True
        return limit.from_dose <= self.number() <= (limit.to_dose or 9999)

    def size(self, limit: Limit) -> Decimal | None:
        """What the dose limit is multiplied by; none where it is unknown."""
        sizes = {"m2": self.example.bsa_m2, "kg": self.example.weight_kg, "flat": Decimal(1)}
        return sizes[str(limit.per)]

    def sizes(self, limit: Limit) -> tuple[Decimal, Decimal]:
        """The size, from the smallest to the largest that it may be."""
        size = self.size(limit)
        return EXPECTED[str(limit.per)] if size is None else (size, size)

    def in_mg(self, limit: Limit) -> Decimal:
        return limit.at_most * (self.first if limit.counted_in == "units" else 1)

    def need(self, limit: Limit, size: Decimal) -> Decimal:
        """The exact dose that is allowed, in mg."""
        cap = {"m2": self.version.bsa_cap_m2, "kg": self.version.weight_cap_kg}.get(str(limit.per))
        size = size if cap is None else min(size, cap)
        return self.in_mg(limit) * size * (100 + (limit.round_percent or 0)) / 100

    def allowed(self, limit: Limit, size: Decimal) -> Decimal:
        """The most that may be given, in mg: whole units of the smallest of the day."""
        mg = self.need(limit, size)
        mg = self.held(mg) if limit.round_to == "whole_vial" else mg
        return (mg / self.smallest).to_integral_value(ROUND_CEILING) * self.smallest

    def held(self, mg: Decimal) -> Decimal:
        """The smallest sum of whole vials, in mg, that holds so much."""
        codes = {self.example.hcpcs_code, *(each.hcpcs_code for each in self.example.also), None}
        sizes = [vial.mg for vial in self.policy.vials if vial.hcpcs_code in codes]
        counts = product(*(range(int(mg // size) + 2) for size in sizes))
        sums = (sum((n * size for n, size in zip(many, sizes, strict=True)), Decimal(0)) for many in counts)
        return min(total for total in sums if total >= mg)

    def dose_at(self, limit: Limit, size: Decimal) -> int:
        if self.today.given <= self.allowed(limit, size):
            return 1
        attested = self.example.jz or self.today.billed > self.today.given
        if limit.round_to is not None or attested:
            return -1
        return 0 if self.today.given <= self.held(self.need(limit, size)) else -1

    def inside(self, limit: Limit) -> list[Day]:
        if limit.span == "lifetime":
            return self.days
        if limit.span == "authorization":
            return [day for day in self.days if day.before <= self.example.authorized_days_before]
        assert limit.window_days is not None
        if limit.cycles is not None:
            since = self.since(limit)
            since = 0 if self.grace and since >= limit.window_days - self.grace else since
            return [day for day in self.days if day.before <= since]
        return [day for day in self.days if day.before < limit.window_days - self.grace]

    def since(self, limit: Limit) -> int:
        """How many days ago the cycle began in which the administration stands."""
        length, given = limit.window_days or 0, sorted(day.before for day in self.days if day.given > 0)
        if limit.cycles == "authorization":
            return self.example.authorized_days_before % length
        if limit.cycles == "first_dose":
            return given[self.number() - 1] % length
        began = given[-1]
        for before in reversed(given):
            began = before if began - before >= length else began
        return began if began < length else 0

    def limit(self, limit: Limit) -> tuple[int, str | None]:
        """1 ok, 0 unknown or -1 exceeded, and why it is unknown."""
        if not self.holds(limit):
            return 1, None
        if limit.kind == "site_of_care":
            return self.site(limit)
        if limit.kind == "dose":
            smallest, largest = self.sizes(limit)
            if self.today.given <= self.allowed(limit, smallest):
                return 1, None
            if self.dose_at(limit, largest) == -1:
                return -1, None
            return 0, "vial_rounding" if self.size(limit) is not None else UNKNOWN_SIZE[str(limit.per)]
        if limit.kind == "units" and limit.per is not None:
            return self.cumulative(limit)
        if limit.kind == "units":
            return (-1 if sum(day.billed for day in self.inside(limit)) > self.in_mg(limit) else 1), None
        count = sum(1 for day in self.inside(limit) if day.given > 0)
        return (-1 if self.today.given > 0 and count > limit.at_most else 1), None

    def most(self, limit: Limit, size: Decimal) -> Decimal:
        """What may be given over time for a body of that size, in mg: rounded up to a unit, the smallest of the day."""
        return (self.need(limit, size) / self.smallest).to_integral_value(ROUND_CEILING) * self.smallest

    def cumulative(self, limit: Limit) -> tuple[int, str | None]:
        """What a body received over time; each dose of the sum may have been rounded up by less than a unit."""
        inside = [day.given for day in self.inside(limit) if day.given > 0]
        smallest, largest = self.sizes(limit)
        if self.today.given == 0 or sum(inside) <= self.most(limit, smallest):
            return 1, None
        others = inside.copy()
        others.remove(self.today.given)
        if sum(inside) > self.most(limit, largest) + sum(min(given, self.smallest) for given in others):
            return -1, None
        return 0, "unit_rounding" if self.size(limit) is not None else UNKNOWN_SIZE[str(limit.per)]

    def site(self, limit: Limit) -> tuple[int, str | None]:
        """Where the drug was given, as far as lines of units given name a place."""
        lines = [(self.example.administered_units, self.example.place)]
        lines += [(also.administered_units, also.place) for also in self.example.also]
        named = [place in limit.places for units, place in lines if units > 0 and place is not None]
        if self.today.given == 0 or (named and all(named)):
            return 1, None
        if not named:
            return 0, "place_unknown"
        return (0, "places_disagree") if any(named) else (-1, None)

    def deciding(self, regimen: Regimen) -> list[Limit]:
        return [limit for limit in regimen.limits if not limit.advisory]

    def value(self) -> int:
        return max(min(self.limit(limit)[0] for limit in self.deciding(r)) for r in self.tested)

    def exceeded(self) -> list[str]:
        limits = [limit for regimen in self.tested for limit in self.deciding(regimen)]
        return sorted(limit.id for limit in limits if self.limit(limit)[0] == -1)

    def advisories(self) -> list[str]:
        limits = [limit for regimen in self.tested for limit in regimen.limits if limit.advisory]
        return sorted(limit.id for limit in limits if self.limit(limit)[0] == -1)

    def reasons(self) -> list[str]:
        """Why regimens can't be told, those left out that are surely exceeded."""
        open_ = [r for r in self.tested if min(self.limit(limit)[0] for limit in self.deciding(r)) == 0]
        limits = [limit for regimen in open_ for limit in self.deciding(regimen)]
        return sorted({reason for limit in limits if (reason := self.limit(limit)[1]) is not None})

    def breach_kind(self) -> str:
        def breaks_dose(regimen: Regimen) -> bool:
            return any(limit.kind == "dose" and self.limit(limit)[0] == -1 for limit in self.deciding(regimen))

        if all(breaks_dose(regimen) for regimen in self.tested):
            return "over_dose"
        units = [limit for r in self.tested for limit in self.deciding(r) if limit.kind == "units"]
        if any(self.is_day_over(limit) for limit in units if self.holds(limit)):
            return "over_units"
        sites = ([limit for limit in self.deciding(r) if limit.kind == "site_of_care"] for r in self.tested)
        if all(any(self.limit(limit)[0] == -1 for limit in found) for found in sites):
            return "site"
        return "extra" if Judged(self.policy, self.example, grace=3).value() == -1 else "early"

    def is_day_over(self, limit: Limit) -> bool:
        """Whether what the day itself holds is over a limit that is exceeded."""
        if limit.per is not None:
            return self.limit(limit)[0] == -1 and self.today.given > self.most(limit, self.sizes(limit)[1])
        return self.today.billed > self.in_mg(limit)

    def excess(self) -> Decimal:
        """In units of the day's billing code."""
        mg = min(
            max(self.excess_of(limit) for limit in self.deciding(r) if self.limit(limit)[0] == -1) for r in self.tested
        )
        return mg / self.told

    def excess_of(self, limit: Limit) -> Decimal:
        if limit.kind == "site_of_care":
            return Decimal(0)
        if limit.kind == "dose":
            return self.today.given - self.allowed(limit, self.sizes(limit)[1])
        if limit.kind == "frequency":
            return self.today.given
        if limit.per is not None:
            given = sum((day.given for day in self.inside(limit)), Decimal(0))
            return min(given - self.most(limit, self.sizes(limit)[1]), self.today.given)
        billed = sum((day.billed for day in self.inside(limit)), Decimal(0))
        return min(billed - self.in_mg(limit), self.today.billed)
