"""The invented plans, practices and codes of the sample, and the arithmetic of its days.

Every plan but the two that policy B names, every practice and every number is made up.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from analytics.sample.dice import Dice

DRUG = "J9207"
FIRST_REQUEST = date(2022, 10, 1)
FIRST_SERVICE = date(2023, 1, 1)
LAST_DAY = date(2025, 12, 31)
JZ_REQUIRED = date(2023, 7, 1)
CLAUSE_REMOVED = date(2024, 2, 16)

NDC_15_MG = "70020-1910-01"
NDC_45_MG = "70020-1911-01"
CAPECITABINE_NDC = "00004-1101-50"


@dataclass(frozen=True)
class Payer:
    """A plan: the policy that judges it (`A`, `B` or none), its share of persons, the cents allowed per mg."""

    name: str
    policy: str
    share: float
    source: str
    cents_per_mg: int


HARBOR = Payer("Harbor Health Plan", "A", 0.46, "harbor", 9050)
EMBLEM = Payer("EmblemHealth", "B", 0.29, "emblem", 8840)
CONNECTI = Payer("ConnectiCare", "B", 0.20, "connecti", 9210)
SUMMIT = Payer("Summit Mutual", "", 0.05, "summit", 8990)
PAYERS = (HARBOR, EMBLEM, CONNECTI, SUMMIT)


@dataclass(frozen=True)
class Practice:
    """Where infusions are given and how they are billed.

    hospital: outpatient department (its modifiers and dates differ); attests: it reports JW and JZ;
    rounds_up: it bills the whole vial as given; hurry: how often a cycle comes early.
    """

    npi: str
    doctors: tuple[str, ...]
    hospital: bool
    attests: float
    rounds_up: float
    hurry: float


def npi(stem: int) -> str:
    """An invented National Provider Identifier: nine digits, then the Luhn check digit over 80840 and them."""
    digits = f"80840{stem:09d}"
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return f"{stem:09d}{-total % 10}"


def practices(seed: int) -> dict[Practice, float]:
    """The invented practices and their weights: some give many infusions, most give few."""
    found: dict[Practice, float] = {}
    for number in range(32):
        dice = Dice(f"{seed}/practice/{number}")
        hospital = dice.chance(0.4)
        practice = Practice(
            npi=npi(190_000_000 + 977 * number),
            doctors=tuple(npi(170_000_000 + 6_151 * number + 53 * doctor) for doctor in range(3)),
            hospital=hospital,
            attests=0.90 + 0.095 * dice.roll(),
            rounds_up=0.12 if dice.chance(0.15) else 0.010,
            hurry=0.055 if dice.chance(0.2) else 0.020,
        )
        found[practice] = 1.0 / (number + 4)
    return found


def days(count: int) -> timedelta:
    """A span of whole days."""
    return timedelta(days=count)


def add_months(start: date, months: int) -> date:
    """The same day so many calendar months later, clipped to the month's end."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def whole_vials(units: int) -> int:
    """The least milligrams in whole vials that hold so many: 15 and 45 mg make every multiple of 15."""
    return -(-units // 15) * 15
