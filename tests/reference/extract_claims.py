"""Random claim lines: courses of treatment and everything that billing does to them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from tests.reference.extract_world import PAYERS_A, PAYERS_B, Person, World
from tests.reference.policies import CLASSES
from tests.reference.schema import Raw

_GAPS = {
    "q3w": (21, 21, 21, 22, 28, 20),
    "early": (18, 19, 20, 21),
    "dense": (10, 12, 14, 17),
    "weekly": (7, 7, 14),
    "weekly_dense": (5, 6, 7, 7),
    "sparse": (35, 50, 80),
}
_BLANK: dict[str, object] = dict.fromkeys(
    (
        "claim_start_date",
        "claim_line_end_date",
        *(f"hcpcs_modifier_{n}" for n in range(1, 6)),
        "place_of_service_code",
        "billing_npi",
        "diagnosis_code_1",
        "paid_amount",
        "paid_date",
        "data_source",
        "ndc_code",
        "claim_frequency_code",
        "original_claim_id",
        "claim_status",
    )
)


def line(world: World, claim_id: str, payer: str | None, person: str, on: date, units: object, **more: object) -> Raw:
    """One clean line of the drug, unless `more` says otherwise."""
    start: dict[str, object] = {"claim_line_start_date": on, "claim_start_date": on}
    if world.chance(0.1):
        start["claim_line_start_date" if world.chance(0.7) else "claim_start_date"] = None
    elif world.chance(0.1):
        start["claim_start_date"] = on - timedelta(days=world.rng.randint(1, 9))  # the claim began earlier
    amount = world.rng.randint(10, 9999) / 100 if world.chance(0.9) else None
    known: dict[str, object] = {
        "claim_id": claim_id,
        "claim_line_number": 1,
        "person_id": person,
        "payer": payer,
        "hcpcs_code": "J9207",
        "service_unit_quantity": units,
        "allowed_amount": amount,
        "claim_status": world.pick(None, "paid"),
        "ndc_code": world.pick(None, "70020-1910-01", "70020-1911-1", "70020191101"),
        "billing_npi": "1234567893",
        **start,
    }
    return world.add("medical_claim", **{**_BLANK, **known, **more})


def modifiers(world: World, *wanted: str) -> dict[str, object]:
    """The modifiers in random slots, beside pricing modifiers of no meaning here."""
    slots = world.rng.sample(range(1, 6), 5)
    noise = [world.pick("JG", "TB")] if world.chance(0.2) else []
    return {f"hcpcs_modifier_{slot}": m for slot, m in zip(slots, [*wanted, *noise], strict=False)}


def course(world: World, person: Person) -> None:
    """A course of administrations at a random rhythm, the dose by a random habit."""
    style = world.pick(*_GAPS)
    per_m2 = 16 if style.startswith("weekly") else 40
    habit = world.pick("right", "right", "vial", "over", "mixed")
    on = person.first
    for _ in range(world.rng.randint(1, 11)):
        if on > person.last:
            break
        payer = person.payer
        if world.chance(0.15):  # the same policy under its other payer
            payer = world.pick(*(PAYERS_B if payer in PAYERS_B else PAYERS_A))
        exact = int((per_m2 * person.bsa).to_integral_value(ROUND_CEILING))
        _administration(world, payer, person.id, on, exact, habit)
        on += timedelta(days=world.pick(*_GAPS[style]))


def _administration(world: World, payer: str, person: str, on: date, exact: int, habit: str) -> None:
    if habit == "mixed":
        habit = world.pick("right", "vial", "vial_jw", "over", "tiny", "huge", "fraction")
    vials = -(-exact // 15) * 15
    units: object = {
        "right": exact - world.pick(0, 0, 1, 3),
        "vial": vials,
        "vial_jw": exact,
        "over": exact + world.pick(1, 2, 6, 16, 30),
        "tiny": world.rng.randint(1, 10),
        "huge": world.rng.randint(89, 120),
        "fraction": Decimal(exact) - Decimal("0.5"),
    }[habit]
    claim_id = world.claim_id()
    attest = modifiers(world, *world.weighted({(): 0.6, ("JZ",): 0.35, ("JZ", "JW"): 0.03, ("JW",): 0.02}))
    source = world.weighted({None: 0.8, "east": 0.1, "west": 0.1})
    main = line(world, claim_id, payer, person, on, units, data_source=source, **attest)
    if habit == "vial_jw" or world.chance(0.08):
        waste = world.pick(max(1, vials - exact), 15, 2)
        line(world, claim_id, payer, person, on, waste, claim_line_number=2, data_source=source,
             **modifiers(world, "JW"))  # fmt: skip
    adjusted(world, main)


def adjusted(world: World, main: Raw, share: float = 0.3) -> None:
    """What billing may do to a line afterwards."""
    if world.chance(share):
        _ADJUSTMENTS[world.rng.randrange(len(_ADJUSTMENTS))](world, main)


def _again(world: World, main: Raw, **changes: object) -> Raw:
    """Another row like `main` with changes; the original's blanks stay."""
    return world.add("medical_claim", **{**main, **changes})


def _negated(main: Raw, less: int = 0) -> str:
    return str(less - Decimal(main["service_unit_quantity"] or 0))


def _reversal(world: World, main: Raw) -> None:
    _again(world, main, service_unit_quantity=_negated(main), **modifiers(world, *_waste(main)))


def _partial_reversal(world: World, main: Raw) -> None:
    _again(world, main, service_unit_quantity=-world.rng.randint(1, 4), allowed_amount=world.pick("-10.5", None))


def _too_much_reversed(world: World, main: Raw) -> None:
    _again(world, main, service_unit_quantity=_negated(main, -1))


def _reversed_and_billed_anew(world: World, main: Raw) -> None:
    _reversal(world, main)
    _again(world, main, claim_id=world.claim_id())


def _waste(main: Raw) -> tuple[str, ...]:
    return ("JW",) if "JW" in main.values() else ()


def _second_claim(world: World, main: Raw) -> None:
    _again(world, main, claim_id=world.claim_id(), service_unit_quantity=world.rng.randint(1, 40))


def _same_id_other_source(world: World, main: Raw) -> None:
    _again(world, main, data_source="north", service_unit_quantity=world.rng.randint(1, 40))


def _repeated_line(world: World, main: Raw) -> None:
    _again(world, main, service_unit_quantity=world.rng.randint(1, 80), paid_date="2024-03-09")


def _denied(world: World, main: Raw) -> None:
    main["claim_status"] = "denied"


def _waste_alone(world: World, main: Raw) -> None:
    for n in range(1, 6):
        main[f"hcpcs_modifier_{n}"] = "JW" if n == 3 else None


def _voided(world: World, main: Raw) -> None:
    _again(world, main, claim_id=world.claim_id(), claim_frequency_code="8", original_claim_id=main["claim_id"])


def _self_voided(world: World, main: Raw) -> None:
    main["claim_frequency_code"] = "8"


def _replaced(world: World, main: Raw) -> None:
    """Replaced by a claim with the drug, or without it, or with its frequency on another line."""
    new = world.claim_id()
    named = {"claim_frequency_code": "7", "original_claim_id": main["claim_id"]}
    on_other_line = world.chance(0.5)
    if world.chance(0.6):
        own = {} if on_other_line else named
        _again(world, main, claim_id=new, service_unit_quantity=world.rng.randint(40, 80), **own)
    other = {"hcpcs_code": world.pick("J1100", "96413"), "claim_line_number": 9, "service_unit_quantity": 1}
    payer = world.pick(main["payer"], main["payer"], None)
    _again(world, main, claim_id=new, **{**other, **named, "payer": payer})
    if world.chance(0.3):  # the replacement is voided in its turn; the first claim does not come back
        _again(world, main, claim_id=world.claim_id(), claim_frequency_code="8", original_claim_id=new)


def _names_itself(world: World, main: Raw) -> None:
    main["claim_frequency_code"], main["original_claim_id"] = world.pick("7", "1"), main["claim_id"]


def _replaced_elsewhere(world: World, main: Raw) -> None:
    """A record of another source that names the same id leaves the claim alone."""
    _again(world, main, claim_id=world.claim_id(), data_source="south", claim_frequency_code="8",
           original_claim_id=main["claim_id"])  # fmt: skip


_ADJUSTMENTS = (
    _reversal,
    _partial_reversal,
    _too_much_reversed,
    _reversed_and_billed_anew,
    _second_claim,
    _same_id_other_source,
    _repeated_line,
    _denied,
    _waste_alone,
    _voided,
    _self_voided,
    _replaced,
    _names_itself,
    _replaced_elsewhere,
)


def other_lines(world: World, person: Person) -> None:
    """Lines of other drugs, among them the classes that resistance looks for."""
    for _ in range(world.rng.randint(0, 3) if world.history else 0):
        drug_class = CLASSES[world.pick(*CLASSES)]
        code = world.pick(*sorted(drug_class.codes))
        on = world.date_between(world.begin - timedelta(days=world.history), person.last)
        made = line(
            world,
            world.claim_id(),
            world.pick(person.payer, "Birch Plan"),
            person.id,
            on,
            world.weighted({"2": 0.9, "-2": 0.1}),
            hcpcs_code=code,
        )
        if world.chance(0.2):
            world.pick(_denied, _voided, _self_voided)(world, made)
    for _ in range(world.rng.randint(0, 2)):
        on = world.date_between(world.begin, world.end)
        other = world.pick("J1100", "96413", None)
        line(world, world.claim_id(), world.pick(person.payer, None), person.id, on, 1, hcpcs_code=other)
