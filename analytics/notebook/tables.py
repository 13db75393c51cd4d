"""The result tables of a study: what each is, its query, its rows."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from analytics.errors import nearest
from analytics.notebook import markup
from analytics.notebook.frames import About, TableFrame
from analytics.notebook.sqltext import SqlText, grain_of, sql_behind
from analytics.results import RESULTS, Result

if TYPE_CHECKING:
    from analytics.study import Study


class ResultTable:
    """One result table: `.frame` its rows, `.sql` the query behind it, `.columns` names and types.

    >>> study.tables.administration.sql      # doctest: +SKIP
    >>> study.tables["renewal_summary"].grain  # doctest: +SKIP
    'policy, payer and quarter of approved_to (its first day)'
    """

    def __init__(self, study: "Study", result: Result) -> None:
        self._study = study
        self._result = result

    @property
    def name(self) -> str:
        """What the table is called, in Python, in SQL and as a file."""
        return self._result.name

    @cached_property
    def grain(self) -> str:
        """What one row is."""
        return grain_of(self._result)

    @property
    def holds_persons(self) -> bool:
        """Whether its rows are single persons, requests or claims."""
        return self._result.persons

    @property
    def columns(self) -> dict[str, str]:
        """Column -> type, in order."""
        return dict(self._result.columns)

    @property
    def sql(self) -> SqlText:
        """The query behind it, with the tables that it reads."""
        return sql_behind(self._result)

    @property
    def frame(self) -> pl.DataFrame:
        """Its rows."""
        return self._study.frame(self.name)

    def __repr__(self) -> str:
        persons = " Holds persons." if self.holds_persons else ""
        return f"{self.name}: one row is {self.grain}. Columns: {', '.join(self.columns)}.{persons}"

    def _repr_html_(self) -> str:
        frame = self.frame
        about = about_of(self._study, self._result, frame)
        listed = markup.table(("column", "type"), self.columns.items())
        return about.head(frame.height) + listed


class Tables(Mapping[str, ResultTable]):
    """All result tables by name: `study.tables.administration`, `study.tables["renewal"]`, `list(study.tables)`."""

    def __init__(self, study: "Study") -> None:
        self._study = study

    def __getitem__(self, name: str) -> ResultTable:
        if name not in RESULTS:
            raise KeyError(f"there is no result table '{name}'{nearest(name, list(RESULTS))}")
        return ResultTable(self._study, RESULTS[name])

    def __iter__(self) -> Iterator[str]:
        return iter(RESULTS)

    def __len__(self) -> int:
        return len(RESULTS)

    def __getattr__(self, name: str) -> ResultTable:
        if name in RESULTS:
            return self[name]
        raise AttributeError(f"there is no result table '{name}'{nearest(name, list(RESULTS))}")

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *RESULTS})

    def _ipython_key_completions_(self) -> list[str]:
        return list(RESULTS)

    def __repr__(self) -> str:
        return "\n".join(
            f"{name}: {grain_of(result)}{' (holds persons)' if result.persons else ''}"
            for name, result in RESULTS.items()
        )

    def _repr_html_(self) -> str:
        rows = [
            (name, grain_of(result), self._rows_in_words(name), "⚠ yes" if result.persons else "no")
            for name, result in RESULTS.items()
        ]
        return markup.table(("table", "one row", "rows", "holds persons"), rows)

    def _rows_in_words(self, name: str) -> str:
        """How many rows; a table that nobody asked for yet is not computed for its display."""
        return f"{self._study.frame(name).height:,}" if self._study.has_computed(name) else "–"


def headed(study: "Study", result: Result, frame: pl.DataFrame) -> pl.DataFrame:
    """A result table's rows under what a notebook says of them."""
    return TableFrame.of(frame, about_of(study, result, frame))


def about_of(study: "Study", result: Result, frame: pl.DataFrame, day: str | None = None) -> About:
    """What is said above a result table: its period is that of `day` or its first date, else that of the study."""
    day = day or next((column for column, kind in result.columns.items() if kind == "DATE"), None)
    period = f"as of {study.as_of}"
    if day is not None and frame[day].drop_nulls().len():
        first, last = frame.select(first=pl.col(day).min(), last=pl.col(day).max()).row(0)
        period = f"{day} {first} to {last}, {period}"
    policies = ""
    if "policy_id" in frame.columns:
        names = [name for name in study.policies if frame["policy_id"].eq(name).any()]
        policies = ", ".join(names)
    return About(result.name, grain_of(result), period, policies, result.persons)
