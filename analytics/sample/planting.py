"""What a planted finding is made of: rows that tell one small story, and what the product must report of it.

Everything planted is known by its number: finding 2 is about person P900002, claims C9000021, C9000022, … and
requests A9000021, A9000022, …
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from analytics.sample.rows import Row
from analytics.sample.world import days

Part = tuple[str, Row]
REQUIRED_TABLES = ("medical_claim", "authorization")


@dataclass(frozen=True)
class Holding:
    """A key that fits when the text stands in the cell."""

    text: str


@dataclass(frozen=True)
class AtLeast:
    """A value that fits when the cell is as great; others of the kind may stand in the rest of the sample."""

    number: int


class Absent:
    """The value expected of a row that must not be there."""


ABSENT = Absent()


@dataclass(frozen=True)
class Expectation:
    """One cell of one result table: the row with these keys holds `value` in `column` (or is ABSENT)."""

    table: str
    key: Mapping[str, object]
    column: str
    value: object


@dataclass(frozen=True)
class Planted:
    """One planted finding: its number and name, its story, its rows by table, what must be reported of it.

    as_of: the day for which it must be so, where that is not the extract's own last day.
    """

    number: int
    name: str
    story: str
    parts: tuple[Part, ...]
    expect: tuple[Expectation, ...]
    as_of: date | None = None

    @property
    def id(self) -> str:
        """Its number and name, as the test reports them."""
        return f"{self.number}-{self.name}"

    @property
    def rows(self) -> dict[str, tuple[Row, ...]]:
        """Its rows by table, in the order in which they are written."""
        found: dict[str, tuple[Row, ...]] = {}
        for table, row in self.parts:
            found[table] = (*found.get(table, ()), row)
        return found

    @property
    def quarantines(self) -> bool:
        """Whether rows of a required table are quarantined; too many fail the gate of a small sample."""
        return any(
            wanted.table == "quarantine" and wanted.key["table_name"] in REQUIRED_TABLES for wanted in self.expect
        )


def plant(
    number: int,
    name: str,
    story: str,
    parts: Iterable[Part | tuple[Part, ...]],
    *expect: tuple[Expectation, ...],
    as_of: date | None = None,
) -> Planted:
    """A planted finding from parts and expectations as the makers below give them."""
    flat: list[Part] = []
    for part in parts:
        flat.extend([part] if isinstance(part[0], str) else part)
    return Planted(number, name, story, tuple(flat), tuple(one for some in expect for one in some), as_of)


def day(number: int, when: int | str) -> str:
    """A date as it is given, or so many days after a finding's usual day.

    The usual days are spread over two years, lest one month of the sample be full of planted findings.
    """
    return when if isinstance(when, str) else (date(2023, 8, 1) + days(number * 53 % 640 + when)).isoformat()


def person_id(number: int) -> str:
    """The person of a planted finding."""
    return f"P{900_000 + number}"


def claim_id(number: int, which: int = 1) -> str:
    """A planted finding's claim; the last digit tells which of them."""
    return f"C{900_000 + number}{which}"


def request_id(number: int, which: int = 1) -> str:
    """A planted finding's request; the last digit tells which of them."""
    return f"A{900_000 + number}{which}"


def _expect(table: str, key: dict[str, object], values: dict[str, object]) -> tuple[Expectation, ...]:
    return tuple(Expectation(table, key, column, value) for column, value in values.items())


def given(number: int, when: int | str, **values: object) -> tuple[Expectation, ...]:
    """What `administration` says of a planted person's day."""
    key: dict[str, object] = {
        "person_id": person_id(number),
        "administered_on": date.fromisoformat(day(number, when)),
    }
    return _expect("administration", key, values)


def not_given(number: int, when: int | str) -> tuple[Expectation, ...]:
    """That day has no administration."""
    return given(number, when, status=ABSENT)


def limit(number: int, when: int | str, limit_id: str, **values: object) -> tuple[Expectation, ...]:
    """What `limit_result` says of one limit on a planted person's day."""
    key: dict[str, object] = {
        "person_id": person_id(number),
        "administered_on": date.fromisoformat(day(number, when)),
        "limit_id": limit_id,
    }
    return _expect("limit_result", key, values)


def judged(number: int, which: int = 1, **values: object) -> tuple[Expectation, ...]:
    """What `request` says of a planted request."""
    return _expect("request", {"authorization_id": request_id(number, which)}, values)


def criterion(number: int, criterion_id: str, which: int = 1, **values: object) -> tuple[Expectation, ...]:
    """What `criterion_result` says of one criterion of a planted request."""
    key: dict[str, object] = {"authorization_id": request_id(number, which), "criterion_id": criterion_id}
    return _expect("criterion_result", key, values)


def renewed(number: int, which: int = 1, **values: object) -> tuple[Expectation, ...]:
    """What `renewal` says of a planted approval."""
    return _expect("renewal", {"authorization_id": request_id(number, which)}, values)


def used(number: int, which: int = 1, **values: object) -> tuple[Expectation, ...]:
    """What `authorization_use` says of a planted approval."""
    return _expect("authorization_use", {"authorization_id": request_id(number, which)}, values)


def quarantined(table: str, reason: str, text: str) -> tuple[Expectation, ...]:
    """The row that holds `text` is quarantined for this reason."""
    return _expect("quarantine", {"table_name": table, "row_json": Holding(text)}, {"reason": reason})


def counted(table: str, kind: str, reason: str, at_least: int = 1) -> tuple[Expectation, ...]:
    """`reconciliation_reason` counts so many rows for this reason, or more."""
    key: dict[str, object] = {"table_name": table, "kind": kind, "reason": reason}
    return _expect("reconciliation_reason", key, {"n_rows": AtLeast(at_least)})
