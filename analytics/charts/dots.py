"""Rates with their intervals, a row each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from analytics.charts.base import (
    GREY,
    LOOKS,
    Interval,
    Look,
    faded,
    figure_of,
    gap,
    label_axis,
    layout_of,
    percent_axis,
)

if TYPE_CHECKING:
    import plotly.graph_objects as go


def dots(
    series: Sequence[tuple[str, Sequence[Interval]]],
    spans: Mapping[str, tuple[float, float]] | None = None,
    span_name: str = "",
    reference: float | None = None,
    row_height: int = 44,
) -> go.Figure:
    """Rates with their intervals, one row a label; several series stand under each other, told apart by shape.

    spans: by label, a wider range that each rate stands in (drawn grey behind it, called `span_name`).
    reference: a rate that all are held against, as a dashed line. An arrowhead stands where only a floor is known.
    """
    traces: list[dict[str, Any]] = []
    for (name, points), look in zip(series, LOOKS, strict=False):
        traces.append(_dots(name, points, look))
        if any(point.floor is not None for point in points):
            traces.append(_floors(name, points, look))
    labels = list(dict.fromkeys(point.label for _, points in series for point in points))
    legend = len(traces) > 1 or bool(spans)
    layout = layout_of(height=90 + row_height * len(labels), legend=legend)
    ends = [Interval("", end) for span in (spans or {}).values() for end in span]
    layout["xaxis"] |= percent_axis([*(point for _, points in series for point in points), *ends]) | {"showgrid": True}
    layout["yaxis"] |= label_axis(labels)
    layout |= {"scattermode": "group", "scattergap": 0.5}
    if reference is not None:
        line = {"color": GREY, "width": 1.5, "dash": "dash"}
        across = {"type": "line", "xref": "x", "x0": reference, "x1": reference, "yref": "paper", "y0": 0, "y1": 1}
        layout["shapes"] = [across | {"line": line, "layer": "below"}]
    # Horizontal groups grow from below: the first series is to stand above the others, and first in the legend.
    layout["legend"]["traceorder"] = "reversed"
    return figure_of([*_spans(spans or {}, span_name), *traces[::-1]], layout)


def _dots(name: str, points: Sequence[Interval], look: Look) -> dict[str, Any]:
    found = [point for point in points if point.rate is not None]
    return {
        "type": "scatter",
        "x": [point.rate for point in found],
        "y": [point.label for point in found],
        "mode": "markers",
        "name": name,
        "offsetgroup": name,
        "orientation": "h",
        "marker": {"size": 11, "color": look.color, "symbol": look.symbol},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [gap(point.high, point.rate) for point in found],
            "arrayminus": [gap(point.rate, point.low) for point in found],
            "color": look.color,
            "thickness": 2,
            "width": 5,
        },
        "text": [point.words for point in found],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _floors(name: str, points: Sequence[Interval], look: Look) -> dict[str, Any]:
    found = [point for point in points if point.rate is None and point.floor is not None]
    return {
        "type": "scatter",
        "x": [point.floor for point in found],
        "y": [point.label for point in found],
        "mode": "markers",
        "name": f"{name}: at least",
        "offsetgroup": name,
        "orientation": "h",
        "marker": {"size": 11, "color": look.color, "symbol": "triangle-right-open", "line": {"width": 1.5}},
        "text": [point.words for point in found],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _spans(spans: Mapping[str, tuple[float, float]], name: str) -> list[dict[str, Any]]:
    """One trace of thick grey lines, a gap between any two of them."""
    if not spans:
        return []
    return [
        {
            "type": "scatter",
            "x": [place for low, high in spans.values() for place in (low, high, None)],
            "y": [place for label in spans for place in (label, label, None)],
            "mode": "lines",
            "name": name,
            "line": {"color": faded(GREY, 0.4), "width": 9},
            "hoverinfo": "skip",
        }
    ]
