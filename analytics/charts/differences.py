"""Differences between two groups with their intervals, a row a measure, around no difference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from analytics.charts.base import BLUE, GREY, Interval, figure_of, gap, label_axis, layout_of

if TYPE_CHECKING:
    import plotly.graph_objects as go


def differences(points: Sequence[Interval], less: str, more: str) -> go.Figure:
    """Differences in percentage points (`rate`, `low` and `high` of each point as shares), a line where there is none.

    less, more: what lies left and right of the line.
    """
    found = [point for point in points if point.rate is not None]
    trace = {
        "type": "scatter",
        "x": [_points(point.rate) for point in found],
        "y": [point.label for point in found],
        "mode": "markers",
        "name": "Difference",
        "marker": {"size": 11, "color": BLUE, "symbol": "circle"},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [gap(_points(point.high), _points(point.rate)) for point in found],
            "arrayminus": [gap(_points(point.rate), _points(point.low)) for point in found],
            "color": BLUE,
            "thickness": 2,
            "width": 5,
        },
        "text": [point.words for point in found],
        "hovertemplate": "%{text}<extra></extra>",
    }
    layout = layout_of(height=130 + 40 * len(points))
    layout["margin"]["t"] = 44
    widest = max((abs(end) for p in found for end in (_points(p.low), _points(p.high)) if end is not None), default=1)
    reach = round(max(widest * 1.08, 1.0), 2)
    layout["xaxis"] |= {"range": [-reach, reach], "tickangle": 0, "nticks": 7, "showgrid": True}
    layout["xaxis"]["title"] = {"text": "Difference in percentage points", "font": {"size": 13}}
    layout["yaxis"] |= label_axis([point.label for point in points])
    none = {"type": "line", "xref": "x", "x0": 0, "x1": 0, "yref": "paper", "y0": 0, "y1": 1}
    layout["shapes"] = [none | {"line": {"color": GREY, "width": 1.5, "dash": "dash"}, "layer": "below"}]
    # On a phone both sides don't fit beside each other: they stand on two lines.
    side = {"yref": "paper", "y": 1, "yanchor": "bottom", "xref": "paper", "showarrow": False}
    font = {"font": {"size": 12, "color": GREY}}
    layout["annotations"] = [
        side | font | {"text": f"◀ {less}", "x": 0, "xanchor": "left", "yshift": 17},
        side | font | {"text": f"{more} ▶", "x": 1, "xanchor": "right"},
    ]
    return figure_of([trace], layout)


def _points(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 2)
