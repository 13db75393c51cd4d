"""Random extracts of invented drugs, with doses, gaps, answers, results and claims about each policy's bounds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil
from random import Random

from tests.reference import extract_people
from tests.reference.extract_claims import adjusted, line, modifiers
from tests.reference.extract_invented_requests import chain
from tests.reference.extract_invented_rows import observe, other_drug
from tests.reference.extract_mess import damage, dressed
from tests.reference.extract_world import Person, World
from tests.reference.invented_profile import Profile
from tests.reference.rules import Limit, Policy
from tests.reference.schema import LOINC_HEIGHT, LOINC_WEIGHT, Raw

BEGIN = date(2023, 11, 1)
DAYS = 560
SILENT = Decimal(200)  # mg, of a regimen that says nothing of doses


def invented_extract(seed: int, profiles: Sequence[Profile], share: float = 1) -> dict[str, list[Raw]]:
    """Raw text rows by input table, the more persons of a policy the more it asks; `share` of them."""
    end = BEGIN + timedelta(days=DAYS)
    whole = World(Random(seed), BEGIN, end)
    for n, profile in enumerate(profiles):
        # A random source for each policy: what one extract holds of it doesn't hang on which others there are.
        world = World(Random(f"{seed} {profile.policy.id}"), BEGIN, end, n_claims=10_000 * n)
        policy = profile.policy
        asked = len(policy.tests) + len(policy.prior_therapies) + len(policy.versions[0].indications)
        n_people = 8 + 6 * asked + 4 * len(_of_kind(policy, "site_of_care", "cumulative"))
        for m in range(round(share * n_people)):
            _person(world, profile, f"P{n}-{m}")
        for name, rows in world.tables.items():
            damage(world, name, rows)
            whole.tables[name] += rows
    for name, rows in whole.tables.items():
        whole.rng = Random(f"{seed} {name}")
        whole.tables[name] = dressed(whole, name, rows)
    return whole.tables


def _person(world: World, profile: Profile, id: str) -> None:
    first = world.begin if world.chance(0.15) else world.date_between(world.begin, world.end - timedelta(days=200))
    last = min(world.end, first + timedelta(days=world.rng.randint(60, 400)))
    bsa = Decimal(world.rng.randint(125, 255)) / 100
    who = Person(id, world.pick(*profile.payers), bsa, first, last)
    weight = Decimal(world.rng.randint(70, 260)) / 2
    days = _course(world, profile, who, weight)
    chain(world, profile, who, days)
    if world.chance(0.6):  # else the answered age stands
        extract_people.eligibility(world, who)
    _sizes(world, who, weight, bool(_of_kind(profile.policy, "cumulative")))
    for therapy in profile.policy.evidence:
        if therapy.around is not None and world.chance(0.7):
            near = world.pick(*days) + world.pick(-1, 1) * timedelta(
                days=therapy.around + world.pick(-9, -1, 0, 0, 1, 2)
            )
            other_drug(world, who, sorted(therapy.codes), therapy.ndcs, near)


def _of_kind(policy: Policy, *kinds: str) -> list[Limit]:
    """The limits of these kinds in all versions and regimens."""
    regimens = [limits for version in policy.versions for limits in version.regimens.values()]
    return [limit for limits in regimens for limit in limits if limit.kind in kinds]


def _sizes(world: World, who: Person, weight: Decimal, is_growing: bool) -> None:
    """Weight, and with it BSA or height, as old as they may be or older; or nothing. What adds up meets other sizes."""
    bsa, is_growing = who.bsa, is_growing and world.chance(0.5)
    habit = world.pick("weight", "bsa", "height", "none")
    on = who.first - timedelta(days=world.pick(0, 3, 89, 90))
    while habit != "none" and on <= who.last:
        unit, factor = world.pick(("kg", 1), (None, 1), ("g", 1000))
        observe(world, who, on, LOINC_WEIGHT, weight * factor, source_units=unit)
        if habit == "bsa":
            observe(world, who, on, "3140-1", bsa, source_units="m2")
        if habit == "height":
            observe(world, who, on, LOINC_HEIGHT, world.rng.randint(150, 190), source_units="cm")
        on += timedelta(days=world.pick(30, 60, 89, 90, 91))
        if is_growing:
            weight, bsa = weight * world.pick(95, 100, 106) / 100, bsa * world.pick(96, 100, 105) / 100


# ---- Courses


def _course(world: World, profile: Profile, who: Person, weight: Decimal) -> list[date]:
    """Doses about the limits of one of the regimens; the days on which they were given."""
    policy, on, days = profile.policy, who.first, []
    style = world.pick(*policy.in_force(on).regimens)
    habit, is_dense = world.pick("kept", "kept", "mixed"), world.chance(0.2)
    sums = [limit for limit in policy.in_force(on).regimens[style] if limit.kind == "cumulative"]
    filled = (world.pick(*sums), world.pick(2, 3, 6)) if sums and world.chance(0.75) else None
    for n in range(1, world.rng.randint(3, 12)):
        if on > who.last:
            break
        regimens = policy.in_force(on).regimens
        limits = regimens.get(style) or next(iter(regimens.values()))
        payer = who.payer if world.chance(0.9) else world.pick(*profile.payers)
        _administration(world, policy, payer, who.id, on, _target(world, limits, n, who.bsa, weight, filled), habit)
        days.append(on)
        on += timedelta(days=_gap(world, limits, policy.in_force(on).course_days, is_dense))
    return days


def _target(
    world: World, limits: Sequence[Limit], n: int, bsa: Decimal, weight: Decimal, filled: tuple[Limit, int] | None
) -> Fraction:
    """What the regimen allows of the n-th dose, in mg; or what fills a limit over time in so many doses."""
    sizes = {"m2": bsa, "kg": weight, "flat": Decimal(1)}
    amounts = []
    for limit in limits:
        if limit.kind == "dose" and (limit.doses is None or limit.doses[0] <= n <= limit.doses[1]):
            amounts.append(limit.amount * limit.mg_each * sizes[limit.per])
    over_time = [limit.amount * limit.mg_each / world.pick(1, 2, 3) for limit in limits if limit.kind == "units"]
    for limit in limits:
        if limit.kind == "cumulative":
            over_time.append(limit.amount * limit.mg_each * sizes[limit.per] / world.pick(1, 2, 3))
    if filled is not None:
        limit, share = filled
        return Fraction(limit.amount * limit.mg_each * sizes[limit.per] / share)
    if over_time and (not amounts or world.chance(0.2)):
        amounts = [world.pick(*over_time)]
    return Fraction(min(amounts, default=SILENT))


def _gap(world: World, limits: Sequence[Limit], course_days: int, is_dense: bool) -> int:
    """Days until the next dose: about a window, its grace, or an interval in it; at times about a course's end."""
    if world.chance(0.06):
        return course_days + world.pick(0, 1, 2)
    windows = [(limit.window, limit.amount, limit.grace) for limit in limits if limit.window]
    if not windows:
        return world.pick(7, 14, 20, 28)
    window, amount, grace = world.pick(*windows)
    interval = ceil(window / amount) if amount < window else 14
    if any(limit.kind == "cumulative" for limit in limits):
        interval = world.pick(interval, 10, 20, 28)
    if is_dense:
        return max(1, interval // 2)
    return max(1, world.pick(window - grace, interval, interval) - world.pick(0, 0, 0, 0, 1, 2, 3, 4, -1, -2))


def _administration(
    world: World, policy: Policy, payer: str, person: str, on: date, allowed: Fraction, habit: str
) -> None:
    """The allowed dose, a little less or more, or whole vials of it, billed under one code or two."""
    code = world.pick(*policy.codes)
    each = Fraction(policy.codes[code])
    vial = Fraction(min(policy.vials[code]))
    style = "kept" if habit == "kept" and world.chance(0.8) else world.pick("over", "vials", "waste", "far", "tiny")
    units = ceil(allowed / each)
    if style in ("vials", "waste"):
        vials = ceil(ceil(allowed / vial) * vial / each)
        wasted = vials - units
        units = vials if style == "vials" else units
    units += {"kept": world.pick(0, 0, 0, -1), "over": world.pick(1, 1, 2), "far": ceil(vial / each) + 3}.get(style, 0)
    units = world.rng.randint(1, 10) if style == "tiny" else max(1, units)
    claim_id, lines = world.claim_id(), world.tables["medical_claim"]
    n_before = len(lines)
    attest = modifiers(world, *world.weighted({(): 0.5, ("JZ",): 0.45, ("JW",): 0.05}))
    others = [other for other in policy.codes if other != code]
    split = world.rng.randint(1, units) if others and world.chance(0.5) else 0
    if split and split < units:
        other = world.pick(*others)
        rest = ceil((units - split) * each / Fraction(policy.codes[other])) + world.pick(0, 0, 1, -1)
        if rest > 0:
            line(world, claim_id, payer, person, on, rest, claim_line_number=3, hcpcs_code=other, **attest)
            units = split
    main = line(world, claim_id, payer, person, on, units, hcpcs_code=code, **attest)
    if style == "waste" and wasted > 0:
        waste = {**modifiers(world, "JW"), "hcpcs_code": world.pick(code, world.pick(*policy.codes))}
        line(world, claim_id, payer, person, on, wasted, claim_line_number=2, **waste)
    sites = sorted({place for limit in _of_kind(policy, "site_of_care") for place in limit.places})
    if sites:
        _second_claims(world, main)
        _places(world, lines[n_before:], sites)
    n_placed = len(lines)
    adjusted(world, main, 0.12)
    if sites and world.chance(0.3):
        _places(world, lines[n_placed:], sites)


def _second_claims(world: World, main: Raw) -> None:
    """Now and then another line of the day, for a part of its units, so that it may name another place."""
    units = int(main["service_unit_quantity"] or 0)
    if units > 1 and world.chance(0.4):
        part = world.rng.randint(1, units - 1)
        main["service_unit_quantity"] = str(units - part)
        world.add("medical_claim", **{**main, "claim_line_number": 7, "service_unit_quantity": part})


def _places(world: World, lines: Sequence[Raw], sites: Sequence[str]) -> None:
    """All lines of a day at one place, or at places of their own; some name none, or none that there is."""
    elsewhere = ("22", "19", "21", "09")
    of_day = world.pick(*sites, *elsewhere, None)  # as a rule the place of all of them
    for row in lines:
        place = of_day if world.chance(0.6) else world.pick(*sites, *elsewhere, None, "00", "0", "OFFICE", "011")
        row["place_of_service_code"] = place.lstrip("0") if place == "09" and world.chance(0.5) else place
