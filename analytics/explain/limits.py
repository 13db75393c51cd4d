"""Every limit's arithmetic for one administration, and what would have kept it."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from analytics.explain import queries
from analytics.explain.explanation import amount, units
from analytics.explain.queries import Row
from analytics.policy.model import Limit, Policy, Regimen, Version
from analytics.policy.outline import Line

if TYPE_CHECKING:
    from analytics.study import Study

_CAME = {1: "Kept", 0: "Can't be judged", -1: "Exceeded"}


class LimitStory:
    """What the limits of one administration were held against, read once."""

    def __init__(self, study: "Study", row: Row, policy: Policy, version: Version) -> None:
        self.row, self.policy, self.version = row, policy, version
        self.limits = queries.limits(study, row["administration_id"])
        self.body = queries.body(study, row["administration_id"])
        self.days = queries.treatment_days(study, row["person_id"], row["policy_id"])
        self.allowances = queries.allowances(study, row["policy_id"], row["mg_per_unit"])

    def passage(self, citation: str | None) -> str:
        """A citation, without the name of the policy's own document."""
        return (citation or "").removeprefix(f"{self.policy.documents[0].name}, ")

    def regimens(self) -> list[tuple[Regimen, list[tuple[Limit, Row]]]]:
        """The tested regimens in the policy's order, each with its limits and what came of them."""
        found = {(row["regimen"], row["limit_id"]): row for row in self.limits}
        told = []
        for regimen in self.version.regimens:
            pairs = [
                (limit, found[(regimen.name, limit.id)])
                for limit in regimen.limits
                if (regimen.name, limit.id) in found
            ]
            if pairs:
                told.append((regimen, pairs))
        return told

    def window(self, days: int, last: int | None = None) -> list[Row]:
        """The treatment days of a window of so many days, which ends on the administration's day or on `last`."""
        end = self.row["day_number"] if last is None else last
        return [day for day in self.days if end - days < day["day_number"] <= end]

    def ways(self) -> Iterator[str]:
        """What would have kept the limits, a sentence's end for each regimen that was not kept."""
        if self.row["status"] not in ("exceeds", "exception", "indeterminate"):
            return
        regimens = self.regimens()
        for regimen, pairs in regimens:
            missing = [way for limit, came in pairs if (way := self._way(limit, came))]
            if missing:
                under = f"under {regimen.name} " if len(regimens) > 1 else ""
                yield f"{under}{' and '.join(missing)}."

    def _way(self, limit: Limit, came: Row) -> str:
        if limit.advisory or came["result"] == 1:
            return ""
        if limit.kind == "dose":
            return self._way_of_dose(limit, came)
        until = self.earliest(limit)
        later = f"on or after {until}" if until else ""
        if limit.kind == "frequency":
            return later
        room = Decimal(str(came["allowed"])) - (Decimal(str(came["measured"])) - self.row_units())
        fewer = f"with at most {units(room)} billed on this day" if room > 0 else ""
        return " or ".join(way for way in (later, fewer) if way)

    def row_units(self) -> Decimal:
        """What was billed on the day under the policy, whichever payer paid."""
        today = next(day for day in self.days if day["day_number"] == self.row["day_number"])
        return Decimal(str(today["units"]))

    def _way_of_dose(self, limit: Limit, came: Row) -> str:
        if came["reason"] == "vial_rounding":
            return f"with at most {units(came['allowed'])} given; units billed as discarded (JW) don't count as given"
        if came["reason"] == "bsa_unknown":
            return f"with a body surface area of {amount(self.area_needed(limit))} m² or more on record"
        return f"with at most {units(came['allowed'])} given"

    def area_needed(self, limit: Limit) -> float:
        """The body surface area from which on the units given are within a dose per m², up to two decimals."""
        mg = (float(self.row["administered_units"]) - 1) * self.row["mg_per_unit"]
        # Allowed units are rounded up to the next whole one, so a hair more than one unit less is enough.
        return int(mg / float(limit.at_most) * 100 + 1e-9) / 100 + 0.01

    def earliest(self, limit: Limit) -> date | None:
        """The first day on which the same administration would keep a limit over time; None where none would."""
        span, most = limit.window_days or 0, limit.at_most
        today = self.row["day_number"]
        on: date = self.row["administered_on"]
        own = self.row_units() if limit.kind == "units" else Decimal(1)
        for later in range(span):
            before = [day for day in self.window(span, today + later) if day["day_number"] < today]
            taken = sum(Decimal(str(day["units" if limit.kind == "units" else "administrations"])) for day in before)
            if taken + own <= most:
                return on + timedelta(days=later)
        return None


def regimen_lines(story: LimitStory) -> Iterator[Line]:
    """The tested regimens with their limits; of several, one kept is enough."""
    told = story.regimens()
    lines = []
    for regimen, pairs in told:
        below = tuple(_limit(story, limit, came) for limit, came in pairs)
        lines.append(
            Line(
                f"{_CAME[pairs[0][1]['regimen_result']]}: {regimen.label}",
                regimen.name,
                story.passage(regimen.citation),
                below=below,
            )
        )
    if len(lines) > 1:
        yield Line("All limits of any one regimen must be kept", below=tuple(lines))
    else:
        yield from lines


def _limit(story: LimitStory, limit: Limit, came: Row) -> Line:
    name = limit.id + (" (advisory)" if limit.advisory else "")
    more = tuple(_dose(story, limit, came) if limit.kind == "dose" else _window(story, limit, came))
    return Line(f"{_CAME[came['result']]}: {limit.label}", name, story.passage(limit.citation), more)


def _dose(story: LimitStory, limit: Limit, came: Row) -> Iterator[str]:
    given, per_unit = amount(story.row["administered_units"]), story.row["mg_per_unit"]
    areas = [1.0] if limit.per == "flat" else sorted({story.body["bsa_low"], story.body["bsa_high"]})
    for area in areas:
        found = story.allowances[(float(limit.at_most), area)]
        most = f"{amount(limit.at_most)} mg"
        if limit.per != "flat":
            most = f"{most}/m² × {amount(area)} m² = {amount(float(limit.at_most) * area)} mg"
        vials = f"; the least whole vials for it hold {amount(found['vial_units'])}" if found["vial_units"] else ""
        allowed = f"{units(found['allowed_units'])} of {amount(per_unit)} mg, parts counted as whole"
        yield f"{most}: {allowed}{vials}; given {given}"
    if came["reason"] == "vial_rounding":
        yield (
            "The units over may be the rest of an opened vial: the claims say neither that drug was discarded (JW) nor "
            "that none was (JZ), so this can't be told from a dose too high."
        )


def _window(story: LimitStory, limit: Limit, came: Row) -> Iterator[str]:
    span = limit.window_days or 0
    on = story.row["administered_on"]
    column = "units" if limit.kind == "units" else "administrations"
    days = [day for day in story.window(span) if day[column]]
    listed = " + ".join(f"{amount(day[column])} on {day['treated_on']}" for day in days) or "nothing"
    total = f" = {amount(came['measured'])}" if len(days) > 1 else ""
    first = on - timedelta(days=span - 1)
    what = "billed units" if limit.kind == "units" else "administrations with a dose"
    yield f"{first} to {on} ({span} days), {what}: {listed}{total}, of at most {amount(came['allowed'])}"
    if limit.kind == "frequency" and not story.row["administered_units"]:
        yield "Nothing was given on the day, so it is kept."
