"""What a whole is made of, a bar for each group or period."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from analytics.charts.base import AXIS, BLUE, GRID, INK, ORANGE, faded, figure_of, label_axis, layout_of

if TYPE_CHECKING:
    import plotly.graph_objects as go

#: Colour and pattern of each part: no part is told by its colour alone.
_LOOKS = ((BLUE, ""), (ORANGE, "/"), (faded(BLUE, 0.45), "."), (AXIS, ""), (GRID, "x"))
#: A pattern is drawn over the colour, not in its place.
_OVERLAY = {"fillmode": "overlay", "fgcolor": INK, "fgopacity": 0.4, "size": 7}


def stacked(labels: Sequence[str], parts: Sequence[tuple[str, Sequence[float | None]]]) -> go.Figure:
    """Counts of up to five parts as shares of their sum, a bar a label; a label of which a part is hidden has none."""
    columns = [[values[place] for _, values in parts] for place in range(len(labels))]
    wholes = [None if None in column else sum(value or 0 for value in column) for column in columns]
    traces = []
    for (name, values), (color, pattern) in zip(parts, _LOOKS, strict=False):
        shares = [
            None if not whole or value is None else round(value / whole, 4)
            for value, whole in zip(values, wholes, strict=True)
        ]
        words = [
            "" if share is None else f"{value:,.0f} of {whole:,.0f}"
            for share, value, whole in zip(shares, values, wholes, strict=True)
        ]
        traces.append(
            {
                "type": "bar",
                "x": shares,
                "y": list(labels),
                "orientation": "h",
                "name": name,
                "marker": {"color": color, "pattern": {"shape": pattern, **_OVERLAY}},
                "text": words,
                "textposition": "none",
                "hovertemplate": f"%{{y}}<br>{name}: %{{x:.1%}} (%{{text}})<extra></extra>",
            }
        )
    layout = layout_of(height=120 + 36 * len(labels), legend=True) | {"bargap": 0.3, "barmode": "stack"}
    layout["yaxis"] |= label_axis(labels)
    layout["xaxis"] |= {"range": [0, 1.001], "tickformat": ".0%", "showgrid": True}
    return figure_of(traces, layout)
