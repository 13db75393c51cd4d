"""Over which periods of their end approvals are published: as short as their people allow, the ends taken together.

The first quarters of an extract and the last ones have few people. A row of few people would cost its neighbours,
since all rows add up to a total that is known; so the first period takes along what ended before it, and the last one
what ends later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from analytics.disclosure import count_people
from analytics.report.parts import tile_periods
from analytics.report.tables import Period, period
from analytics.results.renewals import TOLD_AFTER

Days = tuple[date, date]


@dataclass(frozen=True)
class Periods:
    """A policy's periods by their first days, in order; each of `months`.

    earlier, later: whether the first one takes along what ended before, and the last one what ends after it.
    """

    months: int
    starts: tuple[date, ...]
    earlier: bool
    later: bool

    def of(self, day: pl.Expr) -> pl.Expr:
        """The first day of the period that a day is counted in."""
        return day.dt.truncate(f"{self.months}mo").clip(self.starts[0], self.starts[-1])

    def years(self) -> Periods:
        """The years that the periods make: each period goes to the year that it begins in."""
        starts = tuple(dict.fromkeys(start.replace(month=1, day=1) for start in self.starts))
        return Periods(12, starts, self.earlier, self.later)

    def is_told(self, start: date, horizon: date) -> bool:
        """Whether what became of all approvals of a period can be told by the horizon."""
        last = self.later and start == self.starts[-1]
        months = 12 * start.year + start.month - 1 + self.months
        end = date(months // 12, months % 12 + 1, 1) - timedelta(days=1)
        return not last and end + TOLD_AFTER <= horizon

    def short(self, start: date) -> str:
        """A period in words, as a chart's axis has it: "2024 Q3", "2025"."""
        return period(Period(start, self.months))

    def label(self, start: date) -> str:
        """A period in words with what it takes along: "2024 Q3", "2023 Q4 and earlier", "2025 and later"."""
        words = self.short(start)
        if self.earlier and start == self.starts[0]:
            words += " and earlier"
        return f"{words} and later" if self.later and start == self.starts[-1] else words


def choose_periods(
    frame: pl.DataFrame, shown: Mapping[str, pl.Expr], horizon: date | None, threshold: int
) -> Periods | None:
    """A policy's quarters, if three of four can be shown and more; else its years, if any two can; else none.

    shown: the conditions whose counts must be of nobody or of enough people. What ends after the horizon can't be told
    yet, and goes with the last period before it.
    """
    for months in (3, 12):
        found = _joined(frame, shown, months, horizon, threshold)
        if found is not None:
            return found
    return None


def _joined(
    frame: pl.DataFrame, shown: Mapping[str, pl.Expr], months: int, horizon: date | None, threshold: int
) -> Periods | None:
    day = pl.col("approved_to").dt.truncate(f"{months}mo")
    every = sorted(frame.select(day.alias("day"))["day"].unique().to_list())
    last = date(horizon.year, (horizon.month - 1) // months * months + 1, 1) if horizon else date.max
    starts = [start for start in every if start <= last] or every[:1]
    while len(starts) > 1:
        found = Periods(months, tuple(starts), starts[0] > every[0], starts[-1] < every[-1])
        periods = frame.with_columns(period=found.of(pl.col("approved_to")))
        counted = count_people(periods, ["period"], shown, threshold)
        sound = {key[0]: not any(count.people for count in counts.values()) for key, counts in counted.items()}
        if sound[starts[0]] and sound[starts[-1]]:
            return found if 4 * sum(sound.values()) >= 3 * len(sound) or months == 12 else None
        starts = starts[1:] if not sound[starts[0]] else starts[:-1]
    return None


def months_compared(frame: pl.DataFrame, horizon: date | None) -> Mapping[str, Days]:
    """The last four whole quarters in which outcomes can be told (`recent`), and the four `before` them.

    Whole quarters, so that they don't cut the periods of the tables into pieces of few people. Only as far as approvals
    ended by then: before the extract's first year is over there is nothing to compare.
    """
    if horizon is None or frame.is_empty():
        return {}
    told = horizon - TOLD_AFTER + timedelta(days=1)
    quarter_end = date(told.year, (told.month - 1) // 3 * 3 + 1, 1) - timedelta(days=1)
    first = min(frame["approved_to"].to_list()).replace(day=1)
    stretches = dict(zip(("recent", "before"), tile_periods(quarter_end), strict=True))
    return {name: days for name, days in stretches.items() if first <= days[0]}
