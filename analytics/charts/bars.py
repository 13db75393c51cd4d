"""Counts as bars, a row each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from analytics.charts.base import BLUE, figure_of, label_axis, layout_of

if TYPE_CHECKING:
    import plotly.graph_objects as go


def bars(name: str, labels: Sequence[str], values: Sequence[float | None]) -> go.Figure:
    """One bar a label, with its count; a label of which nothing may be shown has none."""
    trace = {
        "type": "bar",
        "x": list(values),
        "y": list(labels),
        "orientation": "h",
        "name": name,
        "marker": {"color": BLUE},
        "hovertemplate": f"%{{y}}<br>{name}: %{{x:,}}<extra></extra>",
    }
    layout = layout_of(height=90 + 34 * len(labels)) | {"bargap": 0.35}
    layout["yaxis"] |= label_axis(labels)
    layout["xaxis"] |= {"rangemode": "tozero", "tickformat": ",d", "showgrid": True}
    return figure_of([trace], layout)
