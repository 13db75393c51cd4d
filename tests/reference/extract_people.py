"""Random eligibility, observations and pharmacy claims."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from tests.reference.extract_world import PAYERS_A, PAYERS_B, PAYERS_NONE, Person, World
from tests.reference.schema import LOINC_HEIGHT, LOINC_LABS, LOINC_WEIGHT


def person(world: World, number: int) -> Person:
    """Someone under treatment for some time in the world."""
    group = world.weighted({PAYERS_A: 0.45, PAYERS_B: 0.47, PAYERS_NONE: 0.08})
    first = world.date_between(world.begin, world.end - timedelta(days=120))
    last = min(world.end, first + timedelta(days=world.rng.randint(0, 400)))
    bsa = Decimal(world.rng.randint(125, 255)) / 100
    return Person(f"P{number}", world.pick(*group), bsa, first, last)


def eligibility(world: World, who: Person) -> None:
    """Spells of enrollment; now and then a death, an end, a child, another payer's row that disagrees."""
    if world.chance(0.1):
        return
    birth = world.date_between(date(1940, 1, 1), date(1990, 1, 1))
    if world.chance(0.15):
        birth = world.date_between(date(2004, 1, 1), date(2008, 12, 31))
    death = world.date_between(who.first, world.end + timedelta(days=40)) if world.chance(0.2) else None
    ends = [world.date_between(who.first, world.end) if world.chance(0.5) else None]
    if world.chance(0.3):
        ends.append(world.date_between(who.first, world.end))
    for end in ends:
        world.add(
            "eligibility",
            person_id=who.id,
            payer=who.payer,
            birth_date=birth if world.chance(0.85) else None,
            death_date=death if world.chance(0.8) else None,
            enrollment_start_date=who.first - timedelta(days=world.rng.randint(0, 700)),
            enrollment_end_date=end,
        )
    if world.chance(0.2):
        world.add(
            "eligibility",
            person_id=who.id,
            payer=world.pick(*PAYERS_NONE),
            birth_date=birth - timedelta(days=world.pick(0, 1, 3000)),
            death_date=None,
            enrollment_start_date=world.begin,
            enrollment_end_date=world.pick(None, world.end),
        )


def _observe(world: World, who: Person, on: date, loinc: str, result: object, **more: object) -> None:
    row = {"source_units": None, "source_reference_range_high": None, **more}
    world.add("observation", person_id=who.id, observation_date=on, source_code=loinc, result=result, **row)


def observations(world: World, who: Person) -> None:
    """Body sizes around the time of treatment, by measured BSA, by height and weight, or not at all."""
    habit = world.pick("bsa", "bsa", "sizes", "sizes", "weight", "none", "none")
    on = who.first - timedelta(days=world.rng.randint(0, 95))
    while habit != "none" and on <= who.last:
        drift = Decimal(world.rng.randint(-6, 6)) / 100
        if habit == "bsa":
            value = who.bsa + drift + world.pick(Decimal(0), Decimal("0.005"), Decimal("0.0049"))
            _observe(world, who, on, world.pick("3140-1", "8277-6"), value, source_units=world.pick("m2", None))
        else:
            _sizes(world, who, on, habit)
        on += timedelta(days=world.pick(0, 1, 20, 45, 89, 90, 91, 130) if world.chance(0.8) else 200)
    for _ in range(world.rng.randint(0, 2)):
        _observe(world, who, on, world.pick("718-7", "4548-4"), "12.1", source_units="g/dL")


def _sizes(world: World, who: Person, on: date, habit: str) -> None:
    height = Decimal(world.rng.randint(1500, 1850)) / 10
    weight = (who.bsa * who.bsa * 3600 / height).quantize(Decimal("0.1"))
    if habit == "sizes":
        unit, factor = world.pick(("cm", "1"), (None, "1"), ("m", "0.01"), ("[in_i]", "0.3937"))
        _observe(world, who, on, LOINC_HEIGHT, (height * Decimal(factor)).quantize(Decimal("0.0001")),
                 source_units=unit)  # fmt: skip
    unit, factor = world.pick(("kg", "1"), (None, "1"), ("g", "1000"), ("[lb_av]", "2.2046"))
    _observe(world, who, on, LOINC_WEIGHT, (weight * Decimal(factor)).quantize(Decimal("0.01")), source_units=unit)


def labs(world: World, who: Person, received: date, ideal: bool) -> None:
    """Liver values around a request; some a little too old, after it, or without a usable upper limit."""
    habit = "good" if ideal else world.pick("good", "mixed", "mixed", "none", "none", "none")
    if habit == "none":
        return
    for fact, loinc in LOINC_LABS.items():
        for _ in range(1 if habit == "good" else world.rng.randint(0, 3)):
            high = Decimal(world.pick("1", "1.2") if fact == "bilirubin_uln" else world.pick("35", "40", "44"))
            most = Decimal(1) if fact == "bilirubin_uln" else Decimal("2.5")
            multiple = world.pick(Decimal("0.5"), most, most, most + Decimal("0.1") * (habit != "good"))
            _observe(
                world,
                who,
                received - timedelta(days=world.pick(0, 1, 1, 5, 29, 30, 31, -1) if habit != "good" else 3),
                loinc,
                high * multiple,
                source_units="U/L",
                source_reference_range_high=world.weighted({high: 0.9, None: 0.04, 0: 0.03, "normal": 0.03}),
            )


def pharmacy(world: World, who: Person) -> None:
    for _ in range(world.rng.randint(0, 2)):
        world.add(
            "pharmacy_claim",
            person_id=who.id,
            dispensing_date=world.date_between(who.first, world.end),
            ndc_code=world.pick("0004-1101-50", "00004-1101-5", "00004110150"),
            quantity=world.pick("120", "84"),
            days_supply=world.pick("14", None),
        )


def strangers(world: World) -> None:
    """Rows of someone without any claim line or request in scope."""
    who = Person("P99", "Birch Plan", Decimal("1.8"), world.begin, world.end)
    if world.chance(0.3):
        _observe(world, who, world.begin, "3140-1", "1.7", source_units="m2")
        world.add("eligibility", person_id=who.id, payer=who.payer, enrollment_start_date=world.begin,
                  birth_date=None, death_date=None, enrollment_end_date=None)  # fmt: skip
        pharmacy(world, who)
