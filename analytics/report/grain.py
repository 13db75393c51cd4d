"""How long the periods of a series are: as short as its people allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from analytics.disclosure import count_people

#: Words for periods of so many months.
PERIODS = {1: "month", 3: "quarter", 12: "year"}


def choose(
    frame: pl.DataFrame,
    key: Sequence[str],
    day: str,
    conditions: Mapping[str, pl.Expr],
    months: Sequence[int],
    threshold: int,
) -> dict[tuple[object, ...], int]:
    """For each group of `key`, the shortest periods of which at least half can be shown, else the longest.

    A period can be shown when each of the conditions holds for nobody or for `threshold` people and more.
    """
    chosen: dict[tuple[object, ...], int] = {}
    for length in months:
        periods = frame.with_columns(period=pl.col(day).dt.truncate(f"{length}mo"))
        shown: dict[tuple[object, ...], list[bool]] = {}
        for group, counts in count_people(periods, [*key, "period"], conditions, threshold).items():
            shown.setdefault(group[:-1], []).append(not any(count.people for count in counts.values()))
        for group, which in shown.items():
            if 2 * sum(which) >= len(which) or length == months[-1]:
                chosen.setdefault(group, length)
    return chosen


def with_period(
    frame: pl.DataFrame, key: Sequence[str], day: str, lengths: Mapping[tuple[object, ...], int]
) -> pl.DataFrame:
    """The frame with `period`, the first day of each row's period, and `months`, how long it is in its group."""
    if frame.is_empty():
        return frame.with_columns(period=pl.lit(None, dtype=pl.Date), months=pl.lit(None, dtype=pl.Int64))
    parts = [
        part.with_columns(
            period=pl.col(day).dt.truncate(f"{lengths[group]}mo"), months=pl.lit(lengths[group], dtype=pl.Int64)
        )
        for group, part in frame.group_by(key, maintain_order=True)
    ]
    return pl.concat(parts)
