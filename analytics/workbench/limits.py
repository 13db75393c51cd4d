"""Dosing limits that contradict each other, or never bite beside another one."""

from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal
from math import ceil

from analytics.config import Config
from analytics.policy.dosing import Limit, Regimen
from analytics.policy.model import Policy, Version
from analytics.policy.places import ASSIGNED
from analytics.policy.saying import limit_words, number, several
from analytics.workbench.labels import said_otherwise

#: How far a dose may be rounded up, the less the lower; without a word on it, whole vials may be what was meant.
_ROUNDED = {"whole_unit": 0, None: 1, "whole_vial": 2}
#: What a limit of a kind is on.
_ON = {"dose": "the dose", "units": "units", "frequency": "frequency", "site_of_care": "the site of care"}
#: Of these kinds every dose of a course is expected to be held by one; others may well begin or end with some dose.
_FOR_ALL = ("dose", "frequency")


def conflicts(policy: Policy, version: Version) -> Iterator[tuple[str, str, str]]:
    """Each as the limit's id, what is wrong, and what would be right."""
    unit = policy.products[0].mg_per_unit
    for regimen in version.regimens:
        for limit in regimen.limits:
            yield from _beside_others(limit, regimen)
            yield from _beside_doses(limit, regimen, unit)
            yield from _other_places(limit, regimen)
            yield from _unassigned_places(limit)
            yield from _never_counted(limit, regimen, version)
            yield from said_otherwise(limit, version)
        yield from _too_few_units(policy, version, regimen)


def not_allowed(version: Version) -> Iterator[tuple[int, str, str]]:
    """Regimens that no indication allows, where each names those that it does: as place, what is wrong, what is right.

    They judge the doses alone that no approval of an indication covers.
    """
    named = [indication.regimens for indication in version.indications]
    if not named or not all(named):
        return
    for place, regimen in enumerate(version.regimens):
        if not any(regimen.name in some for some in named):
            problem = f"no indication allows '{regimen.name}', and each names the regimens that it allows"
            yield place, problem, "its name among the regimens of an indication, or no such regimen"


def _beside_others(limit: Limit, regimen: Regimen) -> Iterator[tuple[str, str, str]]:
    """A limit that another one of its kind keeps anyway: less in as long a window or a longer one.

    Days up to each dose hold every cycle of their length; of cycles, those alone that are made up of whole ones.
    """
    if limit.kind in ("dose", "site_of_care") or limit.advisory:
        return
    for other in regimen.limits:
        if other is limit or other.advisory or _counted(other) != _counted(limit):
            continue
        days, other_days = limit.window_days or 0, other.window_days or 0
        holds = other_days >= days if other.cycles is None else are_whole(other, limit)
        is_looser = other.at_most <= limit.at_most and holds
        is_same = other.at_most == limit.at_most and other_days == days and other.cycles == limit.cycles
        if is_looser and not (is_same and other.id < limit.id):
            yield (
                limit.id,
                f"{limit_words(limit)} never bites beside '{other.id}', which allows "
                f"{limit_words(other).removeprefix('at most ')}",
                "to take one of them out, or other numbers",
            )
            return


def _beside_doses(limit: Limit, regimen: Regimen, unit: Decimal) -> Iterator[tuple[str, str, str]]:
    """A dose limit that another one of its measure keeps anyway, at every body size and however doses are rounded.

    unit: mg of a billed unit. The other must hold for every dose of a course that the limit holds for.
    """
    for other in regimen.limits:
        both = (limit, other)
        if other is limit or any(each.kind != "dose" or each.advisory for each in both) or limit.per != other.per:
            continue
        mine, others = ((each.in_mg(unit), _ROUNDED[each.round_to]) for each in both)
        is_looser = others[0] <= mine[0] and others[1] <= mine[1] and _holds_all(other, limit)
        is_same = mine == others and _holds_all(limit, other)
        if is_looser and not (is_same and other.id < limit.id):
            said = limit_words(other).removeprefix("at most ")
            problem = f"{limit_words(limit)} never bites beside '{other.id}', which allows {said}"
            yield limit.id, problem, "to take one of them out, or other numbers"
            return


def _never_counted(limit: Limit, regimen: Regimen, version: Version) -> Iterator[tuple[str, str, str]]:
    """A limit from a dose of the course on that no dose on time is: a new course begins before it is due.

    Of doses that keep `most` in `days`, so many and one more take as many days at least. Where each may come so soon
    after the one before that all are of one course, they take `most` times the gap at most.
    """
    gap, first = version.course_gap_days(), limit.from_dose or 1
    for other in regimen.limits:
        if other.kind != "frequency" or other.advisory or other.cycles or other.window_days is None:
            continue
        days, most = other.window_days, int(other.at_most)
        start, end = _range(other)
        if most * gap < days and max(start, most + 1) <= min(end, first):
            begins = f"a new course begins with a dose more than {several(gap, 'day')} after the one before"
            kept = f"no course has more than {most} that keep '{other.id}'"
            kept = kept if most > 1 else f"doses that keep '{other.id}' are at least {days} days apart"
            problem = f"{limit_words(limit)} never bites: {begins}, and {kept}"
            if other is limit:
                problem = f"{limit_words(limit)} is never kept: {begins}"
            yield limit.id, problem, f"new_after_days of {ceil(days / most)} or more"
            return


def _range(limit: Limit) -> tuple[int, float]:
    """The first and the last dose of a course that a limit holds for."""
    return limit.from_dose or 1, limit.to_dose or float("inf")


def _holds_all(wide: Limit, narrow: Limit) -> bool:
    """Whether the one holds for every dose of a course that the other holds for."""
    (first, last), (start, end) = _range(wide), _range(narrow)
    return first <= start and last >= end


def _meet(one: Limit, other: Limit) -> bool:
    """Whether both hold for some dose of a course."""
    (first, last), (start, end) = _range(one), _range(other)
    return first <= end and start <= last


def unheld(version: Version) -> Iterator[tuple[str, str]]:
    """Doses of a course that no limit of a kind holds, where others of the kind are for some doses: (limit's id, said).

    A total over an authorization or a lifetime holds no single dose.
    """
    for regimen in version.regimens:
        deciding = [limit for limit in regimen.limits if not limit.advisory and limit.span is None]
        for kind, per in dict.fromkeys((limit.kind, limit.is_cumulative) for limit in deciding):
            some = [limit for limit in deciding if (limit.kind, limit.is_cumulative) == (kind, per)]
            for first, last, limit in _gaps(some):
                # Nothing comes before the first dose, so no frequency need hold it.
                is_first_alone = kind == "frequency" and (first, last) == (1, 1)
                if (kind in _FOR_ALL and not is_first_alone) or (first > 1 and last is not None):
                    where = f"dose {first}" if first == last else f"doses {first} to {last}"
                    where = f"dose {first} and later ones" if last is None else where
                    yield limit.id, f"no limit of '{regimen.name}' on {_ON[kind]} holds for {where} of a course"


def _gaps(limits: list[Limit]) -> Iterator[tuple[int, int | None, Limit]]:
    """The doses that none holds, each with the limit before them (at the start the one after them)."""
    ordered = sorted(limits, key=_range)
    reached, latest = 0.0, ordered[0]
    for limit in ordered:
        first, last = _range(limit)
        if first > reached + 1:
            yield int(reached) + 1, first - 1, latest
        if last >= reached:
            reached, latest = last, limit
    if reached != float("inf"):
        yield int(reached) + 1, None, latest


def _other_places(limit: Limit, regimen: Regimen) -> Iterator[tuple[str, str, str]]:
    """A site of care that another one leaves no place, or that bars nothing beside it."""
    for other in regimen.limits:
        both = (limit, other)
        if other is limit or any(each.kind != "site_of_care" or each.advisory for each in both):
            continue
        if limit.doses != other.doses:
            continue
        mine, others = (set(each.places) for each in both)
        if not mine & others and limit.id < other.id:
            yield limit.id, f"and '{other.id}' allow no place both", "a place that both name, or one of them"
        elif others <= mine and not (others == mine and other.id < limit.id):
            said = limit_words(other).removeprefix("given ")
            yield limit.id, f"{limit_words(limit)} never bites beside '{other.id}', {said}", "to take one of them out"


def _unassigned_places(limit: Limit) -> Iterator[tuple[str, str, str]]:
    """A code that stands for no place: nobody could bill it."""
    for code in limit.places:
        if code not in ASSIGNED:
            yield limit.id, f"'{code}' is no place of service that CMS has assigned", "one of CMS's code set: 11, say"


def are_whole(long: Limit, short: Limit) -> bool:
    """Whether each cycle of the second is part of one of the first."""
    days, parts = long.window_days or 0, short.window_days or 1
    return long.cycles == short.cycles and (days == parts or (long.cycles != "greedy" and days % parts == 0))


def _counted(limit: Limit) -> tuple[object, ...]:
    """What two limits must share to count the same."""
    return limit.kind, limit.counted_in, limit.doses, limit.span, limit.per


def smallest_size(dose: Limit, version: Version) -> tuple[Decimal, str]:
    """What a dose limit is multiplied by for the smallest person to be expected, and in words."""
    if dose.per == "flat":
        return Decimal(1), ""
    unit, cap = ("kg", version.weight_cap_kg) if dose.per == "kg" else ("m²", version.bsa_cap_m2)
    least = Decimal(str(Config().weight_smallest_kg if dose.per == "kg" else Config().bsa_smallest_m2))
    size = least if cap is None else min(least, cap)
    return size, f" at {number(size)} {unit}"


def _too_few_units(policy: Policy, version: Version, regimen: Regimen) -> Iterator[tuple[str, str, str]]:
    """Units that don't hold one whole dose of even the smallest person to be expected."""
    unit = policy.products[0].mg_per_unit
    doses = [limit for limit in regimen.limits if limit.kind == "dose" and not limit.advisory]
    for limit in regimen.limits:
        same = [dose for dose in doses if _meet(dose, limit)]
        if limit.is_cumulative and not limit.advisory:
            yield from _too_little(limit, [dose for dose in same if dose.per == limit.per], unit)
        elif limit.kind == "units" and not limit.advisory and same:
            dose = min(same, key=lambda each: each.in_mg(unit) * smallest_size(each, version)[0])
            size, at = smallest_size(dose, version)
            word, mg = limit.counted_in, dose.in_mg(unit) * size
            need = mg if word == "mg" else (mg / unit).to_integral_value(ROUND_CEILING)
            if need > limit.at_most:
                yield (
                    limit.id,
                    f"{limit.at_most} {word} hold no whole dose: '{dose.id}' allows {number(need)} {word}{at}",
                    f"{number(need)} {word} or more, or a smaller dose",
                )


def _too_little(limit: Limit, doses: list[Limit], unit: Decimal) -> Iterator[tuple[str, str, str]]:
    """A sum over time that is less than one dose of the same measure; unit: mg of a billed unit."""
    if not doses:
        return
    dose = min(doses, key=lambda each: each.in_mg(unit))
    need = dose.in_mg(unit) / (1 if limit.counted_in == "mg" else unit)
    if need > limit.at_most:
        problem = f"{limit_words(limit)} hold no whole dose: '{dose.id}' allows {number(need)}"
        yield limit.id, problem, f"{number(need)} or more, or a smaller dose"
