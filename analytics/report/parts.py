"""What the page is made of: sections of parts, each with sentences, at most one figure, and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from analytics import charts
from analytics.disclosure import Hidden
from analytics.report.tables import Bound, Rate, Table, bound, limits, percent, shown
from analytics.report.tiles import Stretch, Target, Tile, change, stretch, tile_periods

if TYPE_CHECKING:
    import plotly.graph_objects as go
    import polars as pl

__all__ = [
    "Figure",
    "Note",
    "Part",
    "Section",
    "Stretch",
    "Study",
    "Target",
    "Tile",
    "change",
    "count_of",
    "in_words",
    "interval",
    "k_of_n",
    "number",
    "slug",
    "spread",
    "stretch",
    "tells",
    "tile_periods",
]


class Study(Protocol):
    """What the page reads: result tables as Polars frames, and the run record."""

    @property
    def manifest(self) -> Mapping[str, Any]:
        """The run record."""

    @property
    def administration(self) -> pl.DataFrame:
        """One row an administration."""

    @property
    def administration_provider(self) -> pl.DataFrame:
        """One row an administration: who gave it."""

    @property
    def administration_therapy(self) -> pl.DataFrame:
        """One row an administration and other drug that is looked for around it."""

    @property
    def administration_waste(self) -> pl.DataFrame:
        """One row an administration: what was discarded, and how much of it in whole vials."""

    @property
    def limit_result(self) -> pl.DataFrame:
        """One row an administration and limit."""

    @property
    def dosing_sensitivity(self) -> pl.DataFrame:
        """One row a policy, payer and scenario."""

    @property
    def request(self) -> pl.DataFrame:
        """One row a request, with its `person_id`."""

    @property
    def request_evidence(self) -> pl.DataFrame:
        """One row a request and other drug that is looked for before it."""

    @property
    def criterion_result(self) -> pl.DataFrame:
        """One row a request and criterion."""

    @property
    def approval_by_criterion(self) -> pl.DataFrame:
        """Criteria in tree order; an optional `parent_id` says what each hangs on."""

    @property
    def authorization_metrics(self) -> pl.DataFrame:
        """One row a payer and drug."""

    @property
    def reviewer_agreement(self) -> pl.DataFrame:
        """One row a policy, version and leaf criterion."""

    @property
    def renewal(self) -> pl.DataFrame:
        """One row a final approval."""

    @property
    def therapy_spell(self) -> pl.DataFrame:
        """One row a policy, person, permissible gap and spell of treatment."""

    @property
    def persistence(self) -> pl.DataFrame:
        """One row a policy, payer (null: all), permissible gap and day since the first dose."""

    @property
    def authorization_way(self) -> pl.DataFrame:
        """One row an initial request: when it was decided, first used and asked to be renewed."""

    @property
    def quality_result(self) -> pl.DataFrame:
        """One row an expectation."""

    @property
    def reconciliation(self) -> pl.DataFrame:
        """One row an input table."""

    @property
    def reconciliation_reason(self) -> pl.DataFrame:
        """One row an input table and reason."""


#: A table of so many columns fits beside a figure.
BESIDE = 3


@dataclass(frozen=True)
class Figure:
    """A chart: its element's fixed id, what it shows in a sentence, and the Plotly figure (None: nothing to draw)."""

    id: str
    alt: str
    chart: go.Figure | None

    @property
    def data(self) -> str:
        """The figure as JSON, ready to stand inside a script element."""
        return charts.to_json(self.chart)


@dataclass(frozen=True)
class Note:
    """Something that opens on demand: a title, labelled sentences, and a piece of code."""

    title: str
    lines: Sequence[tuple[str, str]]
    code: str = ""


@dataclass(frozen=True)
class Part:
    """A titled piece of a section: sentences, a figure, and the tables beside it; `over`: what it is all about.

    notes: what can be opened below the tables.
    """

    id: str
    title: str
    text: Sequence[str] = ()
    figure: Figure | None = None
    tables: Sequence[Table] = ()
    over: str = ""
    notes: Sequence[Note] = ()

    @property
    def is_beside(self) -> bool:
        """Whether the first table is narrow enough to stand beside the figure."""
        if not self.figure or not self.figure.chart or not self.tables:
            return False
        first = self.tables[0]
        return not first.long and not first.is_withheld and len(first.columns) <= BESIDE


@dataclass(frozen=True)
class Section:
    """A section of the page."""

    id: str
    title: str
    lead: str
    parts: Sequence[Part] = field(default_factory=tuple)


def number(value: Any) -> float | None:
    """A value as a number for a chart: None where it is hidden or not there."""
    return None if value is None or isinstance(value, Hidden) else float(value)


def bar(value: Any) -> float | str | None:
    """A value for a chart of bars: as a number, or the mark that stands for it where it is hidden."""
    return shown(value, "count") if isinstance(value, Hidden) else number(value)


def interval(label: str, value: Rate | Bound | Hidden | None, what: str) -> charts.Interval:
    """A rate as a chart's point, with the words that it is described by. Rounded, so that no digit is spurious."""
    if isinstance(value, Bound) and value.words == "at least":
        return charts.Interval(label, None, floor=round(value.value, 4), words=f"{bound(value)} of the {what}")
    if not isinstance(value, Rate):
        return charts.Interval(label, None)
    words = f"{percent(value.value)}: {value.k:,.0f} of {value.n:,.0f} {what}<br>95% limits {limits(value)}"
    return charts.Interval(label, round(value.value, 4), round(value.low, 4), round(value.high, 4), words)


def tells(points: Sequence[charts.Interval]) -> bool:
    """Whether there is anything to draw of some points."""
    return any(point.rate is not None or point.floor is not None for point in points)


def in_words(value: Any, what: str) -> str:
    """A rate as a sentence's middle: "91.3% (1,824 of 1,998 judged administrations)", or why there is none."""
    if isinstance(value, Rate):
        return f"{percent(value.value)} ({value.k:,.0f} of {value.n:,.0f} {what})"
    if isinstance(value, Bound):
        return f"{bound(value)} of the {what}"
    if isinstance(value, Hidden):
        return f"a withheld share (few people stand behind a count of the {what})"
    return f"none (there are no {what})"


def count_of(value: Any, one: str, many: str) -> str:
    """A count with its noun: "1 request", "<11 requests", "a withheld number of requests"."""
    if value is Hidden.WITHHELD:
        return f"a withheld number of {many}"
    return f"{shown(value, 'count')} {one if value == 1 else many}"


def k_of_n(k: Any, n: Any, what: str) -> str:
    """A rate's counts: "1,824 of 1,998 judged administrations", or that they are withheld: k alone would read as n."""
    if isinstance(n, Hidden) or k is Hidden.WITHHELD:
        return f"few people stand behind a count of the {what}"
    return f"{shown(k, 'count')} of {shown(n, 'count')} {what}"


def slug(*words: str) -> str:
    """Words as an element's id: lower case, letters and digits joined by hyphens."""
    text = "".join(letter if letter.isalnum() else "-" for letter in "-".join(words).lower())
    return "-".join(piece for piece in text.split("-") if piece)


def spread(points: Sequence[charts.Interval], what: str, periods: str) -> str:
    """A chart of rates over periods in a sentence: its least and greatest, and how many periods are not shown."""
    found = [(point.rate, point.label) for point in points if point.rate is not None]
    bounded = sum(point.floor is not None for point in points)
    if not found and bounded:
        return f"{what}: only lower bounds can be shown, for {bounded} of {len(points)} {periods}s."
    if not found:
        return f"{what}: no {periods} has enough people behind it to be shown."
    (least, at_least), (most, at_most) = min(found, key=lambda p: p[0]), max(found, key=lambda p: p[0])
    missing = len(points) - len(found) - bounded
    kept_back = f" For {bounded} of {len(points)} {periods}s only a lower bound can be shown." if bounded else ""
    kept_back += (
        f" {missing} of {len(points)} {periods}s {'is' if missing == 1 else 'are'} not shown." if missing else ""
    )
    if len(found) == 1:
        return f"{what}: {percent(least)} ({at_least}).{kept_back}"
    if percent(least) == percent(most):
        return f"{what}: {percent(least)} in each {periods} shown.{kept_back}"
    return f"{what}: from {percent(least)} ({at_least}) to {percent(most)} ({at_most}).{kept_back}"
