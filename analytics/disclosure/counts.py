"""Counts with the people behind them."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple

import polars as pl


class Count(NamedTuple):
    """A count, and who stands behind it as long as they are few.

    value: administrations, requests, rows, … `people`: their persons where these are fewer than the threshold (so
    that unions of small groups can be told), None where they are not.
    """

    value: float
    people: frozenset[Hashable] | None


def count_people(
    frame: pl.DataFrame,
    by: Sequence[str],
    columns: Mapping[str, pl.Expr],
    threshold: int,
    person: str = "person_id",
) -> dict[tuple[Any, ...], dict[str, Count]]:
    """How many rows of each group fulfil each condition, and the people behind them.

    frame: one row a thing counted, with its person. by: the grouping columns (none: one group with the key `()`).
    columns: name -> condition; rows where it is null don't count. Groups come sorted by key, nulls first.
    """
    work = frame.with_columns(expr.fill_null(False).alias(f"?{name}") for name, expr in columns.items())
    aggregates: list[pl.Expr] = []
    for name in columns:
        some = pl.col(person).filter(pl.col(f"?{name}")).unique().sort().head(threshold)
        aggregates += [pl.col(f"?{name}").sum().alias(f"n:{name}"), some.alias(f"p:{name}")]
    if by:
        table = work.group_by(list(by)).agg(aggregates).sort(list(by))
    else:
        table = work.select(
            aggregate.implode() if "p:" in aggregate.meta.output_name() else aggregate for aggregate in aggregates
        )
    return {
        tuple(row[key] for key in by): {
            name: Count(row[f"n:{name}"], frozenset(row[f"p:{name}"]) if len(row[f"p:{name}"]) < threshold else None)
            for name in columns
        }
        for row in table.iter_rows(named=True)
    }


def fewest_people(value: int, things_per_person: Sequence[int], threshold: int) -> Count:
    """The count `value` with the fewest people who can stand behind it, when nobody knows who they are.

    things_per_person: how many of the things counted each person has, in falling order. Those with the most come
    first, so no fewer people can add up to `value`: a safe lower bound, since more people would only be less small.
    """
    people, left = 0, value
    for things in things_per_person:
        if left <= 0 or people >= threshold:
            break
        left -= things
        people += 1
    # Nameless people: two such groups are never taken for different ones.
    return Count(value, None if people >= threshold else frozenset(f"?{i}" for i in range(people)))
