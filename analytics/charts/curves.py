"""Shares of people over the days since a start: persistence, cumulative incidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from analytics.charts.base import LOOKS, Interval, Look, figure_of, gap, layout_of

if TYPE_CHECKING:
    import plotly.graph_objects as go

#: At most so many days are labelled on the axis.
_LABELLED = 8
Points = Sequence[tuple[int, Interval]]


def curves(
    series: Sequence[tuple[str, Points]],
    x_title: str,
    *,
    beside: Sequence[tuple[str, Points]] = (),
    stepped: bool = False,
) -> go.Figure:
    """Shares over days, each series with its band of 95% limits, its own marker and dash.

    series: (name, [(day, share with its limits)]) in the order of days. Values that are known on some days alone are
    joined by straight lines; a curve that is known on every day is `stepped`, and stays level until its next step.
    beside: series that are known on a few days and stand as markers with their limits.
    """
    traces: list[dict[str, Any]] = []
    for place, ((name, points), look) in enumerate(zip([*series, *beside], LOOKS, strict=False)):
        found = [(day, point) for day, point in points if point.rate is not None]
        # A line from the start to one day would say how it goes in between.
        joined = place < len(series) and (stepped or len(found) > 2)
        if found:
            traces += _band(found, look, stepped) if joined else []
            traces.append(_line(name, found, look, joined, stepped))
    layout = layout_of(height=320, legend=len(traces) > 1)
    days = sorted({day for _, points in [*series, *beside] for day, point in points if point.rate is not None})
    every = -(-len(days) // _LABELLED) or 1
    layout["xaxis"] |= {"title": {"text": x_title, "font": {"size": 13}}, "showgrid": False}
    if not stepped:
        layout["xaxis"] |= {"tickmode": "array", "tickvals": days[::every]}
    if days:
        layout["xaxis"] |= {"range": [-0.02 * days[-1], 1.03 * days[-1]]}
    layout["yaxis"] |= {"range": [0, 1.02], "tickformat": ".0%"}
    return figure_of(traces, layout)


def _line(name: str, found: Points, look: Look, joined: bool, stepped: bool) -> dict[str, Any]:
    # What has no band has whiskers.
    error = {"type": "data", "symmetric": False, "color": look.color, "thickness": 1.5, "width": 4}
    error["array"] = [0 if joined else gap(point.high, point.rate) for _, point in found]
    error["arrayminus"] = [0 if joined else gap(point.rate, point.low) for _, point in found]
    return {
        "type": "scatter",
        "x": [day for day, _ in found],
        "y": [point.rate for _, point in found],
        "error_y": error,
        "mode": "lines" if stepped else "lines+markers" if joined else "markers",
        "name": name,
        "line": {"color": look.color, "width": 2, "dash": look.dash, "shape": "hv" if stepped else "linear"},
        "marker": {"size": 8, "color": look.color, "symbol": look.symbol},
        "text": [point.words for _, point in found],
        "hovertemplate": f"%{{text}}<extra>{name}</extra>",
    }


def _band(found: Points, look: Look, stepped: bool) -> list[dict[str, Any]]:
    """The limits as one closed shape; where there are none (everybody, nobody) it closes in on the curve itself."""
    days = [day for day, _ in found]
    high = [point.rate if point.high is None else point.high for _, point in found]
    low = [point.rate if point.low is None else point.low for _, point in found]
    if stepped:
        # Each value holds until the next day.
        days, high, low = _twice(days)[1:], _twice(high)[:-1], _twice(low)[:-1]
    return [
        {
            "type": "scatter",
            "x": [*days, *reversed(days)],
            "y": [*high, *reversed(low)],
            "mode": "lines",
            "line": {"width": 0},
            "fill": "toself",
            "fillcolor": look.band,
            "hoverinfo": "skip",
            "showlegend": False,
        }
    ]


def _twice(items: Sequence[Any]) -> list[Any]:
    return [item for item in items for _ in range(2)]
