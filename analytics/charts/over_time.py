"""Rates over periods, with their interval bands."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from analytics.charts.base import (
    AXIS,
    GREY,
    LOOKS,
    SHADE,
    Interval,
    Look,
    faded,
    figure_of,
    gap,
    layout_of,
    percent_axis,
)

if TYPE_CHECKING:
    import plotly.graph_objects as go

#: A phone has room for so many labels of periods beside each other.
MOST_LABELS = 6


class Mark(NamedTuple):
    """A day on which something changes: its place among the periods (`place_of`), and what it says."""

    at: float
    words: str


def place_of(day: date, starts: Sequence[date], months: int) -> float | None:
    """Where a day lies on an axis of periods of so many months, given by their first days in order.

    The first period reaches from -0.5 to 0.5. None where the day lies in none of the periods, or opens the first.
    """
    for place, start in enumerate(starts):
        past = 12 * (day.year - start.year) + day.month - start.month
        if 0 <= past < months:
            at = place - 0.5 + (past + (day.day - 1) / 31) / months
            return round(at, 3) if at > -0.5 else None
    return None


def over_time(
    series: Sequence[tuple[str, Sequence[Interval]]],
    incomplete_from: int | None = None,
    *,
    incomplete: Collection[str] = (),
    marks: Sequence[Mark] = (),
    spans: Sequence[tuple[float, float] | None] = (),
    span_name: str = "",
) -> go.Figure:
    """Lines with their interval bands over the same equally spaced periods; gaps where nothing may be shown.

    incomplete: the labels of the periods that are not complete yet: they are greyed. incomplete_from: the place of the
    first of them, where all after it are incomplete too. marks: dashed upright lines, as where a policy's version
    comes into force. spans: for each period a wider range that the rate stands in, grey behind it, called `span_name`.
    """
    labels = [point.label for point in series[0][1]]
    traces: list[dict[str, Any]] = [_spans(labels, spans, span_name)] if any(spans) else []
    for (name, points), look in zip(series, LOOKS, strict=False):
        traces += _band(points, look)
        traces.append(_line(name, points, look))
        if any(point.floor is not None for point in points):
            traces.append(_floors(name, points, look))
    named = len(series) + sum("at least" in str(trace.get("name")) for trace in traces) + any(spans)
    layout = layout_of(height=300 + 20 * bool(marks), legend=named > 1)
    layout["xaxis"] |= {"categoryorder": "array", "categoryarray": labels, "range": [-0.5, len(labels) - 0.5]}
    layout["xaxis"] |= {"type": "category", "tickangle": 0, "showgrid": False, **_ticks(labels)}
    ends = [Interval("", end) for span in spans if span for end in span]
    layout["yaxis"] |= percent_axis([*(point for _, points in series for point in points), *ends])
    first = len(labels) if incomplete_from is None else incomplete_from
    grey = [label in incomplete or place >= first for place, label in enumerate(labels)]
    layout["shapes"], layout["annotations"] = [], []
    for start, end in _runs(grey):
        _grey(layout, start - 0.5, end - 0.5)
    for mark in marks:
        _mark(layout, mark, to_the_left=mark.at > 0.6 * len(labels))
    if marks:
        # The words of the marks stand between the plot and its legend.
        layout["margin"]["t"] += 20
        layout["legend"]["y"] = 1.1
    return figure_of(traces, layout)


def _ticks(labels: Sequence[str]) -> dict[str, Any]:
    """Few labels, in two lines ("Jan" over "2025"), from a January or a first quarter on, the year where it changes."""
    pieces = [label.split() for label in labels]
    if not all(len(both) == 2 for both in pieces):
        return {"nticks": MOST_LABELS}
    parts = [(a, b) if b.isdigit() else (b, a) for a, b in pieces]
    step = next((s for s in (1, 2, 3, 4, 6, 12, 24) if len(labels) <= s * MOST_LABELS), 36)
    first = next((place for place, (part, _) in enumerate(parts) if part in ("Jan", "Q1")), 0)
    places = list(range(first % step, len(labels), step))
    years = [parts[place][1] for place in places]
    texts = [
        parts[place][0] + (f"<br>{year}" if i == 0 or year != years[i - 1] else "<br> ")
        for i, (place, year) in enumerate(zip(places, years, strict=True))
    ]
    return {"tickmode": "array", "tickvals": [labels[place] for place in places], "ticktext": texts}


def _line(name: str, points: Sequence[Interval], look: Look) -> dict[str, Any]:
    # A point without neighbours has no band to stand in: it gets whiskers.
    alone = {start for start, end in _runs([point.rate is not None for point in points]) if end - start == 1}
    error = {"type": "data", "symmetric": False, "color": look.color, "thickness": 1.5, "width": 4}
    error["array"] = [gap(p.high, p.rate) if i in alone else 0 for i, p in enumerate(points)]
    error["arrayminus"] = [gap(p.rate, p.low) if i in alone else 0 for i, p in enumerate(points)]
    return {
        "type": "scatter",
        "x": [point.label for point in points],
        "y": [point.rate for point in points],
        "error_y": error,
        "mode": "lines+markers",
        "name": name,
        "line": {"color": look.color, "width": 2, "dash": look.dash},
        "marker": {"size": 8, "color": look.color, "symbol": look.symbol},
        "connectgaps": False,
        "text": [point.words for point in points],
        "hovertemplate": f"%{{x}}<br>{name}: %{{text}}<extra></extra>",
    }


def _spans(labels: Sequence[str], spans: Sequence[tuple[float, float] | None], name: str) -> dict[str, Any]:
    """One trace of thick grey lines, a gap between any two of them."""
    there = [(label, span) for label, span in zip(labels, spans, strict=True) if span]
    return {
        "type": "scatter",
        "x": [place for label, _ in there for place in (label, label, None)],
        "y": [place for _, (low, high) in there for place in (low, high, None)],
        "mode": "lines",
        "name": name,
        "line": {"color": faded(GREY, 0.4), "width": 9},
        "hoverinfo": "skip",
    }


def _floors(name: str, points: Sequence[Interval], look: Look) -> dict[str, Any]:
    return {
        "type": "scatter",
        "x": [point.label for point in points],
        "y": [point.floor for point in points],
        "mode": "markers",
        "name": f"{name}: at least",
        "marker": {"size": 9, "color": look.color, "symbol": "triangle-up-open", "line": {"width": 1.5}},
        "text": [point.words for point in points],
        "hovertemplate": f"%{{x}}<br>{name}: %{{text}}<extra></extra>",
    }


def _band(points: Sequence[Interval], look: Look) -> list[dict[str, Any]]:
    """The interval band, one closed shape for each stretch without a gap."""
    bands = []
    for start, end in _runs([point.rate is not None for point in points]):
        if end - start == 1:
            continue
        there = points[start:end]
        bands.append(
            {
                "type": "scatter",
                "x": [p.label for p in there] + [p.label for p in reversed(there)],
                "y": [p.high for p in there] + [p.low for p in reversed(there)],
                "mode": "lines",
                "line": {"width": 0},
                "fill": "toself",
                "fillcolor": look.band,
                "hoverinfo": "skip",
                "showlegend": False,
            }
        )
    return bands


def _grey(layout: dict[str, Any], start: float, end: float) -> None:
    """Grey the periods between two places, and say why."""
    across = {"type": "rect", "xref": "x", "x0": start, "x1": end, "yref": "paper", "y0": 0, "y1": 1}
    layout["shapes"].append(across | {"fillcolor": SHADE, "line": {"width": 0}, "layer": "below"})
    note = {"text": "incomplete", "xref": "x", "x": end, "xanchor": "right", "yref": "paper", "y": 0.02}
    look = {"yanchor": "bottom", "showarrow": False, "font": {"size": 12, "color": GREY}}
    layout["annotations"].append(note | look)


def _mark(layout: dict[str, Any], mark: Mark, to_the_left: bool) -> None:
    """An upright dashed line with its words above the plot, on the side where there is room."""
    upright = {"type": "line", "xref": "x", "x0": mark.at, "x1": mark.at, "yref": "paper", "y0": 0, "y1": 1.02}
    layout["shapes"].append(upright | {"line": {"color": AXIS, "width": 1.5, "dash": "dash"}})
    note = {"text": mark.words, "xref": "x", "x": mark.at, "xanchor": "right" if to_the_left else "left"}
    look = {"yref": "paper", "y": 1.02, "yanchor": "bottom", "showarrow": False, "font": {"size": 12, "color": GREY}}
    layout["annotations"].append(note | look)


def _runs(there: Sequence[bool]) -> list[tuple[int, int]]:
    """The stretches in which something holds, as (first, after the last)."""
    runs, start = [], None
    for place, holds in enumerate([*there, False]):
        if holds and start is None:
            start = place
        elif not holds and start is not None:
            runs.append((start, place))
            start = None
    return runs
