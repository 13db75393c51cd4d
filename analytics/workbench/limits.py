"""Dosing limits that contradict each other, or never bite beside another one."""

import re
from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal

from analytics.config import Config
from analytics.policy.dosing import Limit, Regimen
from analytics.policy.model import Policy, Version
from analytics.policy.places import ASSIGNED
from analytics.policy.saying import limit_words, number

#: A span of time in a label, and how many days its unit has.
_SPAN = re.compile(r"\b(\d+)[ -]?(days?|weeks?)\b", re.IGNORECASE)


def conflicts(policy: Policy, version: Version) -> Iterator[tuple[str, str, str]]:
    """Each as the limit's id, what is wrong, and what would be right."""
    for regimen in version.regimens:
        for limit in regimen.limits:
            yield from _beside_others(limit, regimen)
            yield from _other_places(limit, regimen)
            yield from _unassigned_places(limit)
            yield from _said_otherwise(limit)
        yield from _too_few_units(policy, version, regimen)


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


def _said_otherwise(limit: Limit) -> Iterator[tuple[str, str, str]]:
    """A label that speaks of another span than the window's."""
    spans = {int(number) * (7 if unit[0] in "wW" else 1) for number, unit in _SPAN.findall(limit.label)}
    if limit.stated_days is not None and spans and limit.stated_days not in spans:
        told = " and ".join(str(days) for days in sorted(spans))
        yield limit.id, f"the label speaks of {told} days, and window_days is {limit.stated_days}", "one span"


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
        same = [dose for dose in doses if dose.doses in (limit.doses, (None, None))]
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
