"""Rates with their intervals, a row each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from analytics.charts.base import LOOKS, Interval, figure_of, gap, label_axis, layout_of, percent_axis

if TYPE_CHECKING:
    import plotly.graph_objects as go


def dots(series: Sequence[tuple[str, Sequence[Interval]]]) -> go.Figure:
    """Rates with their intervals, one row a label; several series stand under each other, told apart by shape."""
    traces = []
    for (name, points), look in zip(series, LOOKS, strict=False):
        found = [point for point in points if point.rate is not None]
        traces.append(
            {
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
        )
    labels = list(dict.fromkeys(point.label for _, points in series for point in points))
    layout = layout_of(height=90 + 44 * len(labels), legend=len(series) > 1)
    layout["xaxis"] |= percent_axis([point for _, points in series for point in points]) | {"showgrid": True}
    layout["yaxis"] |= label_axis(labels)
    layout |= {"scattermode": "group", "scattergap": 0.5}
    # Horizontal groups grow from below: the first series is to stand above the others, and first in the legend.
    layout["legend"]["traceorder"] = "reversed"
    return figure_of(traces[::-1], layout)
