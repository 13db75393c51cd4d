"""Rates over periods, with their interval bands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from analytics.charts.base import GREY, LOOKS, Interval, Look, figure_of, gap, layout_of, percent_axis

if TYPE_CHECKING:
    import plotly.graph_objects as go


def over_time(series: Sequence[tuple[str, Sequence[Interval]]], incomplete_from: int | None = None) -> go.Figure:
    """Lines with their interval bands over the same equally spaced periods; gaps where nothing may be shown.

    incomplete_from: the place of the first period that is not complete yet; it and those after it are greyed.
    """
    labels = [point.label for point in series[0][1]]
    traces: list[dict[str, Any]] = []
    for (name, points), look in zip(series, LOOKS, strict=False):
        traces += _band(points, look)
        traces.append(_line(name, points, look))
        if any(point.floor is not None for point in points):
            traces.append(_floors(name, points, look))
    named = len(series) + sum("at least" in str(trace.get("name")) for trace in traces)
    layout = layout_of(height=300, legend=named > 1)
    layout["xaxis"] |= {"categoryorder": "array", "categoryarray": labels, "range": [-0.5, len(labels) - 0.5]}
    layout["xaxis"] |= {"type": "category", "tickangle": 0, "nticks": 8, "showgrid": False}
    layout["yaxis"] |= percent_axis([point for _, points in series for point in points])
    if incomplete_from is not None and incomplete_from < len(labels):
        layout |= _greyed(incomplete_from - 0.5, len(labels) - 0.5)
    return figure_of(traces, layout)


def _line(name: str, points: Sequence[Interval], look: Look) -> dict[str, Any]:
    # A point without neighbours has no band to stand in: it gets whiskers.
    alone = {start for start, end in _runs(points) if end - start == 1}
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
    for start, end in _runs(points):
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


def _greyed(start: float, end: float) -> dict[str, Any]:
    across = {"type": "rect", "xref": "x", "x0": start, "x1": end, "yref": "paper", "y0": 0, "y1": 1}
    note = {"text": "incomplete", "xref": "x", "x": end, "xanchor": "right", "yref": "paper", "y": 0.02}
    look = {"yanchor": "bottom", "showarrow": False, "font": {"size": 12, "color": GREY}}
    return {
        "shapes": [across | {"fillcolor": "#E5E7EB", "line": {"width": 0}, "layer": "below"}],
        "annotations": [note | look],
    }


def _runs(points: Sequence[Interval]) -> list[tuple[int, int]]:
    """The stretches without a gap, as (first, after the last)."""
    runs, start = [], None
    for place, there in enumerate([*(point.rate is not None for point in points), False]):
        if there and start is None:
            start = place
        elif not there and start is not None:
            runs.append((start, place))
            start = None
    return runs
