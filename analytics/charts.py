"""One tidy set of published values -> one Plotly figure. The only module that imports Plotly, and only when asked.

Values are what may be published: numbers, or None where a number is hidden or not there; a figure holds nothing
else. Colours are told apart by the colour-blind too, and no meaning rests on colour alone: series differ in the
shape of their markers and the dash of their lines as well.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import plotly.graph_objects as go

BLUE, ORANGE, GREY, INK = "#0072B2", "#D55E00", "#6B7280", "#1F2933"
#: What every figure is shown with: nothing that sends data anywhere, no logo, no bar of buttons but on hover.
CONFIG: dict[str, Any] = {
    "displaylogo": False,
    "displayModeBar": False,
    "plotlyServerURL": "",
    "responsive": True,
    "showSendToCloud": False,
}


@dataclass(frozen=True)
class Interval:
    """A rate with its limits, as shares of 1, and the words that say what it is of; None where nothing is shown.

    floor: what the rate is at least, where it can't be shown itself.
    """

    label: str
    rate: float | None
    low: float | None = None
    high: float | None = None
    words: str = ""
    floor: float | None = None


@dataclass(frozen=True)
class _Look:
    """How a series is told from the others, without its colour too."""

    color: str
    band: str
    symbol: str
    dash: str


_LOOKS = (
    _Look(BLUE, "rgba(0, 114, 178, 0.16)", "circle", "solid"),
    _Look(ORANGE, "rgba(213, 94, 0, 0.14)", "diamond", "dash"),
    _Look(INK, "rgba(31, 41, 51, 0.10)", "square", "dot"),
)


def library() -> str:
    """Plotly's JavaScript library, as the installed package ships it."""
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs())


def to_json(figure: go.Figure) -> str:
    """A figure and its settings as one JSON text, the same for the same figure, safe inside an HTML element."""
    content = {"figure": figure.to_plotly_json(), "config": CONFIG}
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")


def over_time(series: Sequence[tuple[str, Sequence[Interval]]], incomplete_from: int | None = None) -> go.Figure:
    """Lines with their interval bands over the same equally spaced periods; gaps where nothing may be shown.

    incomplete_from: the place of the first period that is not complete yet; it and those after it are greyed.
    """
    labels = [point.label for point in series[0][1]]
    traces: list[dict[str, Any]] = []
    for (name, points), look in zip(series, _LOOKS, strict=False):
        traces += _band(points, look)
        traces.append(_line(name, points, look))
        if any(point.floor is not None for point in points):
            traces.append(_floors(name, points, look))
    named = len(series) + sum("at least" in str(trace.get("name")) for trace in traces)
    layout = _layout(height=300, legend=named > 1)
    layout["xaxis"] |= {"categoryorder": "array", "categoryarray": labels, "range": [-0.5, len(labels) - 0.5]}
    layout["xaxis"] |= {"type": "category", "tickangle": 0, "nticks": 8, "showgrid": False}
    layout["yaxis"] |= _percent_axis([point for _, points in series for point in points])
    if incomplete_from is not None and incomplete_from < len(labels):
        layout |= _greyed(incomplete_from - 0.5, len(labels) - 0.5)
    return _figure(traces, layout)


def _line(name: str, points: Sequence[Interval], look: _Look) -> dict[str, Any]:
    # A point without neighbours has no band to stand in: it gets whiskers.
    alone = {start for start, end in _runs(points) if end - start == 1}
    error = {"type": "data", "symmetric": False, "color": look.color, "thickness": 1.5, "width": 4}
    error["array"] = [_gap(p.high, p.rate) if i in alone else 0 for i, p in enumerate(points)]
    error["arrayminus"] = [_gap(p.rate, p.low) if i in alone else 0 for i, p in enumerate(points)]
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


def _floors(name: str, points: Sequence[Interval], look: _Look) -> dict[str, Any]:
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


def _band(points: Sequence[Interval], look: _Look) -> list[dict[str, Any]]:
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


def dots(series: Sequence[tuple[str, Sequence[Interval]]]) -> go.Figure:
    """Rates with their intervals, one row a label; several series stand under each other, told apart by shape."""
    traces = []
    for (name, points), look in zip(series, _LOOKS, strict=False):
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
                    "array": [_gap(point.high, point.rate) for point in found],
                    "arrayminus": [_gap(point.rate, point.low) for point in found],
                    "color": look.color,
                    "thickness": 2,
                    "width": 5,
                },
                "text": [point.words for point in found],
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
    labels = list(dict.fromkeys(point.label for _, points in series for point in points))
    layout = _layout(height=90 + 44 * len(labels), legend=len(series) > 1)
    layout["xaxis"] |= _percent_axis([point for _, points in series for point in points]) | {"showgrid": True}
    layout["yaxis"] |= _label_axis(labels)
    layout |= {"scattermode": "group", "scattergap": 0.5}
    # Horizontal groups grow from below: the first series is to stand above the others, and first in the legend.
    layout["legend"]["traceorder"] = "reversed"
    return _figure(traces[::-1], layout)


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
    layout = _layout(height=90 + 34 * len(labels)) | {"bargap": 0.35}
    layout["yaxis"] |= _label_axis(labels)
    layout["xaxis"] |= {"rangemode": "tozero", "tickformat": ",d", "showgrid": True}
    return _figure([trace], layout)


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
        for (name, values), look in zip(series, _LOOKS, strict=False)
    ]
    layout = _layout(height=300, legend=True)
    layout["xaxis"] |= {"type": "category", "title": {"text": x_title}, "showgrid": False}
    layout["yaxis"] |= _percent_axis([Interval("", value) for _, values in series for value in values])
    return _figure(traces, layout)


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


def _gap(greater: float | None, less: float | None) -> float:
    return 0.0 if greater is None or less is None else round(greater - less, 4)


def _percent_axis(points: Sequence[Interval]) -> dict[str, Any]:
    """An axis of percentages: from 0, unless everything is above 50%; then from the ten below the least limit."""
    found = [end for p in points for end in (p.low, p.rate, p.floor) if end is not None]
    least = min(found, default=0.0)
    start = 0.0 if least < 0.5 else int(least * 10 - 0.3) / 10
    return {"range": [start, 1.0 + 0.02 * (1 - start)], "tickformat": ".0%"}


def _label_axis(labels: Sequence[str]) -> dict[str, Any]:
    return {
        "type": "category",
        "categoryorder": "array",
        "categoryarray": list(labels)[::-1],
        "range": [-0.6, len(labels) - 0.4],
        "automargin": True,
        "showgrid": False,
        "ticksuffix": "  ",
    }


def _layout(height: int, legend: bool = False) -> dict[str, Any]:
    legend_at = {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom", "traceorder": "normal"}
    axis = {"gridcolor": "#E5E7EB", "linecolor": "#9CA3AF", "zeroline": False, "fixedrange": True, "automargin": True}
    return {
        "height": height,
        "margin": {"l": 8, "r": 12, "t": 40 if legend else 24, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif", "size": 13, "color": INK},
        "xaxis": dict(axis),
        "yaxis": dict(axis),
        "showlegend": legend,
        "legend": legend_at,
        "hoverlabel": {"align": "left"},
        "dragmode": False,
    }


def _figure(traces: Sequence[dict[str, Any]], layout: dict[str, Any]) -> go.Figure:
    import plotly.graph_objects as go

    # No template: Plotly's default one would add 7 kB to every figure.
    figure = go.Figure(data=list(traces), layout=layout)
    figure.layout.template = None
    return figure
