"""One invented person: birth, diagnosis, body size and how it is measured, earlier lines of treatment."""

from dataclasses import dataclass, field
from datetime import date
from math import floor, sqrt

from analytics.sample.dice import Dice
from analytics.sample.rows import Book, money
from analytics.sample.world import FIRST_SERVICE, LAST_DAY, Payer, Practice, days

QUADRANTS = (
    "011",
    "111",
    "211",
    "311",
    "411",
    "511",
    "611",
    "811",
    "911",
    "012",
    "112",
    "212",
    "412",
    "812",
    "912",
)
SPREAD = ("C7951", "C787", "C7800", "C7931", "C779")
ANTHRACYCLINES = {"J9000": 60, "J9178": 80, "Q2050": 8}
TAXANES = {"J9267": 160, "J9171": 120, "J9264": 250}


@dataclass
class Person:
    """Who is treated, where, and what the extracts can know of their body size."""

    person_id: str
    payer: Payer
    practice: Practice
    birth: date
    diagnosis: str
    spread: str
    height_cm: int
    weight_hg: int
    scale: str
    last_dose: dict[str, date] = field(default_factory=dict)
    died: date | None = None
    left: date | None = None

    @property
    def bsa_hundredths(self) -> int:
        """Body surface area by Mosteller in hundredths of a square metre, rounded half up."""
        return floor(sqrt(self.height_cm * self.weight_hg / 36_000) * 100 + 0.5 + 1e-7)

    @property
    def bsa(self) -> str:
        """Body surface area in m² with two decimals."""
        return money(self.bsa_hundredths)


def make_person(number: int, payer: Payer, practice: Practice, first_request: date, dice: Dice) -> Person:
    """Draw one person who first asks for the drug on `first_request`."""
    return Person(
        person_id=f"P{number:06d}",
        payer=payer,
        practice=practice,
        birth=first_request - days(int(dice.bell(58.0, 11.0) * 365.25)),
        diagnosis=f"C50{dice.pick(QUADRANTS)}",
        spread=dice.pick(SPREAD),
        height_cm=int(dice.bell(163.0, 7.0)),
        weight_hg=max(430, int(dice.bell(730.0, 150.0))),
        scale=dice.weigh({"bsa": 0.55, "height_weight": 0.30, "request_only": 0.11, "nowhere": 0.04}),
    )


def measure(book: Book, person: Person, on: date) -> None:
    """Write what a practice measures at a visit: the body surface area itself, or height and weight."""
    if person.scale == "bsa":
        _observe(book, person, on, "3140-1", person.bsa, "m2")
    elif person.scale == "height_weight":
        _observe(book, person, on, "8302-2", str(person.height_cm), "cm")
        _observe(book, person, on, "29463-7", f"{person.weight_hg // 10}.{person.weight_hg % 10}", "kg")


def liver_tests(book: Book, person: Person, on: date, raised: bool, dice: Dice) -> None:
    """Write AST, ALT and bilirubin of one day; raised ones are too high to combine with capecitabine."""
    _observe(book, person, on, "1920-8", str(dice.between(14, 88)), "U/L", "40")
    _observe(
        book,
        person,
        on,
        "1742-6",
        str(dice.between(130, 220) if raised else dice.between(12, 96)),
        "U/L",
        "40",
    )
    _observe(book, person, on, "1975-2", f"0.{dice.between(3, 9)}", "mg/dL", "1.2")


def _observe(book: Book, person: Person, on: date, code: str, result: str, units: str, high: str = "") -> None:
    if FIRST_SERVICE <= on <= LAST_DAY:
        book.add(
            "observation",
            person_id=person.person_id,
            observation_date=on,
            source_code=code,
            result=result,
            source_units=units,
            source_reference_range_high=high,
        )


def earlier_lines(book: Book, person: Person, first_request: date, dice: Dice) -> None:
    """Bill the anthracycline and the taxane that failed before, three weeks between their two last doses."""
    for drug_class, codes, share in (("taxane", TAXANES, 0.85), ("anthracycline", ANTHRACYCLINES, 0.65)):
        last = first_request - days(dice.between(62, 330))
        person.last_dose[drug_class] = last
        code = dice.pick(tuple(codes))
        for on in (last - days(21), last):
            if dice.chance(share) and on >= FIRST_SERVICE:
                bill_other(book, person, on, code, codes[code] // (10 if code[0] == "J" else 1), 4_000, dice)


def bill_other(book: Book, person: Person, on: date, code: str, units: int, cents: int, dice: Dice) -> None:
    """Bill one line of something else than the drug under study, on a claim of its own."""
    paid_on = on + days(dice.between(5, 40))
    if paid_on > LAST_DAY:
        return
    allowed = units * cents
    book.add(
        "medical_claim",
        claim_id=book.next_claim(),
        claim_line_number=1,
        person_id=person.person_id,
        payer=person.payer.name,
        claim_start_date=on,
        claim_line_start_date=on,
        hcpcs_code=code,
        service_unit_quantity=units,
        place_of_service_code="22" if person.practice.hospital else "11",
        rendering_npi=person.practice.doctors[0],
        billing_npi=person.practice.npi,
        diagnosis_code_1=person.diagnosis,
        allowed_amount=money(allowed),
        paid_amount=money(allowed * 4 // 5),
        paid_date=paid_on,
        data_source=person.payer.source,
        claim_frequency_code=1,
    )


def enroll(book: Book, person: Person, first_request: date, dice: Dice) -> None:
    """Write the person's coverage: from before the first request until the end, leaving or death."""
    end = min((day for day in (person.died, person.left) if day), default=None)
    book.add(
        "eligibility",
        person_id=person.person_id,
        payer=person.payer.name,
        birth_date=None if dice.chance(0.01) else person.birth,
        death_date=person.died,
        enrollment_start_date=first_request.replace(day=1) - days(dice.between(0, 3) * 365 + 31),
        enrollment_end_date=end,
    )
