"""A few rates over an ordered scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from analytics.charts.base import LOOKS, Interval, figure_of, layout_of, percent_axis

if TYPE_CHECKING:
    import plotly.graph_objects as go


def lines(x: Sequence[str], series: Sequence[tuple[str, Sequence[float | None]]], x_title: str) -> go.Figure:
    """A few rates over an ordered scale, each with its own marker and dash."""
    traces = [
        {
            "type": "scatter",
            "x": list(x),
            "y": list(values),
            "mode": "lines+markers",
            "name": name,
            "line": {"color": look.color, "width": 2, "dash": look.dash},
            "marker": {"size": 9, "color": look.color, "symbol": look.symbol},
            "connectgaps": False,
            "hovertemplate": f"{name}<br>%{{x}}: %{{y:.1%}}<extra></extra>",
        }
        for (name, values), look in zip(series, LOOKS, strict=False)
    ]
    layout = layout_of(height=300, legend=True)
    layout["xaxis"] |= {"type": "category", "title": {"text": x_title, "font": {"size": 13}}, "showgrid": False}
    layout["yaxis"] |= percent_axis([Interval("", value) for _, values in series for value in values])
    return figure_of(traces, layout)
