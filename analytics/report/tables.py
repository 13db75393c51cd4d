"""Published tables: columns, rows of disclosed values, and how a value reads.

A value is a number, a date, a text, a :class:`Rate`, a :class:`Hidden` mark, or None where there is none. Nothing
enters a table but through the disclosure ledger; charts and HTML are made from these tables alone.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from analytics.disclosure import THRESHOLD, Hidden, Ledger
from analytics.statistics import wilson

Kind = Literal[
    "text", "code", "count", "rate", "limits", "ratio", "units", "amount", "hours", "days", "share", "month", "quarter"
]
Value = Any

MARKS = {Hidden.SMALL: f"<{THRESHOLD}", Hidden.WITHHELD: "withheld"}
NOTHING = "–"


class Rate(NamedTuple):
    """k of n, with Wilson's 95% limits."""

    k: float
    n: float
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Column:
    """A column of a published table: the row's key that it shows, its heading and how its values read."""

    name: str
    label: str
    kind: Kind = "count"


def with_limits(name: str, label: str) -> list[Column]:
    """The two columns of a rate: itself and its 95% limits."""
    return [Column(name, label, "rate"), Column(f"{name}:limits", "95% limits", "limits")]


@dataclass(frozen=True)
class Row:
    """A row: its values by column name, how deep it is indented, and what sets it apart (a CSS class)."""

    values: Mapping[str, Value]
    depth: int = 0
    mark: str = ""


@dataclass(frozen=True)
class Table:
    """A published table. The first column heads its rows. `long` ones are folded away until they are asked for."""

    id: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    notes: Sequence[str] = field(default_factory=tuple)
    long: bool = False

    def cell(self, row: Row, column: Column) -> Value:
        """What a row holds in a column; a rate's limits are read from the rate."""
        return row.values[column.name.removesuffix(":limits")]

    @property
    def hides(self) -> bool:
        """Whether any of its cells is hidden."""
        return any(isinstance(value, Hidden) for row in self.rows for value in row.values.values())


def rate(ledger: Ledger, k: Hashable, n: Hashable) -> Rate | Hidden | None:
    """The rate of two counts on the ledger: hidden unless both are shown, None where n is 0."""
    if not ledger.shows(k, n):
        return Hidden.WITHHELD
    return rate_of(ledger[k], ledger[n])


def rate_of(k: Any, n: Any) -> Rate | None:
    """k of n with its limits, None where n is 0."""
    limits = wilson(k, n)
    return None if limits is None else Rate(k, n, k / n, *limits)


def guarded(ledger: Ledger, value: Value, *counts: Hashable) -> Value:
    """A sum or a mean, shown only where the counts that it belongs to are."""
    return value if ledger.shows(*counts) else Hidden.WITHHELD


def percent(share: float) -> str:
    """A share as a percentage with one decimal. Never "100.0%" or "0.0%" unless it is."""
    text = f"{100 * share:.1f}%"
    if text == "100.0%" and share < 1:
        return "99.9%"
    return "0.1%" if text == "0.0%" and share > 0 else text


def month(day: date) -> str:
    """A month as "Mar 2025", in English whatever the locale."""
    names = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{names[day.month - 1]} {day.year}"


def quarter(day: date) -> str:
    """A quarter as "2025 Q1"."""
    return f"{day.year} Q{(day.month + 2) // 3}"


def limits(value: Rate) -> str:
    """The limits of a rate in words that read well aloud."""
    return f"{percent(value.low)} to {percent(value.high)}"


def hours(value: float) -> str:
    """A duration in hours, below two days with one decimal, above in days."""
    return f"{value:.1f} h" if value < 48 else f"{value / 24:.1f} days"


def shown(value: Value, kind: Kind) -> str:
    """A value as the page prints it."""
    if isinstance(value, Hidden):
        return MARKS[value]
    if value is None:
        return NOTHING
    if isinstance(value, Rate):
        return limits(value) if kind == "limits" else percent(value.value)
    return _PRINTED[kind](value)


def _whole(value: float | Decimal) -> str:
    return f"{value:,.0f}"


_PRINTED: Mapping[Kind, Any] = {
    "text": str,
    "code": str,
    "count": _whole,
    "rate": percent,
    "share": percent,
    "limits": str,
    "ratio": lambda value: f"{value:.2f}".replace("-", "−"),
    "units": _whole,
    "amount": lambda value: f"${value:,.0f}",
    "hours": hours,
    "days": lambda value: f"{value:,.0f} days",
    "month": month,
    "quarter": quarter,
}
