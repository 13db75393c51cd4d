"""What the makers of random extracts share: one random source, the calendar, plan names and clean rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import TypeVar

from tests.reference.policies import A
from tests.reference.schema import Raw

T = TypeVar("T")

POLICIES = {"Alder Health": A, "Cedar Mutual": A}  # what the user's configuration says
PAYERS_A = tuple(POLICIES)
PAYERS_B = ("EmblemHealth", "ConnectiCare")
PAYERS_NONE = ("Birch Plan", "emblemhealth")  # names match exactly, so the second has no policy

TABLES = (
    "medical_claim",
    "authorization",
    "criterion_review",
    "clinical_answer",
    "eligibility",
    "observation",
    "pharmacy_claim",
)


@dataclass
class World:
    """The extract in the making. Dates lie in `begin`..`end`; rows are clean until the mess is made.

    Drugs of other classes reach back `history` days before it; with 0 there are none, and the extract starts
    with the drug itself.
    """

    rng: Random
    begin: date
    end: date
    tables: dict[str, list[Raw]] = field(default_factory=lambda: {name: [] for name in TABLES})
    n_claims: int = 0
    history: int = 0

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def pick(self, *options: T) -> T:
        return self.rng.choice(options)

    def weighted(self, weights: dict[T, float]) -> T:
        return self.rng.choices(list(weights), list(weights.values()))[0]

    def sample(self, options: Sequence[T], most: int) -> list[T]:
        return self.rng.sample(list(options), self.rng.randint(0, min(most, len(options))))

    def date_between(self, first: date, last: date) -> date:
        return first + timedelta(days=self.rng.randint(0, max(0, (last - first).days)))

    def claim_id(self) -> str:
        self.n_claims += 1
        return f"c{self.n_claims:03d}"

    def add(self, table: str, **row: object) -> Raw:
        """Append a row; values become text."""
        made: Raw = {column: None if value is None else str(value) for column, value in row.items()}
        self.tables[table].append(made)
        return made

    def instant(self, day: date) -> str:
        """A moment of the day in any of the allowed forms; with a zone its UTC date may be another."""
        if self.chance(0.25):
            return day.isoformat()
        moment = datetime(day.year, day.month, day.day, self.rng.randint(0, 23), self.rng.randint(0, 59))
        form = self.pick("%H:%M", "%H:%M:%S", "%H:%M:%S.250")
        zone = self.pick("", "", "Z", "+00:00", "-05:00", "+05:30", "-10:00", "+13:00")
        return f"{day}{self.pick(' ', 'T')}{moment.strftime(form)}{zone}"


@dataclass
class Person:
    """A person as the makers know them: the plan, the body and the time under treatment."""

    id: str
    payer: str
    bsa: Decimal
    first: date
    last: date
