"""Every limit's arithmetic for one administration, in words."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from math import ceil
from typing import TYPE_CHECKING, Any

from analytics.explain import queries
from analytics.explain.explanation import amount, units
from analytics.explain.queries import Row
from analytics.policy.dosing import PER_WORDS, Limit, Regimen
from analytics.policy.model import Policy, Version
from analytics.policy.outline import Line, passage_of
from analytics.policy.places import named_place, places_words
from analytics.policy.saying import limit_notes, measure, number, several
from analytics.policy.vials import fewest, set_by_code, sizes_of

if TYPE_CHECKING:
    from analytics.study import Study

_CAME = {1: "Kept", 0: "Can't be judged", -1: "Exceeded"}
_SIZES = {"m2": "m²", "kg": "kg"}
#: So many days of a sum are listed, the latest; those before them are one number.
_FEW = 12


class LimitStory:
    """What the limits of one administration were held against, read once."""

    def __init__(self, study: "Study", row: Row, policy: Policy, version: Version) -> None:
        self.row, self.policy, self.version = row, policy, version
        self.limits = queries.limits(study, row["administration_id"])
        self.doses = queries.doses(study, row["administration_id"])
        self.body = queries.body(study, row["administration_id"])
        self.weight = queries.weight(study, row["administration_id"])
        self.cycles = queries.cycles(study, row["administration_id"])
        self.course = queries.course(study, row)
        self.places = queries.places(study, row["administration_id"])
        self.cumulative = queries.cumulative(study, row["administration_id"])
        self.given = queries.given_days(study, row) if self.cumulative else []
        self.days = queries.treatment_days(study, row["person_id"], row["policy_id"])
        spans = {limit.span for _, pairs in self.regimens() for limit, _ in pairs if not limit.is_cumulative}
        self.covered = queries.covered_days(study, row) if "authorization" in spans else []

    def passage(self, citation: str | None) -> str:
        """A citation, without the name of the policy's own document."""
        return passage_of(self.policy, citation)

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

    def began(self, regimen: Regimen, limit: Limit) -> date | None:
        """The first day of the cycle that a limit counts in; None where it counts in none, or that can't be told."""
        cycle = self.cycles.get((regimen.name, limit.id))
        return None if cycle is None else cycle["began_on"]

    def window(self, days: int, last: int | None = None) -> list[Row]:
        """The treatment days of a window of so many days, which ends on the administration's day or on `last`."""
        end = self.row["day_number"] if last is None else last
        return [day for day in self.days if end - days < day["day_number"] <= end]


def regimen_lines(story: LimitStory) -> Iterator[Line]:
    """The tested regimens with their limits; of several, one kept is enough."""
    lines = []
    for regimen, pairs in story.regimens():
        below = tuple(_limit(story, regimen, limit, came) for limit, came in pairs)
        came = _CAME[pairs[0][1]["regimen_result"]]
        lines.append(Line(f"{came}: {regimen.label}", regimen.name, story.passage(regimen.citation), below=below))
    if len(lines) > 1:
        yield Line("All limits of any one regimen must be kept", below=tuple(lines))
    else:
        yield from lines


def counts(limit: Limit) -> str:
    """What a limit over time counts, as words."""
    if limit.kind == "frequency":
        return "administrations with a dose"
    return "mg" if limit.counted_in == "mg" else "billed units"


def _limit(story: LimitStory, regimen: Regimen, limit: Limit, came: Row) -> Line:
    name = limit.id + (" (advisory)" if limit.advisory else "")
    if limit.kind == "site_of_care":
        told = _site(story, limit)
    elif limit.is_cumulative:
        told = _cumulative(story, limit, came, story.cumulative[(regimen.name, limit.id)])
    elif limit.kind == "dose":
        told = _dose(story, limit, came, story.doses[(regimen.name, limit.id)])
    else:
        told = _total(story, limit, came) if limit.span else _window(story, limit, came, story.began(regimen, limit))
    notes = (f"{note[:1].upper()}{note[1:]}." for note in limit_notes(limit, story.policy))
    more = (*told, *_phase(story, limit, came), *notes)
    return Line(f"{_CAME[came['result']]}: {limit.label}", name, story.passage(limit.citation), more)


def _dose(story: LimitStory, limit: Limit, came: Row, allowances: list[Row]) -> Iterator[str]:
    for found in allowances:
        allowed = _allowed(story, found)
        yield f"{_product(story, limit, found)}: {allowed}; given {amount(found['given_units'])}"
    if came["reason"] == "vial_rounding":
        yield (
            "The units over may be the rest of an opened vial: the claims say neither that drug was discarded (JW) nor "
            "that none was (JZ), so this can't be told from a dose too high."
        )


def _product(story: LimitStory, limit: Limit, found: Row) -> str:
    """A dose as the policy states it, times what it is multiplied by, in mg."""
    factors = [f"{amount(limit.at_most)} {measure(limit)}"]
    if limit.counted_in == "units":
        factors.append(f"{amount(story.policy.products[0].mg_per_unit)} mg")
    if limit.round_percent:
        ones, _, parts = number(1 + limit.round_percent / 100).partition(".")
        factors.append(f"{ones}.{parts:0<2}")
    if (size := _SIZES.get(found["dose_per"])) is not None:
        factors.append(f"{amount(found['size'])} {size}")
    return " × ".join(factors) + (f" = {amount(found['amount'] * found['size'])} mg" if len(factors) > 1 else "")


def _allowed(story: LimitStory, found: Row) -> str:
    """The units that a dose comes to, and the whole vials that hold it where the policy doesn't bar them."""
    unit_mg = found["mg_per_unit"]
    # As dose_allowance has it: a hair is taken off before the ceiling.
    whole = ceil(found["amount"] * found["size"] / unit_mg - 1e-9)
    says = f"{units(whole)} of {amount(unit_mg)} mg, parts counted as whole"
    if not found["vial_units"] or found["rounding"] == "whole_unit":
        return says
    held = found["vial_units"] * unit_mg
    says += f"; the least whole vials{_of_codes(story, found)} for it hold {amount(held)} mg"
    drawn = fewest(Decimal(str(round(held, 2))), sizes_of(story.policy, found["vial_sets"]))
    says += f" ({' and '.join(f'{many} of {amount(size)} mg' for size, many in drawn.items())})"
    if found["rounding"] == "whole_vial":
        return f"{says}, so {units(found['allowed_units'])}"
    return f"{says}, {units(found['vial_units'])}"


def _of_codes(story: LimitStory, found: Row) -> str:
    """Whose vials may hold a dose, where billing codes have vials of their own."""
    code = story.row["hcpcs_code"]
    if all(vial.hcpcs_code is None for vial in story.policy.vials):
        return ""
    return f" of {code}" if set_by_code(story.policy)[code] == found["vial_sets"] else " of the day's billing codes"


def _window(story: LimitStory, limit: Limit, came: Row, began: date | None) -> Iterator[str]:
    span, on = limit.window_days or 0, story.row["administered_on"]
    if limit.cycles is not None:
        if began is None:
            yield from _uncertain(limit, came)
        else:
            yield f"Its cycle began on {began} and is {span} days long, until {began + timedelta(days=span - 1)}."
            span = (on - began).days + 1
    if limit.grace_days:
        early = f"doses up to {several(limit.grace_days, 'day')} early are let pass"
        yield f"Its window of {limit.stated_days} days is {span}, as {early}."
    column, per = ("units", came["counted_per_shown"]) if limit.kind == "units" else ("administrations", 1)
    days = [day for day in story.window(span) if day[column]]
    first = on - timedelta(days=span - 1)
    summed, most = _summed(days, column, per), amount(came["allowed"])
    yield f"{first} to {on} ({several(span, 'day')}), {counts(limit)}: {summed}, of at most {most}"
    if limit.cycles is not None and began is not None:
        yield from _later(story, limit, began, column, per)
    if limit.kind == "frequency" and not story.row["administered_units"]:
        yield "Nothing was given on the day, so it is kept."


def _later(story: LimitStory, limit: Limit, began: date, column: str, per: Any) -> Iterator[str]:
    """What the cycle holds after the day: it is judged with those days, not with this one."""
    last = story.row["day_number"] + (limit.window_days or 0) - 1 - (story.row["administered_on"] - began).days
    days = [day for day in story.days if story.row["day_number"] < day["day_number"] <= last and day[column]]
    if days:
        yield f"Later in the same cycle, and not counted here: {_listed(days, column, per)}."


def _uncertain(limit: Limit, came: Row) -> Iterator[str]:
    why = (
        "no authorization covers it, and cycles begin with one"
        if limit.cycles == "authorization"
        else "treatment may have begun before the extracts do"
    )
    yield f"Where its cycle began can't be told: {why}. It is judged by all days that could be of its cycle" + (
        ", which keep the limit." if came["result"] == 1 else ", and by its own."
    )


def _total(story: LimitStory, limit: Limit, came: Row) -> Iterator[str]:
    over = "all that the extracts hold" if limit.span == "lifetime" else f"what {story.row['authorization_id']} covers"
    column, per = ("units", came["counted_per_shown"]) if limit.kind == "units" else ("administrations", 1)
    until = story.row["day_number"]
    there = story.days if limit.span == "lifetime" else story.covered
    days = [day for day in there if day["day_number"] <= until and day[column]]
    most = amount(came["allowed"])
    yield f"Up to this day, over {over}, {counts(limit)}: {_summed(days, column, per)}, of at most {most}"


def _summed(days: list[Row], column: str, per: Any) -> str:
    """What days add up to, and the sum."""
    counted = sum(float(day[column]) for day in days) / float(per)
    return _listed(days, column, per) + (f" = {amount(counted)}" if len(days) > 1 else "")


def _listed(days: list[Row], column: str, per: Any) -> str:
    """What each day adds to a limit; of many days, the latest, after one number for all before them."""
    early, late = (days[:-_FEW], days[-_FEW:]) if len(days) > _FEW + 1 else ([], days)
    told = [f"{amount(float(day[column]) / float(per))} on {day['treated_on']}" for day in late]
    if early:
        before = sum(float(day[column]) for day in early) / float(per)
        told.insert(0, f"{amount(before)} on {len(early)} days before")
    return " + ".join(told) or "nothing"


def _site(story: LimitStory, limit: Limit) -> Iterator[str]:
    named = " and ".join(named_place(code) for code in story.places) or "no place of service"
    yield f"The claim lines of the units given name {named}; allowed is {places_words(limit.places)}"
    if not story.row["administered_units"]:
        yield "Nothing was given on the day, so it is kept."


def _cumulative(story: LimitStory, limit: Limit, came: Row, sums: Row) -> Iterator[str]:
    per, word = came["counted_per_shown"], "mg" if limit.counted_in == "mg" else "units"
    if limit.window_days is None:
        over = "all that the extracts hold" if limit.span == "lifetime" else "what the authorization covers"
    else:
        over = f"the {limit.window_days} days up to this one"
        if limit.grace_days:
            over += f" ({limit.stated_days}, of which {limit.grace_days} are let pass)"
    days = [day for day in story.given if _is_summed(story, limit, day)]
    listed = _listed(days, "given", per)
    total = f" = {amount(came['measured'])} {word} in {sums['doses']} doses" if len(days) > 1 else f" ({word})"
    yield f"Given over {over}: {listed}{total}"
    for size in dict.fromkeys((sums["size_low"], sums["size_high"])):
        most = f"{amount(sums['amount'] / per)} {word}{PER_WORDS[sums['dose_per']]}"
        product = f"{amount(sums['amount'] * size / per)} {word}"
        yield f"{most} × {amount(size)} {_SIZES[sums['dose_per']]} = {product}, parts of a unit counted as whole"
    if came["reason"] == "unit_rounding":
        # Doses billed under codes of several sizes are each rounded up to their own.
        is_one_size = abs(sums["one_of_each"] - sums["doses"] * sums["one_unit"]) < 1e-6
        of = f" of {amount(sums['one_unit'] / per)} {word}" if is_one_size else ""
        yield (
            f"What is over may be what claims rounded each dose up by, to whole units{of}, so this can't be told from "
            "too much."
        )


def _is_summed(story: LimitStory, limit: Limit, day: Row) -> bool:
    """Whether a limit over time counts what was given on a day."""
    if limit.span == "authorization" and day["authorization_id"] != story.row["authorization_id"]:
        return False
    today: int = story.row["day_number"]
    return today - (limit.window_days or today + 1) < int(day["day_number"]) <= today


def _phase(story: LimitStory, limit: Limit, came: Row) -> Iterator[str]:
    if limit.from_dose is None or story.course is None:
        return
    number = story.course["dose_number"]
    least = "" if story.course["is_numbered"] else "at least "
    yield f"This is {least}dose {number} of its course."
    if came["reason"] == "course_unknown":
        yield "Treatment may have begun before the extracts do, so which dose it is can't be told."
