"""What would have kept the limits of one administration, all else being as it was."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from analytics.explain.explanation import amount, units
from analytics.explain.limits import LimitStory
from analytics.explain.queries import Row
from analytics.policy.dosing import Limit


def ways(story: LimitStory) -> Iterator[str]:
    """What would have kept the limits, a sentence's end for each regimen that was not kept."""
    if story.row["status"] == "within":
        return
    regimens = story.regimens()
    for regimen, pairs in regimens:
        missing = [way for limit, came in pairs if (way := _way(story, regimen.name, limit, came))]
        if missing:
            under = f"under {regimen.name} " if len(regimens) > 1 else ""
            yield f"{under}{' and '.join(missing)}."


def _way(story: LimitStory, regimen: str, limit: Limit, came: Row) -> str:
    if limit.advisory or came["result"] == 1:
        return ""
    if came["reason"] == "course_unknown":
        return "if an earlier extract showed which dose of its course it was"
    if limit.kind == "dose":
        return _way_of_dose(story, limit, came, story.doses[(regimen, limit.id)])
    until = _earliest(story, limit, came)
    later = f"on or after {until}" if until else ""
    if limit.kind == "frequency":
        return later
    room = Decimal(str(came["allowed"])) - (Decimal(str(came["measured"])) - _own(story, limit, came))
    what = "mg" if limit.counted_in == "mg" else "unit" if room == 1 else "units"
    fewer = f"with at most {amount(room)} {what} billed on this day" if room > 0 else ""
    return " or ".join(way for way in (later, fewer) if way)


def _way_of_dose(story: LimitStory, limit: Limit, came: Row, allowances: list[Row]) -> str:
    told = f"with at most {units(allowances[-1]['allowed_units'])} given"
    if came["reason"] == "vial_rounding":
        return f"{told}; units billed as discarded (JW) don't count as given"
    if came["reason"] == "bsa_unknown":
        needed = _size_needed(allowances[0])
        least = "" if needed is None else f" of {amount(int(needed * 100 + 1e-9) / 100 + 0.01)} m² or more"
        return f"with a body surface area{least} on record"
    if came["reason"] == "weight_unknown":
        needed = _size_needed(allowances[0])
        return "with a body weight" + ("" if needed is None else f" above {amount(needed)} kg") + " on record"
    return told


def _size_needed(allowance: Row) -> float | None:
    """The body size above which the units given are within the dose; None where whole vials decide."""
    if allowance["rounding"] == "whole_vial":
        return None
    # Allowed units are rounded up to the next whole one, so a hair more than one unit less is enough.
    return float(allowance["given_units"] - 1) * float(allowance["mg_per_unit"]) / float(allowance["amount"])


def _own(story: LimitStory, limit: Limit, came: Row) -> Decimal:
    """What the day itself adds to a limit over time, whichever payer paid."""
    if limit.kind == "frequency":
        return Decimal(1)
    today = next(day for day in story.days if day["day_number"] == story.row["day_number"])
    return Decimal(str(today["units"])) / Decimal(str(came["counted_per_shown"]))


def _earliest(story: LimitStory, limit: Limit, came: Row) -> date | None:
    """The first day on which the same administration would keep a limit over days; None where none would."""
    if limit.span is not None:
        return None
    on: date = story.row["administered_on"]
    today, span, most = story.row["day_number"], limit.window_days or 0, Decimal(str(came["allowed"]))
    column, per = ("units", came["counted_per_shown"]) if limit.kind == "units" else ("administrations", 1)
    for later in range(span):
        before = [day for day in story.window(span, today + later) if day["day_number"] < today]
        taken = sum((Decimal(str(day[column])) for day in before), Decimal(0)) / Decimal(str(per))
        if taken + _own(story, limit, came) <= most:
            return on + timedelta(days=later)
    return None
