"""What the three measures have in common: counts and rates by whatever columns are asked for, a figure, the query."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from analytics import charts
from analytics.errors import UserError
from analytics.notebook import markup
from analytics.notebook.choosing import PERIODS, groups, label_of, only_rows, with_periods
from analytics.notebook.frames import PERSON_COLUMNS
from analytics.notebook.overview import versions_in_words
from analytics.notebook.sqltext import SqlText, sql_behind
from analytics.notebook.tables import about_of
from analytics.results import RESULTS

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from analytics.study import Study

SMALL = "Counts as they are: small cells are not hidden here, so pass the page on, not this."


class Measure(ABC):
    """One of the study's three measures.

    `.table` gives its rates by policy and payer, `.by(…)` by any columns, `.figure(…)` draws them, `.sql` shows the
    query behind them. What `.by` groups by are columns of the table named by `rests_on`, and periods of its date.
    """

    name: ClassVar[str]
    question: ClassVar[str]
    #: The result table that it counts, one row a thing judged; the column of its date, if it has one.
    rests_on: ClassVar[str]
    dated: ClassVar[str | None] = None
    what: ClassVar[str]
    #: The headline rate, its numerator and denominator among the columns of `.by`.
    headline: ClassVar[tuple[str, str, str]]
    headline_words: ClassVar[str]
    #: What a notebook shows of `.table`; the frame itself has more.
    shown: ClassVar[tuple[str, ...]]

    def __init__(self, study: "Study") -> None:
        self._study = study

    @abstractmethod
    def _counted(self, frame: pl.DataFrame, by: list[str]) -> pl.DataFrame:
        """The counts of the measure with their rates, a row a group."""

    def by(self, *columns: str, **only: Any) -> pl.DataFrame:
        """Counts and rates by these columns (or a month, quarter or year), of the rows that `only` leaves.

        >>> study.dosing.by("payer", "month", policy_version="2024-02-16")  # doctest: +SKIP
        """
        frame, by = self._chosen(self._frame(), columns, only)
        try:
            counted = self._counted(frame, by)
        except pl.exceptions.DuplicateError:
            raise UserError(f"study.{self.name} adds up one of {', '.join(by)}, so it can't count by it.") from None
        return counted.sort(by, nulls_last=True) if by else counted

    def _chosen(
        self, frame: pl.DataFrame, columns: Sequence[str], only: Mapping[str, Any]
    ) -> tuple[pl.DataFrame, list[str]]:
        """The rows that `only` leaves, with their periods, and the columns to group them by."""
        if self.dated:
            frame = with_periods(frame, self.dated)
        asked = f"study.{self.name}"
        return only_rows(frame, only, asked), groups(frame, columns, asked)

    @property
    def table(self) -> pl.DataFrame:
        """The rates by policy and payer, over the whole period."""
        return self.by("policy_id", "payer")

    @property
    def sql(self) -> SqlText:
        """The query behind the rows that the measure counts, with the tables that it reads."""
        return sql_behind(
            RESULTS[self.rests_on],
            f"-- its rows are counted, and {self.headline[0]} made of the counts, in analytics/notebook/{self.name}.py",
        )

    def figure(self, by: str = "payer", **only: Any) -> "go.Figure":
        """The headline rate with its 95% limits: over time by "month", "quarter" or "year", else a row a group."""
        rows = self.by(by, **only).drop_nulls(by).to_dicts()
        return self._drawn(by, [(self.headline_words, [self._point(row, by, self.headline) for row in rows])], only)

    def _drawn(self, by: str, series: list[tuple[str, list[charts.Interval]]], only: Mapping[str, Any]) -> "go.Figure":
        if not any(points for _, points in series):
            raise self._nothing(by)
        if by in PERIODS:
            figure = charts.over_time(series, self._incomplete_from(by, series[0][1]))
        else:
            figure = charts.dots(series)
        return charts.displayed(self._warned(figure, {by, *only}))

    def _nothing(self, by: str) -> UserError:
        return UserError(f"study.{self.name} has nothing to draw by {by}: no row is left.")

    def _warned(self, figure: "go.Figure", columns: set[str]) -> "go.Figure":
        """The figure, under a warning where it was asked for by a column that leads to single persons."""
        if PERSON_COLUMNS & columns:
            title = {"text": f"⚠ {markup.PERSONS}", "font": {"size": 13}, "x": 0, "xref": "paper", "y": 0.98}
            figure.update_layout(title=title, margin_t=(figure.layout.margin.t or 0) + 32)
        return figure

    def _point(self, row: dict[str, Any], by: str, rate: tuple[str, str, str]) -> charts.Interval:
        """A row's rate as a point, labelled by what it was grouped by."""
        name, k, n = rate
        label = label_of(row[by], by)
        if row[name] is None:
            return charts.Interval(label, None)
        low, high = row[f"{name}_low"], row[f"{name}_high"]
        words = f"{row[name]:.1%}: {row[k]:,} of {row[n]:,}<br>95% limits {low:.1%} to {high:.1%}"
        return charts.Interval(label, row[name], low, high, words)

    def _incomplete_from(self, by: str, points: list[charts.Interval]) -> int | None:
        """The place of the first period that is not complete yet; None where all are."""
        return None

    def _place_from(self, day: date, by: str, points: list[charts.Interval]) -> int | None:
        """The place of the first period that holds the day, or comes after it; None where there is none."""
        if by not in PERIODS:
            return None
        # Periods in words are in order of time.
        return next((place for place, point in enumerate(points) if point.label >= label_of(day, by)), None)

    def _frame(self) -> pl.DataFrame:
        return self._study.frame(self.rests_on)

    def _headline(self) -> str:
        row = self.by().row(0, named=True)
        name, k, n = self.headline
        if row[name] is None:
            return f"{self.headline_words}: not evaluable."
        limits = f"95% limits {row[name + '_low']:.1%} to {row[name + '_high']:.1%}"
        return f"{self.headline_words}: {row[name]:.1%} ({row[k]:,} of {row[n]:,}; {limits})."

    def _facts(self) -> list[tuple[str, str]]:
        result, frame = RESULTS[self.rests_on], self._frame()
        about = about_of(self._study, result, frame, self.dated)
        pairs = [("counts", f"{self.what}, from {self.rests_on}"), ("one row there", about.grain)]
        pairs += [("n", f"{frame.height:,}"), ("period", about.period), ("policies", versions_in_words(self._study))]
        if self._study.is_checked:
            word, reason = self._study.quality[1].by_measure[self.name]
            pairs.append(("gate", f"{word}. {reason}"))
        return pairs

    def __repr__(self) -> str:
        facts = "\n".join(f"  {name}: {value}" for name, value in self._facts())
        return f"{self.question} {self._headline()}\n{facts}\n  see .table, .by(…), .figure(…), .sql"

    def _repr_html_(self) -> str:
        shown = self.table
        columns = ["policy_id", "payer", *self.shown]
        rows = [[in_words(row[name], name) for name in columns] for row in shown.iter_rows(named=True)]
        return (
            markup.heading(self.question, self._headline())
            + markup.facts(self._facts())
            + markup.table(columns, rows)
            + markup.line(f"More columns in .table. {SMALL} See also .by(…), .figure(…), .sql.")
        )


def in_words(value: Any, column: str) -> str:
    """A value as a small table prints it."""
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.1%}" if "_rate" in column else f"{value:,.1f}"
    return f"{value:,.0f}" if isinstance(value, int | Decimal) else str(value)
