"""What would have kept the limits of one administration, all else being as it was."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from analytics.explain.explanation import amount, units
from analytics.explain.limits import LimitStory
from analytics.explain.queries import Row
from analytics.policy.dosing import Limit
from analytics.policy.places import places_words


@dataclass(frozen=True, slots=True)
class Way:
    """What would have kept one limit: a later day, and what else would do on the day itself.

    `later` is the first such day; `until` the last one, where what it counts over ends.
    """

    later: date | None = None
    others: tuple[str, ...] = ()
    until: date | None = None

    def words(self) -> str:
        """The choices, as words; empty where there is none."""
        return " or ".join([*([f"on or after {self.later}"] if self.later else ()), *self.others])


def ways(story: LimitStory) -> Iterator[str]:
    """What would have kept the limits, a sentence for each regimen that was not kept."""
    if story.row["status"] == "within":
        return
    regimens = story.regimens()
    for regimen, pairs in regimens:
        missing = [(limit, _way(story, regimen.name, limit, came)) for limit, came in pairs if _is_open(limit, came)]
        under = f" under {regimen.name}" if len(regimens) > 1 else ""
        latest = max((way.later for _, way in missing if way.later and not way.others), default=None)
        told = [(limit, _with(way, latest)) for limit, way in missing]
        if hopeless := [limit.id for limit, way in told if not way.words()]:
            yield f"No smaller dose and no later day by itself would have kept {' and '.join(hopeless)}{under}."
        elif told:
            words = list(dict.fromkeys(way.words() for _, way in told))
            # Ways that are choices stand apart, so that nobody reads on from the one into the next.
            joined = "; and " if len(words) > 1 and any(" or " in word for word in words) else " and "
            yield f"It would have been within the limits{under} {joined.join(words)}."


def _with(way: Way, latest: date | None) -> Way:
    """A way beside a limit that a later day alone keeps: what an earlier day would keep, that day keeps too."""
    if latest is None or way.later is None:
        return way
    if way.until is not None and latest > way.until:
        return Way(None, way.others)
    return Way(latest) if way.later <= latest else way


def _is_open(limit: Limit, came: Row) -> bool:
    """Whether a limit that decides was not kept."""
    return not limit.advisory and came["result"] < 1


def _way(story: LimitStory, regimen: str, limit: Limit, came: Row) -> Way:
    """What would have kept a limit; no words where nothing of the day itself would."""
    if came["reason"] == "course_unknown":
        return Way(None, ("if an earlier extract showed which dose of its course it was",))
    if came["reason"] == "cycle_unknown":
        return Way(None, ("if an earlier extract showed where its cycle began",))
    if limit.kind == "site_of_care":
        # What lines leave open is not known to be wrong.
        named = ", with claim lines that all say so" if came["result"] == 0 else ""
        return Way(None, (f"given at {places_words(limit.places)}{named}",))
    if limit.kind == "dose":
        return Way(None, (_way_of_dose(story, came, story.doses[(regimen, limit.id)]),))
    if limit.is_cumulative:
        return _way_of_sum(story, limit, came, story.cumulative[(regimen, limit.id)])
    later, until = _later(story, regimen, limit, came)
    if limit.kind == "frequency" or came["measured"] is None:
        return Way(later, (), until)
    own = _own(story, limit, came)
    room = Decimal(str(came["allowed"])) - (Decimal(str(came["measured"])) - own)
    fewer = (f"with at most {_room(story, limit, room, own)} billed on this day",) if room > 0 else ()
    return Way(later, fewer, until)


def _later(story: LimitStory, regimen: str, limit: Limit, came: Row) -> tuple[date | None, date | None]:
    """The first later day that keeps a limit over time, and the last one where its cycles end with an authorization."""
    if limit.cycles is None:
        return _earliest(story, limit, came), None
    until = story.cycles[(regimen, limit.id)]["approved_to"] if limit.cycles == "authorization" else None
    return _next_cycle(story, regimen, limit, came), until


def _room(story: LimitStory, limit: Limit, room: Decimal, own: Decimal) -> str:
    """What was left of a limit, in units as they were billed on the day."""
    billed = Decimal(str(story.row["billed_units"]))
    if limit.counted_in == "mg" or own <= 0:
        return f"{amount(room)} mg" if limit.counted_in == "mg" else units(room)
    return units(Decimal(int(room * billed / own)) if own != billed else room)


def _way_of_dose(story: LimitStory, came: Row, allowances: list[Row]) -> str:
    """Units that would do whatever the body size is; and which size would do, where it is unknown."""
    least, most = (_told(story, allowances[place]) for place in (0, -1))
    told = f"with at most {units(least)} given"
    if came["reason"] == "vial_rounding":
        return f"{told}; units billed as discarded (JW) don't count as given"
    needed = _size_needed(story, allowances[0])
    if came["reason"] in ("bsa_unknown", "weight_unknown") and needed is not None:
        # Both are judged in two decimals.
        least_size = amount(int(needed * 100 + 1e-9) / 100 + 0.01)
        size = f"surface area of {least_size} m²" if came["reason"] == "bsa_unknown" else f"weight of {least_size} kg"
        return f"{told}, or with a body {size} or more on record"
    return told + (f" (up to {amount(most)} with a body size on record that allows it)" if most > least else "")


def _way_of_sum(story: LimitStory, limit: Limit, came: Row, sums: Row) -> Way:
    """A smaller dose, a later day, or a body size on record would do for what is given over time."""
    today, per = story.row["day_number"], float(came["counted_per_shown"])
    # An unknown body size is judged at the smallest: what does for it does for any.
    most = float(sums["amount"]) * float(sums["size_low"]) + float(sums["one_unit"]) * (1 - 1e-9)
    most -= most % float(sums["one_unit"])
    own = sum(day["given"] for day in story.given if day["day_number"] == today)
    room = most - (float(came["measured"]) * per - own)
    word = "mg" if limit.counted_in == "mg" else "units"
    others = [f"with at most {amount(round(room / per, 4))} {word} given on this day"] if room > 0 else []
    first = None
    for later in range(1, (limit.window_days or 0) + 1) if own <= most else ():
        since = today + later - (limit.window_days or 0)
        if sum(day["given"] for day in story.given if since < day["day_number"] < today) + own <= most:
            first = story.row["administered_on"] + timedelta(days=later)
            break
    if came["reason"] in ("bsa_unknown", "weight_unknown"):
        others.append("with a body size on record that allows it")
    return Way(first, tuple(others))


def _told(story: LimitStory, allowance: Row) -> Decimal:
    """The units that a dose allows, in units as the day is told, parts left out."""
    allowed = Decimal(str(allowance["allowed_units"]))
    per = Decimal(str(allowance["mg_per_unit"])) / Decimal(str(story.row["mg_per_unit"]))
    return allowed if per == 1 else Decimal(int(allowed * per))


def _size_needed(story: LimitStory, allowance: Row) -> float | None:
    """The body size above which the units given are within the dose; None where vials decide or a cap bars it."""
    if allowance["rounding"] == "whole_vial":
        return None
    # Allowed units are rounded up to the next whole one, so a hair more than one unit less is enough.
    needed = float(allowance["given_units"] - 1) * float(allowance["mg_per_unit"]) / float(allowance["amount"])
    cap = story.version.bsa_cap_m2 if allowance["dose_per"] == "m2" else story.version.weight_cap_kg
    return None if cap is not None and needed >= float(cap) else needed


def _own(story: LimitStory, limit: Limit, came: Row) -> Decimal:
    """What the administration itself adds to a limit over time."""
    if limit.kind == "frequency":
        return Decimal(1)
    return Decimal(str(story.row["counted_units"])) / Decimal(str(came["counted_per_shown"]))


def _next_cycle(story: LimitStory, regimen: str, limit: Limit, came: Row) -> date | None:
    """The first day of the next cycle, where the same administration would keep the limit there."""
    cycle = story.cycles[(regimen, limit.id)]
    if cycle["began_on"] is None or _own(story, limit, came) > Decimal(str(came["allowed"])):
        return None
    following: date = cycle["began_on"] + timedelta(days=limit.window_days or 0)
    # Cycles of an authorization end with it.
    return None if limit.cycles == "authorization" and following > cycle["approved_to"] else following


def _earliest(story: LimitStory, limit: Limit, came: Row) -> date | None:
    """The first later day on which the same administration would keep a limit over days; None where none would."""
    if limit.span is not None:
        return None
    on: date = story.row["administered_on"]
    today, span, most = story.row["day_number"], limit.window_days or 0, Decimal(str(came["allowed"]))
    column, per = ("units", came["counted_per_shown"]) if limit.kind == "units" else ("administrations", 1)
    own = _own(story, limit, came)
    for later in range(1, span + 1):
        before = [day for day in story.window(span, today + later) if day["day_number"] <= today]
        taken = sum((Decimal(str(day[column])) for day in before), Decimal(0)) / Decimal(str(per))
        # What another payer paid for on the day itself stays there.
        taken -= own if any(day["day_number"] == today for day in before) else 0
        if taken + own <= most:
            return on + timedelta(days=later)
    return None
