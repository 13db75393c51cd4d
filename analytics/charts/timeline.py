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
    """What a limit over time looks at for the administration of a day: so many days, its count, what it allows.

    A rolling window ends on that day, inclusive. A cycle begins where `began_on` says, and may last beyond the day; the
    count goes up to the day all the same. measured: None where it can't be told. allowed: None where it hangs on a
    body size that isn't known.
    """

    on: date
    days: int
    measured: float | None
    allowed: float | None
    result: str
    began_on: date | None = None
    is_cycle: bool = False

    @property
    def first(self) -> date:
        """Its first day; a cycle whose beginning isn't known is drawn as the day alone."""
        if self.is_cycle:
            return self.began_on or self.on
        return self.on - timedelta(days=self.days - 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.first + timedelta(days=self.days - 1) if self.began_on else self.on


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
    """Above, the units of each administration beside those allowed; below, a bar a window or cycle with its count.

    A window of N days that ends on d covers the dates in (d - N, d]: its bar runs from the morning of d - N + 1 to
    the evening of d, and a dose stands at noon of its day. limit: the name of the limit whose windows they are.
    """
    traces = [*_doses(doses), *_allowed(doses), *_windows(windows, doses)]
    below = min(max(16 * len(windows), 90), 420) if windows else 0
    between = 40 if windows else 0
    split = (below + between) / (_DOSES_PX + below + between)
    layout = layout_of(height=_DOSES_PX + below + between + 128, legend=True)
    layout["margin"] |= {"t": 84}
    layout["title"] = {"text": _WARNING, "font": {"size": 13, "color": INK}, "x": 0, "xref": "paper", "y": 0.98}
    days = [dose.on for dose in doses] + [day for window in windows for day in (window.first, window.last)]
    span = [min(days) - timedelta(days=4), max(days) + timedelta(days=max(8, (max(days) - min(days)).days // 12))]
    layout["xaxis"] |= {"type": "date", "range": [day.isoformat() for day in span], "showgrid": True}
    layout["yaxis"] |= {"title": {"text": "Units given"}, "rangemode": "tozero", "domain": [split, 1]}
    if windows:
        names = [window.on.isoformat() for window in windows]
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


def _windows(windows: Sequence[Window], doses: Sequence[Dose]) -> list[dict[str, Any]]:
    traces = []
    what = "cycle" if any(window.is_cycle for window in windows) else "window"
    for result, (name, color, pattern) in _RESULTS.items():
        found = [window for window in windows if window.result == result]
        if found:
            traces.append(
                {
                    "type": "bar",
                    "orientation": "h",
                    "base": [window.first.isoformat() for window in found],
                    "x": [((window.last - window.first).days + 1) * _DAY for window in found],
                    "y": [window.on.isoformat() for window in found],
                    "yaxis": "y2",
                    "name": f"{what} {name}",
                    "marker": {"color": color, "opacity": 0.55, "pattern": {"shape": pattern}},
                    "width": 0.7,
                    # Bars of windows that were kept say their count on hover alone: the others are to stand out.
                    "text": ["" if result == "ok" else _counted(window) for window in found],
                    "textposition": "outside",
                    "constraintext": "none",
                    "customdata": [[_said(window, doses)] for window in found],
                    "hovertemplate": "%{customdata[0]}<extra></extra>",
                }
            )
    return traces


def _said(window: Window, doses: Sequence[Dose]) -> str:
    """A bar in words: its days, what it counted up to the administration's day, and of a cycle the doses in it."""
    if window.is_cycle and window.began_on is None:
        return f"{window.on}: where its cycle began can't be told"
    days = f"{window.days} days from {window.first} to {window.last}"
    if not window.is_cycle:
        return f"{days}: {_counted(window)}"
    within = [dose.on for dose in doses if dose.units > 0 and window.first <= dose.on <= window.last]
    listed = ", ".join(day.isoformat() for day in dict.fromkeys(within)) or "none"
    return f"Cycle of {days}: up to {window.on} {_counted(window)}<br>doses in it: {listed}"


def _counted(window: Window) -> str:
    if window.measured is None:
        return "can't be told"
    most = "as many as an unknown body size allows" if window.allowed is None else f"{window.allowed:,.0f}"
    return f"{window.measured:,.0f} of {most}"
