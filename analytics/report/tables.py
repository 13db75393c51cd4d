"""Published tables: columns, rows of disclosed values, and how a value reads.

A value is a number, a date, a text, a :class:`Rate`, a :class:`Hidden` mark, or None where there is none. Nothing
enters a table but through the disclosure ledger; charts and HTML are made from these tables alone.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from math import ceil, floor
from typing import Any, Literal, NamedTuple

from analytics.disclosure import Hidden, Ledger, fewest_shown
from analytics.statistics import Estimate, wilson

Kind = Literal[
    "text", "code", "count", "rate", "bar", "ratio", "shared", "units", "amount", "hours", "days", "share", "period"
]
Value = Any

_MARKS = {Hidden.SMALL: "<{}", Hidden.WITHHELD: "withheld", Hidden.ALL_BUT_FEW: "all but <{}"}
NOTHING = "–"


class Rate(NamedTuple):
    """k of n, with Wilson's 95% limits."""

    k: float
    n: float
    value: float
    low: float
    high: float


class Period(NamedTuple):
    """A calendar period of 1, 3 or 12 months by its first day (None: all that comes later)."""

    start: date | None
    months: int


class Bound(NamedTuple):
    """What the mark of a small count says about a rate: it is at least (or at most) this share."""

    words: Literal["at least", "at most"]
    value: float


class Between(NamedTuple):
    """What marks elsewhere on the page say about a rate: it lies between two shares."""

    low: float
    high: float


@dataclass(frozen=True)
class Column:
    """A column of a published table: the row's key that it shows, its heading and how its values read.

    A `rate` stands with its 95% limits under it; a `share` stands alone; `bar` draws the parts of a whole.
    """

    name: str
    label: str
    kind: Kind = "count"


class Parts(NamedTuple):
    """Parts of a whole, as shares of it for a bar; 0 where a part is hidden."""

    met: float
    not_met: float
    unknown: float


class More(NamedTuple):
    """What a row opens to: labelled sentences, and a piece of code."""

    lines: Sequence[tuple[str, str]]
    code: str = ""


@dataclass(frozen=True)
class Row:
    """A row: its values by column name, how deep it is indented, and what sets it apart (a CSS class).

    guides: in a drawn tree, the line at each level left of the row: "line", "branch", "last" or "" (none); gate: what
    the row asks of its children ("all of", "any of"). more: what its first cell opens to.
    """

    values: Mapping[str, Value]
    depth: int = 0
    mark: str = ""
    guides: Sequence[str] = ()
    gate: str = ""
    more: More | None = None


@dataclass(frozen=True)
class Table:
    """A published table. The first column heads its rows. `long` ones are folded away until they are asked for.

    further: a noun for the rows, as ("criterion", "criteria"): rows of which no value may be shown are then left out,
    and a closing sentence says how many. A row stays that heads deeper ones which stay.
    """

    id: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    notes: Sequence[str] = field(default_factory=tuple)
    long: bool = False
    further: tuple[str, str] | None = None

    @property
    def printed(self) -> Sequence[Row]:
        """The rows that the page prints."""
        if not self.further:
            return self.rows
        kept: list[Row] = []
        needed = 0  # a row above, less deep than this, heads one that stays
        for row in reversed(self.rows):
            if row.depth < needed or self._says(row):
                kept.append(row)
                needed = row.depth
            else:
                needed = min(needed, row.depth)
        return kept[::-1]

    @property
    def closing(self) -> str:
        """How many rows were left out, in a sentence; empty where none was."""
        left_out = len(self.rows) - len(self.printed)
        if not left_out or not self.further:
            return ""
        one, many = self.further
        if left_out == len(self.rows):
            return f"No {one} has enough people behind it to be shown."
        return f"{left_out:,} further {one if left_out == 1 else many}: too few people to show."

    def _says(self, row: Row) -> bool:
        """Whether any of a row's values, beyond those that name it, is shown."""
        values = [row.values[column.name] for column in self.columns[1:] if column.kind not in ("text", "code", "bar")]
        return any(value is not None and not isinstance(value, Hidden) for value in values)

    @property
    def is_withheld(self) -> bool:
        """Whether nothing but marks stands beside the first column: one sentence then says as much."""
        names = [column.name for column in self.columns[1:] if column.kind != "bar"]
        values = [value for row in self.rows for name in names if (value := row.values[name]) is not None]
        return bool(values) and all(isinstance(value, Hidden) for value in values)

    @property
    def hides(self) -> bool:
        """Whether any of its cells is hidden."""
        return any(isinstance(value, Hidden) for row in self.rows for value in row.values.values())


def rate(ledger: Ledger, k: Hashable, n: Hashable, rest: Hashable | None = None) -> Rate | Bound | Hidden | None:
    """The rate of two counts on the ledger: hidden unless both are shown, None where n is shown as 0.

    rest: what k lacks of n. Where k or the rest is marked small, that mark bounds the rate.
    """
    if ledger.shows(k, n):
        return rate_of(ledger[k], ledger[n])
    if ledger.shows(n):
        if not ledger[n]:
            return None
        share = (ledger.threshold - 1) / ledger.entered(n).value
        if ledger.is_few(k) and share < 1:
            return Bound("at most", share)
        if rest is not None and ledger.is_few(rest) and share < 1:
            return Bound("at least", 1 - share)
    return Hidden.WITHHELD


def rate_of(k: Any, n: Any) -> Rate | None:
    """k of n with its limits, None where n is 0."""
    limits = wilson(k, n)
    return None if limits is None else Rate(k, n, k / n, *limits)


def percent(share: float) -> str:
    """A share as a percentage with one decimal. Never "100.0%" or "0.0%" unless it is."""
    text = f"{100 * share:.1f}%"
    if text == "100.0%" and share < 1:
        return "99.9%"
    return "0.1%" if text == "0.0%" and share > 0 else text


def bound(value: Bound) -> str:
    """A bound as "at least 83%", rounded to where it stays true."""
    whole = floor(100 * value.value) if value.words == "at least" else ceil(100 * value.value)
    return f"{value.words} {whole}%"


def between(value: Between) -> str:
    """A range as "25% to 37%", rounded to where it stays true."""
    return f"{floor(100 * value.low)}% to {ceil(100 * value.high)}%"


def month(day: date) -> str:
    """A month as "Mar 2025", in English whatever the locale."""
    names = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{names[day.month - 1]} {day.year}"


def period(value: Period) -> str:
    """A period as "Mar 2025", "2025 Q1" or "2025"; what ends after all of them as "later"."""
    if value.start is None:
        return "later"
    if value.months == 1:
        return month(value.start)
    return f"{value.start.year} Q{(value.start.month + 2) // 3}" if value.months == 3 else str(value.start.year)


def limits(value: Rate | Estimate) -> str:
    """The limits of a rate in words that read well aloud."""
    return f"{percent(value.low)} to {percent(value.high)}"


def hours(value: float) -> str:
    """A duration in hours, below two days with one decimal, above in days."""
    return f"{f'{value:.1f}'.removesuffix('.0')} h" if value < 48 else f"{value / 24:.1f} days"


def shown(value: Value, kind: Kind) -> str:
    """A value as the page prints it."""
    if isinstance(value, Hidden):
        return _MARKS[value].format(fewest_shown())
    if value is None:
        return NOTHING
    if isinstance(value, str):
        return value
    if isinstance(value, Rate | Estimate):
        return percent(value.value)
    if isinstance(value, Bound):
        return bound(value)
    if isinstance(value, Between):
        return between(value)
    return str(_PRINTED[kind](value))


def is_mark(text: str) -> bool:
    """Whether a printed value is the mark of a hidden one."""
    return text in {mark.format(fewest_shown()) for mark in _MARKS.values()}


def _whole(value: float | Decimal) -> str:
    return f"{value:,.0f}"


_PRINTED: Mapping[Kind, Any] = {
    "text": str,
    "code": str,
    "count": _whole,
    "rate": percent,
    "share": percent,
    "ratio": lambda value: f"{value:.2f}".replace("-", "−"),
    "shared": lambda value: f"{value:,.1f}",
    "units": _whole,
    "amount": lambda value: f"{'−' if round(value) < 0 else ''}${abs(value):,.0f}",
    "hours": hours,
    "days": lambda value: f"{value:,.0f} days",
    "period": period,
}
