"""From one infusion to its claim lines: whole units, discarded units, modifiers, money, corrections."""

from dataclasses import dataclass, replace
from datetime import date

from analytics.sample.dice import Dice
from analytics.sample.person import Person
from analytics.sample.rows import Book, Value, money
from analytics.sample.world import (
    DRUG,
    FIRST_SERVICE,
    JZ_REQUIRED,
    LAST_DAY,
    NDC_15_MG,
    NDC_45_MG,
    days,
    whole_vials,
)

LAGS = {(4, 14): 0.58, (15, 35): 0.26, (36, 65): 0.10, (66, 95): 0.04, (96, 150): 0.02}
CORRECTIONS = {
    "none": 0.949,
    "denied": 0.012,
    "void": 0.008,
    "replace": 0.010,
    "reverse": 0.006,
    "net": 0.004,
    "twice": 0.003,
    "split": 0.003,
    "vials": 0.002,
    "missing": 0.002,
    "zero": 0.001,
}


@dataclass(frozen=True)
class Claim:
    """A claim's heading and its drug lines: (line number, units, modifier)."""

    claim_id: str
    on: date
    paid_on: date
    lines: tuple[tuple[int, int, str], ...]
    frequency: int = 1
    original: str = ""
    status: str = "paid"


def lag(dice: Dice) -> int:
    """Days from service to payment: mostly weeks, sometimes months (what is paid after the extract is not in it)."""
    low, high = dice.weigh(LAGS)
    return dice.between(low, high)


def infusion_lines(person: Person, units: int, on: date, dice: Dice) -> tuple[tuple[int, int, str], ...]:
    """The drug's lines of one infusion as the practice reports discarded drug, rightly or wrongly."""
    practice, vials = person.practice, whole_vials(units)
    attests = practice.attests if on >= JZ_REQUIRED else practice.attests - 0.25
    if not dice.chance(attests):
        return ((1, vials if dice.chance(0.35) else units, ""),)
    if dice.chance(practice.rounds_up):
        return ((1, vials, "JZ" if on >= JZ_REQUIRED else ""),)
    if dice.chance(0.022):
        vials += 15
    if vials > units:
        return ((1, units, ""), (2, vials - units, "JW"))
    return ((1, units, "JZ" if on >= JZ_REQUIRED else ""),)


def bill_infusion(book: Book, person: Person, units: int, on: date, dice: Dice) -> None:
    """Bill one infusion, with the corrections that claims go through; nothing outside the extract's years."""
    if not FIRST_SERVICE <= on <= LAST_DAY:
        return
    lines = infusion_lines(person, units, on, dice)
    claim = Claim(book.next_claim(), on, on + days(lag(dice)), lines)
    later = claim.paid_on + days(dice.between(14, 50))
    correction = dice.weigh(CORRECTIONS)
    wrong = tuple((line, count * 2 if modifier != "JW" else count, modifier) for line, count, modifier in lines)
    if correction == "denied":
        _write(book, person, replace(claim, status="denied"), dice)
        claim = replace(claim, claim_id=book.next_claim(), paid_on=later)
    elif correction == "void":
        _write(book, person, replace(claim, lines=wrong), dice)
        void = Claim(book.next_claim(), on, later, wrong, frequency=8, original=claim.claim_id)
        _write(book, person, void, dice)
        claim = replace(claim, claim_id=book.next_claim(), paid_on=later)
    elif correction == "replace":
        _write(book, person, replace(claim, lines=wrong), dice)
        claim = Claim(book.next_claim(), on, later, lines, frequency=7, original=claim.claim_id)
    elif correction == "reverse":
        back = tuple((line, -count, modifier) for line, count, modifier in lines)
        _write(book, person, claim, dice)
        _write(book, person, replace(claim, lines=back, paid_on=later), dice)
        claim = replace(claim, claim_id=book.next_claim(), paid_on=later)
    elif correction == "net":
        first_line, units, modifier = lines[0]
        _write(book, person, replace(claim, lines=((first_line, units + 15, modifier), *lines[1:])), dice)
        claim = replace(claim, lines=((first_line, -15, modifier),), paid_on=later)
    elif correction == "twice":
        _write(book, person, claim, dice, copies=2)
        return
    elif correction == "split" and len(lines) == 1:
        half = lines[0][1] // 2
        _write(book, person, replace(claim, lines=((1, half, lines[0][2]),)), dice)
        claim = replace(claim, claim_id=book.next_claim(), lines=((1, lines[0][1] - half, lines[0][2]),))
    elif correction == "vials":
        claim = replace(claim, lines=((1, -(-units // 45), lines[0][2]),))
    elif correction in ("missing", "zero"):
        claim = replace(claim, lines=((1, 0, lines[0][2]),))
    _write(book, person, claim, dice, missing=correction == "missing")


def _write(book: Book, person: Person, claim: Claim, dice: Dice, copies: int = 1, missing: bool = False) -> None:
    """Write the claim's drug lines, if it was paid within the extract, and often its administration line."""
    if claim.paid_on > LAST_DAY:
        return
    hospital = person.practice.hospital
    doctor = dice.pick(person.practice.doctors)
    header_alone = hospital and dice.chance(0.15)
    biosimilar = "JG" if hospital and claim.on.year < 2025 and person.practice.npi[-2] < "4" else ""
    heading: dict[str, Value] = {
        "claim_id": claim.claim_id,
        "person_id": person.person_id,
        "payer": person.payer.name,
        "claim_start_date": claim.on,
        "claim_line_start_date": None if header_alone else claim.on,
        "place_of_service_code": "22" if hospital else "11",
        "rendering_npi": doctor,
        "billing_npi": person.practice.npi,
        "diagnosis_code_1": person.diagnosis,
        "diagnosis_code_2": person.spread,
        "paid_date": claim.paid_on,
        "data_source": person.payer.source,
        "claim_frequency_code": claim.frequency,
        "original_claim_id": claim.original,
        "claim_status": claim.status,
    }
    for line, units, modifier in claim.lines:
        cents = units * person.payer.cents_per_mg
        first, second = (biosimilar, modifier) if biosimilar else (modifier, "")
        for _ in range(copies):
            book.add(
                "medical_claim",
                **heading,
                claim_line_number=line,
                hcpcs_code=DRUG,
                service_unit_quantity=None if missing else units,
                hcpcs_modifier_1=first,
                hcpcs_modifier_2=second,
                allowed_amount=money(cents),
                paid_amount=money(0 if claim.status == "denied" else cents * 4 // 5),
                ndc_code=NDC_45_MG if abs(units) >= 45 else NDC_15_MG,
            )
    if claim.frequency == 1 and claim.lines[0][1] > 0 and dice.chance(0.15):
        book.add(
            "medical_claim",
            **heading,
            claim_line_number=9,
            hcpcs_code="96413",
            service_unit_quantity=1,
            allowed_amount="145.00",
            paid_amount="116.00",
        )
