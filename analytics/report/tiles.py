"""Headline figures: a value, the last twelve complete months beside the twelve before, and the plan's target.

A section fills a :class:`Tile` from counts that are on the disclosure ledger; the page adds the targets of `um.toml`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from analytics.report.tables import Rate, is_mark, month, shown

Days = tuple[date, date]


@dataclass(frozen=True)
class Stretch:
    """A headline figure over some months: which ("Nov 2024 to Oct 2025"), the value as printed, and its k of n."""

    months: str
    value: str
    counts: str = ""


@dataclass(frozen=True)
class Target:
    """A target of the configuration: what it asks for, and whether it is met (None: can't be told from the page)."""

    words: str
    met: bool | None

    @property
    def verdict(self) -> str:
        """Whether the target is met, in words."""
        return "can't be told" if self.met is None else "met" if self.met else "not met"


@dataclass(frozen=True)
class Tile:
    """A headline figure over the whole of the report: what it is, the number, and the sentences under it.

    counts: k of n, in words. limits: the 95% limits ("90.9% to 92.0%"). recent, before: the same figure over the last
    twelve complete months and over the twelve before (`tile_periods`), each entered on the ledger; change: how they
    differ, where both and their difference may be shown (`change`). measured: what a target is held against, by its
    key in `[targets]`, in percent, None where the page doesn't say it; the page turns it into `targets`.
    """

    label: str
    value: str
    lines: Sequence[str] = ()
    counts: str = ""
    limits: str = ""
    recent: Stretch | None = None
    before: Stretch | None = None
    change: str = ""
    measured: Mapping[str, float | None] = field(default_factory=dict)
    targets: Sequence[Target] = ()

    @property
    def is_number(self) -> bool:
        """Whether the value is a number, to be set large, rather than a word for why there is none."""
        return any(letter.isdigit() for letter in self.value) and not is_mark(self.value)


def mostly_withheld(tiles: Sequence[Tile]) -> bool:
    """Whether few people stand behind most of the headline figures that can be evaluated at all."""
    values = [tile.value for tile in tiles if tile.is_number or is_mark(tile.value)]
    return 2 * sum(map(is_mark, values)) > len(values)


#: key in `[targets]` -> (whether more is better, what the target is of, where a tile has several)
TARGETS: Mapping[str, tuple[bool, str]] = {
    "caps_kept_percent": (True, ""),
    "approved_percent": (True, "at first"),
    "approved_in_the_end_percent": (True, "in the end"),
    "retained_percent": (True, ""),
    "units_over_percent": (False, "of units billed"),
}


def with_targets(tile: Tile, targets: Mapping[str, float]) -> Tile:
    """The tile with those targets of the configuration that it can be held against."""
    found = []
    for key, value in tile.measured.items():
        if key not in targets:
            continue
        more, of_what = TARGETS[key]
        met = None if value is None else value >= targets[key] if more else value <= targets[key]
        words = f"{'at least' if more else 'at most'} {targets[key]:g}% {of_what}".strip()
        found.append(Target(words, met))
    return replace(tile, targets=found)


def tile_periods(last_day: date, incomplete: Collection[date | str] = ()) -> tuple[Days, Days]:
    """The last twelve complete months up to `last_day`, and the twelve before them, as (first day, last day) each.

    A month is complete when it ends by `last_day` (claims_through, horizon, …) and is not one of the `incomplete`,
    given by their first days as in the run record's `incomplete_months`. Where the earlier twelve begin before the
    data, there is nothing to compare with: leave `before` out.
    """
    waiting = {date.fromisoformat(day) if isinstance(day, str) else day for day in incomplete}
    end = _months_after(last_day + timedelta(days=1), 0)
    while _months_after(end, -1) in waiting:
        end = _months_after(end, -1)
    middle, start = _months_after(end, -12), _months_after(end, -24)
    one_day = timedelta(days=1)
    return (middle, end - one_day), (start, middle - one_day)


def _months_after(day: date, months: int) -> date:
    """The first day of the month that comes so many months after a day's own."""
    count = 12 * day.year + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def stretch(days: Days, value: Any, kind: Any = "rate", counts: str = "") -> Stretch:
    """A figure over some days as a tile shows it. A rate tells its own counts ("1,824 of 1,998")."""
    if isinstance(value, Rate):
        counts = counts or f"{value.k:,.0f} of {value.n:,.0f}"
    return Stretch(f"{month(days[0])} to {month(days[1])}", shown(value, kind), counts)


def change(recent: Any, before: Any) -> str:
    """How a rate changed, in points, as printed: "up 1.2 points"; empty unless the page shows both rates."""
    if not isinstance(recent, Rate) or not isinstance(before, Rate):
        return ""
    points = round(100 * recent.value, 1) - round(100 * before.value, 1)
    if abs(points) < 0.05:
        return "unchanged"
    return f"{'up' if points > 0 else 'down'} {abs(points):.1f} point{'' if f'{abs(points):.1f}' == '1.0' else 's'}"
