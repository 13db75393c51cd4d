"""The page's section of payers side by side: do they differ?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analytics import charts
from analytics.disclosure import Hidden
from analytics.report.ladder import Group
from analytics.report.names import Names
from analytics.report.parts import Figure, Part, Section, slug
from analytics.report.payers import Payers, Value, differ
from analytics.report.tables import Column, Rate, Row, Table, limits, percent
from analytics.statistics import Estimate


@dataclass(frozen=True)
class _Measure:
    """A row of the table: how it is called, also on a chart, and how its values and differences read."""

    label: str
    short: str
    unit: str


_MEASURES: Mapping[str, _Measure] = {
    "kept": _Measure("Caps kept", "Caps kept", "points"),
    "first": _Measure("Requests approved at first", "Approved at first", "points"),
    "final": _Measure("Requests approved in the end", "Approved in the end", "points"),
    "retained": _Measure("Retained on therapy", "Retained on therapy", "points"),
    "over": _Measure("Units over the limits per 100 units billed", "", "units"),
    "hours": _Measure("Median time to decision", "", "hours"),
}


#: What one of a unit is of the numbers that are told in it: shares in points, hours in days.
_SIZES: Mapping[str, float] = {"points": 0.01, "days": 24}
#: Times are told in hours below two days.
_HOURS_UP_TO = 48


def sections(payers: Payers, names: Names) -> list[Section]:
    """The whole section; none with a single payer, which there is nothing to compare with."""
    pairs = payers.pairs()
    if not pairs:
        return []
    shown_payers = len(payers.groups())
    text = (
        "The same measures of two payers, with the difference and its 95% limits; where they hold 0, chance alone may "
        "make the difference. Nothing is adjusted: the payers' members differ in age, disease and treatment before, "
        "and so may the completeness of their claims. A difference is a reason to look, not a verdict."
    )
    if shown_payers < payers.n_payers():
        text += f" Of {payers.n_payers()} payers, the {shown_payers} with the most administrations are compared."
    parts = [_pair(payers, names, pair, with_notes=pair == pairs[-1]) for pair in pairs]
    return [Section("payers", "Payers side by side: do they differ?", text, parts)]


def _pair(payers: Payers, names: Names, pair: tuple[Group, Group], with_notes: bool) -> Part:
    one, other = (payers.values(group) for group in pair)
    who = [names.payer(group) for group in pair]
    found = {name: differ(one.get(name), other.get(name)) for name in one}
    units = {name: _unit(name, one[name], other.get(name)) for name in one}
    rows = [
        Row(
            {
                "measure": _MEASURES[name].label,
                "one": _worded(one[name], units[name]),
                "other": _worded(other.get(name), units[name]),
                "difference": _difference(found[name], units[name]),
            }
        )
        for name in one
    ]
    columns = [
        Column("measure", "Measure (95% limits)", "text"),
        Column("one", who[0], "text"),
        Column("other", who[1], "text"),
        Column("difference", f"Difference: {who[0]} less {who[1]}", "text"),
    ]
    ident = slug("payers", *(word for group in pair for word in group))
    text = []
    if pair[0][0] != pair[1][0]:
        text.append(
            f"They go by different policies ({names.short(pair[0][0])}; {names.short(pair[1][0])}), so the same dose "
            "may keep one's limits and not the other's, and the same request may meet one's criteria alone."
        )
    points = [_point(name, found[name]) for name in found if _MEASURES[name].unit == "points"]
    drawn = [point for point in points if point.rate is not None]
    chart = charts.differences(drawn, f"{who[1]} higher", f"{who[0]} higher") if drawn else None
    title = f"{who[0]} beside {who[1]}"
    notes = [
        "Differences of rates: Newcombe's hybrid score limits. Units over: people taken as units, since one person's "
        "administrations go together. Medians: limits by rank. The limits of rates treat administrations and requests "
        "as independent, so those of dosing are somewhat too narrow."
    ]
    return Part(
        ident,
        title,
        text,
        Figure(f"fig-{ident}", _alt(who, found, units), chart),
        [Table(f"t-{ident}", title, columns, rows, notes if with_notes else [])],
    )


def _unit(name: str, *values: Value) -> str:
    """The unit of a measure's row: times are told in days where either payer's is two days or longer."""
    if name == "hours" and any(isinstance(value, Estimate) and value.value >= _HOURS_UP_TO for value in values):
        return "days"
    return _MEASURES[name].unit


def _worded(value: Value, unit: str) -> Any:
    """A value with its limits as a cell's text; a hidden one stays hidden."""
    if isinstance(value, Rate):
        return f"{percent(value.value)} {_whole(limits(value))}"
    if isinstance(value, Estimate):
        decimals, times = (1, f"{unit} ") if unit in ("days", "hours") else (2, "")
        middle, low, high = (f"{end / _SIZES.get(unit, 1):.{decimals}f}" for end in value)
        return f"{middle} {times}{_whole(f'{low} to {high}')}"
    return value


def _whole(text: str) -> str:
    """Limits in brackets, never broken across lines."""
    return f"({text})".replace(" ", "\N{NO-BREAK SPACE}")


def _difference(found: Estimate | Hidden | None, unit: str) -> Any:
    """A difference with its limits as a cell's text, in the unit of the values that it is of."""
    if not isinstance(found, Estimate):
        return found
    numbers = [_signed(end / _SIZES.get(unit, 1)) for end in found]
    return f"{numbers[0]} {unit} {_whole(f'{numbers[1]} to {numbers[2]}')}"


def _signed(value: float) -> str:
    """A difference with its sign and one decimal: "+1.2", "−0.4", "0.0"."""
    text = f"{value:+.1f}".replace("-", "−")
    return "0.0" if text in ("+0.0", "−0.0") else text


def _point(name: str, found: Estimate | Hidden | None) -> charts.Interval:
    label = _MEASURES[name].short
    if not isinstance(found, Estimate):
        return charts.Interval(label, None)
    words = f"{_MEASURES[name].label}: {_difference(found, _MEASURES[name].unit)}"
    return charts.Interval(label, round(found.value, 4), round(found.low, 4), round(found.high, 4), words)


def _alt(who: Sequence[str], found: Mapping[str, Estimate | Hidden | None], units: Mapping[str, str]) -> str:
    """What sets the two apart beyond chance, and what does not, in a sentence."""
    apart, alike, hidden = [], [], []
    for name, value in found.items():
        label = _MEASURES[name].label
        label = label[0].lower() + label[1:]
        if not isinstance(value, Estimate):
            hidden.append(label)
        elif value.low <= 0 <= value.high:
            alike.append(label)
        else:
            apart.append(f"{label} ({_difference(value, units[name]).split(' (')[0]})")
    told = [f"{who[0]} less {who[1]}."]
    told.append(f"Beyond chance: {', '.join(apart)}." if apart else "Nothing is beyond chance.")
    if alike:
        told.append(f"Within chance: {', '.join(alike)}.")
    if hidden:
        told.append(f"Not shown: {', '.join(hidden)}.")
    return " ".join(told)
