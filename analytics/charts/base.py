"""What all figures share: looks, axes, settings. This package alone imports Plotly, and only when asked.

Values are what may be published: numbers, or None where a number is hidden or not there; a figure holds nothing
else. Colours are told apart by the colour-blind too, and no meaning rests on colour alone: series differ in the
shape of their markers and the dash of their lines as well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import plotly.graph_objects as go

BLUE, ORANGE, GREY, INK = "#0072B2", "#D55E00", "#6B7280", "#1F2933"
GRID, AXIS, SHADE = "#E5E7EB", "#9CA3AF", "#ECEFF2"
#: As the page's style.
FONT = "-apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, system-ui, sans-serif"
#: What each colour becomes on a dark ground: the page's script paints figures with these, so figures may use no others
#: (a band is one of them with an opacity, `faded`).
DARK = {
    BLUE: "#5CB4EC",
    ORANGE: "#FF9650",
    GREY: "#A3ADB8",
    INK: "#E4E8EC",
    GRID: "#2F3842",
    AXIS: "#6F7B87",
    SHADE: "#262E37",
}
#: What every figure is shown with: nothing that sends data anywhere, no logo, no bar of buttons but on hover.
CONFIG: Mapping[str, Any] = MappingProxyType(
    {
        "displaylogo": False,
        "displayModeBar": False,
        "plotlyServerURL": "",
        "responsive": True,
        "showSendToCloud": False,
    }
)


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
class Look:
    """How a series is told from the others, without its colour too."""

    color: str
    band: str
    symbol: str
    dash: str


def faded(color: str, opacity: float) -> str:
    """A colour of the palette with an opacity, for bands."""
    red, green, blue = (int(color[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {opacity:g})"


LOOKS = (
    Look(BLUE, faded(BLUE, 0.16), "circle", "solid"),
    Look(ORANGE, faded(ORANGE, 0.14), "diamond", "dash"),
    Look(INK, faded(INK, 0.1), "square", "dot"),
)


def library() -> str:
    """Plotly's JavaScript library, as the installed package ships it."""
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs())


def to_json(figure: go.Figure) -> str:
    """A figure and its settings as one JSON text, the same for the same figure, safe inside an HTML element."""
    content = {"figure": figure.to_plotly_json(), "config": dict(CONFIG)}
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")


def layout_of(height: int, legend: bool = False) -> dict[str, Any]:
    legend_at = {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom", "traceorder": "normal"}
    axis = {"gridcolor": GRID, "linecolor": AXIS, "zeroline": False, "fixedrange": True, "automargin": True}
    return {
        "height": height,
        "margin": {"l": 8, "r": 12, "t": 40 if legend else 24, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 13, "color": INK},
        "xaxis": dict(axis),
        "yaxis": dict(axis),
        "showlegend": legend,
        "legend": legend_at,
        "hoverlabel": {"align": "left"},
        "dragmode": False,
    }


def figure_of(traces: Sequence[dict[str, Any]], layout: dict[str, Any]) -> go.Figure:
    import plotly.graph_objects as go

    # No template: Plotly's default one would add 7 kB to every figure.
    figure = go.Figure(data=list(traces), layout=layout)
    figure.layout.template = None
    return figure


def gap(greater: float | None, less: float | None) -> float:
    return 0.0 if greater is None or less is None else round(greater - less, 4)


def percent_axis(points: Sequence[Interval]) -> dict[str, Any]:
    """An axis of percentages: from 0, unless everything is above 50%; then from the ten below the least limit."""
    found = [end for p in points for end in (p.low, p.rate, p.floor) if end is not None]
    least = min(found, default=0.0)
    start = 0.0 if least < 0.5 else int(least * 10 - 0.3) / 10
    return {"range": [start, 1.0 + 0.02 * (1 - start)], "tickformat": ".0%"}


def label_axis(labels: Sequence[str]) -> dict[str, Any]:
    return {
        "type": "category",
        "categoryorder": "array",
        "categoryarray": list(labels)[::-1],
        "range": [-0.6, len(labels) - 0.4],
        "automargin": True,
        "showgrid": False,
        "ticksuffix": "  ",
    }
