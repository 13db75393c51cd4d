"""One person's administrations over time, against the dose allowed and the window of a limit.

For notebooks and internal pages only: it shows one person, and must never be published.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from analytics.charts.base import BLUE, GREY, INK, ORANGE, figure_of, layout_of

if TYPE_CHECKING:
    import plotly.graph_objects as go


@dataclass(frozen=True)
class Dose:
    """Units given on a day, the units that the dose limit allowed (None: not known), and the verdict."""

    on: date
    units: float
    allowed: float | None
    status: str


@dataclass(frozen=True)
class Window:
    """A rolling window that ends on a day, inclusive: its length in days, its count, what it allows, the result."""

    ends_on: date
    days: int
    measured: float
    allowed: float
    result: str


#: Verdict -> what the legend calls it, its colour and its shape.
_STATUSES = {
    "within": ("within", BLUE, "circle"),
    "exceeds": ("over a limit", ORANGE, "x"),
    "exception": ("over, with an approved exception", ORANGE, "diamond-open"),
    "indeterminate": ("can't be judged", GREY, "circle-open"),
}
_RESULTS = {"ok": ("kept", BLUE, ""), "exceeded": ("exceeded", ORANGE, "/"), "unknown": ("can't be judged", GREY, ".")}
_DAY = 24 * 3600 * 1000
_DOSES_PX = 190
_WARNING = "⚠ One person: not to be mailed, published or committed"


def timeline(doses: Sequence[Dose], windows: Sequence[Window], limit: str) -> go.Figure:
    """Above, the units of each administration beside those allowed; below, a bar a window, with what it counted.

    A window of N days that ends on d covers the dates in (d - N, d]: its bar runs from the morning of d - N + 1 to
    the evening of d, and a dose stands at noon of its day. limit: the name of the limit whose windows they are.
    """
    traces = [*_doses(doses), *_allowed(doses), *_windows(windows)]
    below = min(max(16 * len(windows), 90), 420) if windows else 0
    between = 40 if windows else 0
    split = (below + between) / (_DOSES_PX + below + between)
    layout = layout_of(height=_DOSES_PX + below + between + 128, legend=True)
    layout["margin"] |= {"t": 84}
    layout["title"] = {"text": _WARNING, "font": {"size": 13, "color": INK}, "x": 0, "xref": "paper", "y": 0.98}
    days = [dose.on for dose in doses] + [_first(window) for window in windows]
    span = [min(days) - timedelta(days=4), max(days) + timedelta(days=max(8, (max(days) - min(days)).days // 12))]
    layout["xaxis"] |= {"type": "date", "range": [day.isoformat() for day in span], "showgrid": True}
    layout["yaxis"] |= {"title": {"text": "Units given"}, "rangemode": "tozero", "domain": [split, 1]}
    if windows:
        names = [window.ends_on.isoformat() for window in windows]
        layout["xaxis"] |= {"anchor": "y2"}
        layout["yaxis2"] = layout["yaxis"] | {
            "title": {"text": limit},
            "domain": [0, split * below / (below + between)],
            "type": "category",
            "categoryorder": "array",
            "categoryarray": names[::-1],
            "range": [-0.7, len(names) - 0.3],
            "showticklabels": False,
            "showgrid": False,
        }
        layout["barmode"] = "overlay"
    return figure_of(traces, layout)


def _doses(doses: Sequence[Dose]) -> list[dict[str, Any]]:
    traces = []
    for status, (name, color, symbol) in _STATUSES.items():
        found = [dose for dose in doses if dose.status == status]
        if found:
            traces.append(
                {
                    "type": "scatter",
                    "x": [f"{dose.on}T12:00" for dose in found],
                    "y": [dose.units for dose in found],
                    "mode": "markers",
                    "name": name,
                    "marker": {"size": 11, "color": color, "symbol": symbol, "line": {"width": 2, "color": color}},
                    "hovertemplate": f"%{{x|%Y-%m-%d}}<br>%{{y:,.0f}} units, {name}<extra></extra>",
                }
            )
    return traces


def _allowed(doses: Sequence[Dose]) -> list[dict[str, Any]]:
    """A dash a dose, at the units that its body surface area allows."""
    found = [dose for dose in doses if dose.allowed is not None]
    if not found:
        return []
    return [
        {
            "type": "scatter",
            "x": [f"{dose.on}T12:00" for dose in found],
            "y": [dose.allowed for dose in found],
            "mode": "markers",
            "name": "units allowed",
            "marker": {"size": 16, "symbol": "line-ew-open", "color": INK, "line": {"width": 2}},
            "hovertemplate": "%{x|%Y-%m-%d}<br>%{y:,.0f} units allowed<extra></extra>",
        }
    ]


def _windows(windows: Sequence[Window]) -> list[dict[str, Any]]:
    traces = []
    for result, (name, color, pattern) in _RESULTS.items():
        found = [window for window in windows if window.result == result]
        if found:
            traces.append(
                {
                    "type": "bar",
                    "orientation": "h",
                    "base": [_first(window).isoformat() for window in found],
                    "x": [window.days * _DAY for window in found],
                    "y": [window.ends_on.isoformat() for window in found],
                    "yaxis": "y2",
                    "name": f"window {name}",
                    "marker": {"color": color, "opacity": 0.55, "pattern": {"shape": pattern}},
                    "width": 0.7,
                    # Bars of windows that were kept say their count on hover alone: the others are to stand out.
                    "text": ["" if result == "ok" else _counted(window) for window in found],
                    "textposition": "outside",
                    "constraintext": "none",
                    "customdata": [[window.days, _first(window).isoformat(), _counted(window)] for window in found],
                    "hovertemplate": "%{customdata[0]} days from %{customdata[1]} to %{y}: "
                    "%{customdata[2]}<extra></extra>",
                }
            )
    return traces


def _first(window: Window) -> date:
    return window.ends_on - timedelta(days=window.days - 1)


def _counted(window: Window) -> str:
    return f"{window.measured:,.0f} of {window.allowed:,.0f}"
