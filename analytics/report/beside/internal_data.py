"""Rows of the internal page as JSON: columns of numbers, each with a dictionary, so that many open at once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

#: More rows than these are not put on the page: the tables beside it hold them all.
MOST_ROWS = 100_000


@dataclass(frozen=True)
class Worklist:
    """Rows to look at, the most urgent first: an id, a title, what is in it, and which result table has all of it.

    labels: column -> heading, in order; the first column says what was found. choices: columns to pick a value of.
    """

    id: str
    title: str
    lead: str
    table: str
    rows: pl.DataFrame
    labels: Mapping[str, str]
    choices: Sequence[str]

    @property
    def left_out(self) -> int:
        """How many rows are too many for the page."""
        return max(self.rows.height - MOST_ROWS, 0)

    @property
    def data(self) -> str:
        """The rows as JSON, ready to stand inside a script element."""
        rows = self.rows.select(*self.labels).head(MOST_ROWS)
        columns = [{"name": name, "label": self.labels[name], **coded(rows[name])} for name in rows.columns]
        content = {"id": self.id, "n": rows.height, "columns": columns, "choices": list(self.choices)}
        return json.dumps(content, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")


def coded(column: pl.Series) -> dict[str, Any]:
    """A column as JSON: numbers, or else its sorted words and each row's place among them (-1: none)."""
    if column.dtype.is_numeric():
        return {"numbers": column.cast(pl.Float64).round(2).to_list()}
    if isinstance(column.dtype, pl.List):
        column = column.list.join("; ").replace("", None)
    texts = column.cast(pl.String)
    words = texts.drop_nulls().unique().sort()
    if words.is_empty():
        return {"words": [], "codes": [-1] * column.len()}
    codes = texts.replace_strict(words, pl.int_range(words.len(), eager=True), default=-1, return_dtype=pl.Int64)
    return {"words": words.to_list(), "codes": codes.fill_null(-1).to_list()}
