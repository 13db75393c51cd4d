"""The dosing section over time: the last twelve complete months beside those before, and each payer's periods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from analytics import charts
from analytics.report.dosing.administrations import Dosing
from analytics.report.grain import PERIODS
from analytics.report.ladder import Group
from analytics.report.names import Names
from analytics.report.parts import Figure, Part, change, interval, slug, spread, tells
from analytics.report.tables import Column, Period, Rate, Row, Table, month, percent, period
from analytics.report.words import STATUSES
from analytics.statistics import newcombe

JUDGED = "judged administrations"
#: What the grey range behind a rate is.
SPAN = "What those that can't be judged leave open"
_STRETCHES = {"recent": "The last twelve complete months", "before": "The twelve before"}
_BOUNDS = [
    Column("if_exceeding", "Caps kept if all that can't be judged are over", "share"),
    Column("if_within", "… if none of them is", "share"),
]
_VERDICTS = [
    Column("judged", "Judged"),
    Column("within", STATUSES["within"]),
    Column("over", STATUSES["exceeds"]),
    Column("indeterminate", STATUSES["indeterminate"]),
    Column("compliance", "Caps kept", "rate"),
]


def stretches(dosing: Dosing) -> list[Part]:
    """The last twelve complete months beside the twelve before; nothing where the extract is shorter."""
    if not dosing.stretches:
        return []
    rows = []
    for name, (first, last) in dosing.stretches.items():
        who = f"{_STRETCHES[name]} ({month(first)} to {month(last)})"
        rows.append(Row({"who": who, **dosing.stretch(name)}))
    columns = [
        Column("who", "Months", "text"),
        *_VERDICTS,
        *_BOUNDS,
        Column("billed_units", "Units billed", "units"),
        Column("excess_units", "Units over the limits", "units"),
        Column("excess_amount", "Dollars over the limits", "amount"),
    ]
    rates = [row.values["compliance"] for row in rows]
    text = ["Months whose claims are still coming in are left out."]
    if len(rates) == 2 and all(isinstance(rate, Rate) for rate in rates):
        text.append(_changed(*rates))
    if "before" not in dosing.stretches:
        text.append("The extract does not reach back over all of the twelve months before these: nothing to compare.")
    table = Table("t-dosing-stretch", "Twelve months beside twelve months", columns, rows)
    return [Part("dosing-stretch", "The last year beside the one before", text, tables=[table])]


def _changed(recent: Rate, before: Rate) -> str:
    """The change of a rate with its limits, in words."""
    found = newcombe(recent.k, recent.n, before.k, before.n)
    if found is None:
        return ""
    low, high = (f"{100 * end:+.1f}".replace("-", "−") for end in (found.low, found.high))
    chance = "Chance alone may do that" if found.low <= 0 <= found.high else "Chance alone would hardly do that"
    return (
        f"Caps kept: {percent(before.value)} in the twelve months before, {percent(recent.value)} in the last twelve, "
        f"{change(recent, before)} (95% limits of the change: {low} to {high} points). {chance}."
    )


def periods(dosing: Dosing, names: Names, manifest: Mapping[str, Any]) -> list[Part]:
    """A part for each payer: its periods as a line with its interval band, and as a table."""
    return [_payer_periods(dosing, names, group, manifest) for group in names.order(dosing.ladder, "payer")]


def _payer_periods(dosing: Dosing, names: Names, group: Group, manifest: Mapping[str, Any]) -> Part:
    months, who = dosing.lengths[group], names.payer(group)
    word = PERIODS[months]
    values = [dosing.period(key) for key in dosing.ladder.groups["period"] if key[:2] == group]
    waiting = {date.fromisoformat(str(day)) for day in manifest["incomplete_months"]}
    incomplete = [is_incomplete(value["period"], waiting) for value in values]
    marks = _marks(manifest, group[0], [value["period"].start for value in values], months)
    points = [interval(period(value["period"]), value["compliance"], JUDGED) for value in values]
    spans = _worth_drawing([span_of(value) for value in values], points)
    text = [f"By {word}, since most months have too few people behind them to be shown."] if months > 1 else []
    if any(incomplete):
        text.append(f"Shaded: {manifest['run_out']['says']} These figures will change.")
    if marks:
        text.append("Dashed: the day on which a version of the policy came into force.")
    ident, title = slug("dosing-period", *group), f"{who}, {word} by {word}"
    alt = spread(points, f"Share of judged administrations that kept the limits, {who}", word)
    grey = [point.label for point, waits in zip(points, incomplete, strict=True) if waits]
    chart = None
    if tells(points):
        series = [("Caps kept", points)]
        chart = charts.over_time(series, incomplete=grey, marks=marks, spans=spans, span_name=SPAN)
    rows = [Row(value, mark="incomplete" if waits else "") for value, waits in zip(values, incomplete, strict=True)]
    columns = [Column("period", word.capitalize(), "period"), *_VERDICTS, *(_BOUNDS if any(spans) else [])]
    table = Table(f"t-{ident}", title, columns, rows, long=True)
    return Part(ident, title, text, Figure(f"fig-{ident}", alt, chart), [table], over=names.policy(group[0]))


def span_of(values: Mapping[str, Any]) -> tuple[float, float] | None:
    """The range that administrations which can't be judged leave to the rate, where any is left and may be shown."""
    least, most = values["if_exceeding"], values["if_within"]
    if not isinstance(least, Rate) or not isinstance(most, Rate) or least.value == most.value:
        return None
    return round(least.value, 4), round(most.value, 4)


def _worth_drawing(
    spans: Sequence[tuple[float, float] | None], points: Sequence[charts.Interval]
) -> Sequence[tuple[float, float] | None]:
    """The ranges, if at least half of the rates have one: a few would look as if the others had none."""
    rates = sum(point.rate is not None for point in points)
    return spans if 2 * sum(span is not None for span in spans) >= max(rates, 1) else ()


def is_incomplete(value: Period, waiting: set[date]) -> bool:
    """Whether a period holds one of the months (by their first days) whose claims are still coming in."""
    if value.start is None:
        return False
    first = 12 * value.start.year + value.start.month
    return any(first <= 12 * day.year + day.month < first + value.months for day in waiting)


def _marks(manifest: Mapping[str, Any], policy: str, starts: list[date], months: int) -> list[charts.Mark]:
    """Where the policy's versions come into force among the periods."""
    found = []
    for known in manifest["policies"]:
        for version in known["versions"] if known["policy_id"] == policy else []:
            since = version["effective_from"]
            day = date.fromisoformat(since) if isinstance(since, str) else since
            at = charts.place_of(day, starts, months) if day else None
            if at is not None:
                found.append(charts.Mark(at, f"version {version['version']}"))
    return found
