"""Counts as bars, and shares as the parts of bars, a row each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from analytics.charts.base import BLUE, LOOKS, figure_of, label_axis, layout_of

if TYPE_CHECKING:
    import plotly.graph_objects as go


def bars(name: str, labels: Sequence[str], values: Sequence[float | str | None]) -> go.Figure:
    """One bar a label, with its count; a label of which nothing may be shown has the mark that stands for it.

    values: counts, marks (words), or None where there is nothing to say.
    """
    numbers = [None if isinstance(value, str) else value for value in values]
    marks = {label: value for label, value in zip(labels, values, strict=True) if isinstance(value, str)}
    traces: list[dict[str, Any]] = [
        {
            "type": "bar",
            "x": numbers,
            "y": list(labels),
            "orientation": "h",
            "name": name,
            "marker": {"color": BLUE},
            "text": ["" if value is None else f"{value:,.0f}" for value in numbers],
            "textposition": "outside",
            "cliponaxis": False,
            "hovertemplate": f"%{{y}}<br>{name}: %{{x:,}}<extra></extra>",
        }
    ]
    if marks:
        # Words where the bar would begin, of no length: a true 0 has its "0" there.
        traces.append(
            {
                "type": "scatter",
                "mode": "text",
                "x": [0] * len(marks),
                "y": list(marks),
                "name": "Hidden",
                "text": list(marks.values()),
                "textposition": "middle right",
                "cliponaxis": False,
                "hoverinfo": "skip",
            }
        )
    layout = layout_of(height=90 + 34 * len(labels)) | {"bargap": 0.35}
    layout["yaxis"] |= label_axis(labels)
    layout["xaxis"] |= {"rangemode": "tozero", "tickformat": ",d", "showgrid": True, "nticks": 5}
    greatest = max((value for value in numbers if value), default=0)
    if greatest or marks:
        # Room for the count beside the longest bar, on a phone too.
        layout["xaxis"]["range"] = [0, round(1.3 * greatest, 1) or 1]
    return figure_of(traces, layout)


def stacked_shares(
    labels: Sequence[str], series: Sequence[tuple[str, Sequence[float | None]]], whole: str
) -> go.Figure:
    """Bars of parts on top of each other, as shares of a whole that is not drawn; patterns tell the parts apart too.

    whole: what they are shares of, under the axis.
    """
    traces = [
        {
            "type": "bar",
            "x": list(values),
            "y": list(labels),
            "orientation": "h",
            "name": name,
            "marker": {"color": look.color, "pattern": {"shape": pattern}, "line": {"color": look.color, "width": 1}},
            "hovertemplate": f"%{{y}}<br>{name}: %{{x:.1%}}<extra></extra>",
        }
        for (name, values), look, pattern in zip(series, LOOKS, ("", "/", "."), strict=False)
    ]
    layout = layout_of(height=120 + 34 * len(labels), legend=True) | {"bargap": 0.35, "barmode": "stack"}
    layout["yaxis"] |= label_axis(labels)
    layout["xaxis"] |= {"rangemode": "tozero", "tickformat": ".1~%", "showgrid": True}
    layout["xaxis"]["title"] = {"text": whole, "font": {"size": 13}}
    return figure_of(traces, layout)
