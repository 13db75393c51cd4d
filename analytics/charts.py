"""One tidy set of published values -> one Plotly figure. The only module that imports Plotly, and only when asked.

Values are what may be published: numbers, or None where a number is hidden or not there; a figure holds nothing
else. Colours are told apart by the colour-blind and by lightness, and no meaning rests on colour alone: bars carry
patterns and their own labels, lines carry markers of different shape.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import plotly.graph_objects as go

BLUE, ORANGE, GREY, INK = "#0072B2", "#D55E00", "#6B7280", "#1F2933"
BAND = "rgba(0, 114, 178, 0.16)"
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
    """A rate with its limits, as shares of 1, and the words that say what it is of; None where nothing is shown."""

    label: str
    rate: float | None
    low: float | None = None
    high: float | None = None
    words: str = ""


@dataclass(frozen=True)
class Segment:
    """A part of every bar: its name, colour, pattern (a Plotly shape) and its value in each bar."""

    name: str
    color: str
    pattern: str
    values: Sequence[float | None]


def library() -> str:
    """Plotly's JavaScript library, as the installed package ships it."""
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs())


def to_json(figure: go.Figure) -> str:
    """A figure and its settings as one JSON text, the same for the same figure, safe inside an HTML element."""
    content = {"figure": figure.to_plotly_json(), "config": CONFIG}
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")


def over_time(points: Sequence[Interval], incomplete_from: int | None = None, name: str = "") -> go.Figure:
    """A line with its interval band over equally spaced periods; gaps where nothing may be shown.

    incomplete_from: the place of the first period that is not complete yet; it and those after it are greyed.
    """
    labels = [point.label for point in points]
    rate = {"color": BLUE, "width": 2}
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "x": labels[start:end],
            "y": [point.high for point in points[start:end]],
            "mode": "lines",
            "line": {"width": 0},
            "hoverinfo": "skip",
            "showlegend": False,
        }
        | extra
        for start, end in _runs([point.rate is not None for point in points])
        for extra in ({}, {"y": [p.low for p in points[start:end]], "fill": "tonexty", "fillcolor": BAND})
    ]
    traces.append(
        {
            "type": "scatter",
            "x": labels,
            "y": [point.rate for point in points],
            "mode": "lines+markers",
            "name": name,
            "line": rate,
            "marker": {"size": 7, "color": BLUE},
            "connectgaps": False,
            "text": [point.words for point in points],
            "hovertemplate": "%{x}<br>%{text}<extra></extra>",
            "showlegend": False,
        }
    )
    layout = _layout(height=300)
    # All periods keep their place, also those of which nothing may be shown.
    layout["xaxis"] |= {"categoryorder": "array", "categoryarray": labels, "range": [-0.5, len(labels) - 0.5]}
    layout["xaxis"] |= {"type": "category", "tickangle": 0, "nticks": 8, "showgrid": False}
    layout["yaxis"] |= _percent_axis(points)
    if incomplete_from is not None and incomplete_from < len(labels):
        edge = {"xref": "x", "x0": incomplete_from - 0.5, "x1": len(labels) - 0.5}
        layout["shapes"] = [
            {"type": "rect", **edge, "yref": "paper", "y0": 0, "y1": 1, "fillcolor": "#E5E7EB", "line": {"width": 0}, "layer": "below"}
        ]
        layout["annotations"] = [
            {
                "text": "incomplete",
                "xref": "x",
                "x": len(labels) - 0.5,
                "xanchor": "right",
                "yref": "paper",
                "y": 1.02,
                "yanchor": "bottom",
                "showarrow": False,
                "font": {"size": 12, "color": GREY},
            }
        ]
    return _figure(traces, layout)


def dots(series: Sequence[tuple[str, Sequence[Interval]]]) -> go.Figure:
    """Rates with their intervals, one row a label; several series stand beside each other, told apart by shape."""
    looks = [(BLUE, "circle"), (ORANGE, "diamond")]
    traces = []
    for (name, points), (color, symbol) in zip(series, looks, strict=False):
        found = [point for point in points if point.rate is not None]
        traces.append(
            {
                "type": "scatter",
                "x": [point.rate for point in found],
                "y": [point.label for point in found],
                "mode": "markers",
                "name": name,
                "marker": {"size": 11, "color": color, "symbol": symbol},
                "error_x": {
                    "type": "data",
                    "symmetric": False,
                    "array": [_difference(point.high, point.rate) for point in found],
                    "arrayminus": [_difference(point.rate, point.low) for point in found],
                    "color": color,
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
    return _figure(traces, layout)


def stacked(labels: Sequence[str], segments: Sequence[Segment], vertical: bool = False) -> go.Figure:
    """Bars of counts, cut into segments; a segment of which nothing may be shown is left out of its bar."""
    traces = []
    for segment in segments:
        along, across = ("y", "x") if vertical else ("x", "y")
        traces.append(
            {
                "type": "bar",
                along: list(segment.values),
                across: list(labels),
                "orientation": "v" if vertical else "h",
                "name": segment.name,
                "marker": {
                    "color": segment.color,
                    "line": {"color": INK, "width": 0.5},
                    "pattern": {"shape": segment.pattern, "fgcolor": INK, "bgcolor": segment.color, "size": 6, "solidity": 0.25},
                },
                "hovertemplate": f"%{{{across}}}<br>{segment.name}: %{{{along}:,}}<extra></extra>",
            }
        )
    layout = _layout(height=340 if vertical else 110 + 30 * len(labels), legend=True)
    layout |= {"barmode": "stack", "bargap": 0.35}
    if vertical:
        layout["xaxis"] |= {"type": "category", "showgrid": False, "nticks": 8, "tickangle": 0}
        layout["yaxis"] |= {"rangemode": "tozero", "tickformat": ",d"}
    else:
        layout["yaxis"] |= _label_axis(labels)
        layout["xaxis"] |= {"rangemode": "tozero", "tickformat": ",d", "showgrid": True}
    return _figure(traces, layout)


def lines(x: Sequence[str], series: Sequence[tuple[str, Sequence[float | None]]], x_title: str) -> go.Figure:
    """A few rates over an ordered scale, each with its own marker and dash."""
    looks = [(BLUE, "circle", "solid"), (ORANGE, "diamond", "dash"), (INK, "square", "dot")]
    traces = [
        {
            "type": "scatter",
            "x": list(x),
            "y": list(values),
            "mode": "lines+markers",
            "name": name,
            "line": {"color": color, "width": 2, "dash": dash},
            "marker": {"size": 9, "color": color, "symbol": symbol},
            "connectgaps": False,
            "hovertemplate": f"{name}<br>%{{x}}: %{{y:.1%}}<extra></extra>",
        }
        for (name, values), (color, symbol, dash) in zip(series, looks, strict=False)
    ]
    layout = _layout(height=300, legend=True)
    layout["xaxis"] |= {"type": "category", "title": {"text": x_title}, "showgrid": False}
    layout["yaxis"] |= _percent_axis([Interval("", value) for _, values in series for value in values])
    return _figure(traces, layout)


def _runs(known: Sequence[bool]) -> list[tuple[int, int]]:
    """The stretches without a gap, as (first, after the last)."""
    runs, start = [], None
    for place, there in enumerate([*known, False]):
        if there and start is None:
            start = place
        elif not there and start is not None:
            runs.append((start, place))
            start = None
    return runs


def _difference(greater: float | None, less: float | None) -> float:
    return 0.0 if greater is None or less is None else greater - less


def _percent_axis(points: Sequence[Interval]) -> dict[str, Any]:
    """An axis of percentages: from 0, unless everything is above 50%; then from the ten below the least limit."""
    least = min((p.low if p.low is not None else p.rate for p in points if p.rate is not None), default=0.0)
    start = 0.0 if least < 0.5 else int(least * 10 - 0.3) / 10
    return {"range": [start, 1.0 + 0.02 * (1 - start)], "tickformat": ".0%"}


def _label_axis(labels: Sequence[str]) -> dict[str, Any]:
    return {
        "type": "category",
        "categoryorder": "array",
        "categoryarray": list(labels)[::-1],
        "automargin": True,
        "showgrid": False,
        "ticksuffix": "  ",
    }


def _layout(height: int, legend: bool = False) -> dict[str, Any]:
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
        "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom", "traceorder": "normal"},
        "hoverlabel": {"align": "left"},
        "dragmode": False,
    }


def _figure(traces: Sequence[dict[str, Any]], layout: dict[str, Any]) -> go.Figure:
    import plotly.graph_objects as go

    # No template: Plotly's default one would add 7 kB to every figure.
    figure = go.Figure(data=list(traces), layout=layout)
    figure.layout.template = None
    return figure
