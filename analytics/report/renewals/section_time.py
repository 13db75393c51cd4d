"""The renewals section over time: retention, renewal approval and outcomes, by the period in which approvals end."""

from __future__ import annotations

from typing import Any

from analytics import charts
from analytics.report.grain import PERIODS
from analytics.report.names import Names
from analytics.report.parts import Figure, Part, change, interval, number, slug, spread, tells
from analytics.report.renewals.approvals_ended import Renewals
from analytics.report.tables import Column, Rate, Row, Table, month, percent, shown
from analytics.statistics import newcombe

ON_THERAPY = "approvals on therapy"
ASKED = "decided renewal requests"
NOT_TOLD = "Not evaluable: no eligibility. Death and leaving the plan can't be told from stopping treatment."
_NO_PERIODS = "Nothing can be shown by year: in every year too few people were retained, or too few were not."
_STRETCHES = {"recent": "The last twelve months", "before": "The twelve before"}
#: The groups of outcomes that are followed over time.
_GROUPS = {
    "approved": "Renewed",
    "denied": "Renewal denied",
    "other": "Still treated, undecided or asked anew",
    "stopped": "Treatment had stopped",
    "left": "Died, left or too recent",
}


def columns(renewals: Renewals, first: Column, decided: bool = True) -> list[Column]:
    """The columns of a table of approvals that end; `decided`: with what was decided of renewal requests."""
    found = [first, Column("n", "Approvals that end")]
    if renewals.told:
        found += [
            Column("left", "Died, left or too recent"),
            Column("eligible", "Could be renewed"),
            Column("on", "On therapy at the end"),
            Column("on_retained", "of these retained"),
            Column("on_lost", "not retained"),
            Column("retention_on", "Retained on therapy", "rate"),
        ]
    if decided:
        found += [Column("decided", "Renewal requests decided"), Column("approval", "of these approved", "rate")]
    return found


def stretches(renewals: Renewals) -> list[Part]:
    """The last twelve months in which outcomes can be told beside the twelve before; nothing where there are none."""
    if not renewals.stretches:
        return []
    found = {name: renewals.stretch(name) for name in renewals.stretches}
    rows = [
        Row({"who": f"{_STRETCHES[name]} ({month(days[0])} to {month(days[1])})", **found[name]})
        for name, days in renewals.stretches.items()
    ]
    listed = [
        Column("who", "Months in which approvals end", "text"),
        Column("on", "On therapy at the end"),
        Column("on_retained", "of these retained"),
        Column("on_lost", "not retained"),
        Column("retention_on", "Retained on therapy", "rate"),
    ]
    text = ["What became of an approval is told 60 days after its end, so the latest months are left out."]
    rates = [row["retention_on"] for row in found.values()]
    if len(rates) == 2 and all(isinstance(rate, Rate) for rate in rates):
        text.append(_changed(*rates))
    table = Table("t-renewal-stretch", "Twelve months beside twelve months", listed, rows)
    return [Part("renewal-stretch", "The last year beside the one before", text, tables=[table])]


def _changed(recent: Rate, before: Rate) -> str:
    """The change of a rate with its limits, in words."""
    found = newcombe(recent.k, recent.n, before.k, before.n)
    if found is None:
        return ""
    low, high = (f"{100 * end:+.1f}".replace("-", "−") for end in (found.low, found.high))
    chance = "chance alone may make such a change" if found.low <= 0 <= found.high else "more than chance alone"
    return (
        f"Retention on therapy went from {percent(before.value)} to {percent(recent.value)}: "
        f"{change(recent, before)} (95% limits of the change: {low} to {high} points), {chance}."
    )


def periods(renewals: Renewals, names: Names, policy: str) -> list[Part]:
    """A policy's approvals by the period in which they ended: rates, and beside them all outcomes in groups."""
    if (policy,) not in renewals.over_time:
        why = _NO_PERIODS if renewals.told else NOT_TOLD
        return [Part(slug("renewal-period", policy), "Over time", [why], over=names.policy(policy))]
    parts = [_rates(renewals, names, policy)]
    months, rows = renewals.outcomes_over_time((policy,))
    column, printed = renewals.decided[(policy,)]
    if "stopped" in printed or (printed and column == "year"):
        parts.append(_groups(names, policy, PERIODS[months], rows))
    return parts


def _rates(renewals: Renewals, names: Names, policy: str) -> Part:
    values, word = renewals.periods((policy,)), PERIODS[renewals.over_time[(policy,)].months]
    decided = all("approval" in row for row in values)
    ident = slug("renewal-period", policy)
    first = Column("period", f"{word.capitalize()} of the end", "text")
    table = Table(
        f"t-{ident}",
        f"By the {word} in which approvals end",
        columns(renewals, first, decided),
        [Row(row) for row in values],
        long=True,
    )
    text = [f"By {word}, since most quarters have too few people behind them to be shown."] if word == "year" else []
    name, printed = renewals.decided[(policy,)]
    if not printed:
        text.append(f"How renewal requests were decided can't be shown by {word}: few of one {word} were refused.")
    elif name == "year":
        text.append("How renewal requests were decided is shown by year below: quarters have too few refusals.")
    figure = _figure(renewals, f"fig-{ident}", values, word)
    if incomplete := [row["period"] for row in values if not row["is_told"]]:
        text.append(
            f"{incomplete[-1]} is not complete: of approvals that ended in the last 60 days, or have yet to end, only "
            "those already renewed or refused are told, so its rates lean towards what is decided early."
        )
    what = [*(["Retention"] if renewals.told else []), *(["renewal approval"] if decided else [])]
    title = " and ".join(what) or "Approvals that end"
    return Part(ident, f"{title[0].upper()}{title[1:]}, by {word}", text, figure, [table], over=names.policy(policy))


def _figure(renewals: Renewals, ident: str, values: list[dict[str, Any]], word: str) -> Figure | None:
    incomplete = [row["short"] for row in values if not row["is_told"]]
    decided = all("approval" in row for row in values)
    series, told = [], []
    for name, key, of_what, what, there in (
        (
            "Retained on therapy",
            "retention_on",
            ON_THERAPY,
            "Share of approvals on therapy that were retained",
            renewals.told,
        ),
        (
            "Renewal requests approved",
            "approval",
            ASKED,
            "Share of decided renewal requests that were approved",
            decided,
        ),
    ):
        if there:
            points = [interval(row["short"], row[key], of_what) for row in values]
            series.append((name, points))
            told.append(spread(points, what, word))
    if not values or not series:
        return None
    drawn = tells([point for _, points in series for point in points])
    return Figure(ident, " ".join(told), charts.over_time(series, incomplete=incomplete) if drawn else None)


def _groups(names: Names, policy: str, word: str, values: list[dict[str, Any]]) -> Part:
    ident, groups = (
        slug("renewal-groups", policy),
        {name: label for name, label in _GROUPS.items() if name in values[0]},
    )
    listed = [Column("period", f"{word.capitalize()} of the end", "text"), Column("n", "Approvals that end")]
    listed += [Column(name, label) for name, label in groups.items()]
    listed += [Column("decided", "Renewal requests decided"), Column("approval", "of these approved", "rate")]
    table = Table(f"t-{ident}", f"What became of approvals, by {word} of the end", listed, [Row(row) for row in values])
    drawn = [row for row in values if groups and all(number(row[name]) is not None for name in groups)]
    parts = [(label, [number(row[name]) for row in drawn]) for name, label in groups.items()]
    told = "; ".join(
        f"{row['period']}: "
        + ", ".join(f"{label.lower()} {shown(row[name], 'count')}" for name, label in groups.items())
        for row in drawn
    )
    alt = f"Approvals by what became of them, a bar a {word}. {told or f'No {word} can be shown in all its parts'}."
    chart = charts.stacked([row["period"] for row in drawn], parts) if drawn else None
    return Part(
        ident,
        f"What became of them, by {word}",
        figure=Figure(f"fig-{ident}", alt, chart),
        tables=[table],
        over=names.policy(policy),
    )
