"""The page's dosing section: are the limits kept?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from analytics import charts
from analytics.disclosure import Hidden
from analytics.report.dosing import Dosing
from analytics.report.names import Names
from analytics.report.parts import Figure, Part, Section, Tile, count_of, in_words, interval, number, slug, spread
from analytics.report.sensitivity import Sensitivity
from analytics.report.tables import Column, Rate, Row, Table, limits, month, percent, shown, with_limits
from analytics.report.words import BREACH_KINDS, STATUSES

JUDGED = "judged administrations"
#: Claims of so many latest months are still coming in.
INCOMPLETE_MONTHS = 3


def tiles(dosing: Dosing) -> list[Tile]:
    """The headline figures: how often the caps are kept, and what is over them."""
    row = dosing.row("all", ())
    return [_kept_tile(row), _excess_tile(row)]


def _kept_tile(row: dict[str, Any]) -> Tile:
    kept = row["compliance"]
    lines = [f"{shown(row['within'], 'count')} of {shown(row['judged'], 'count')} {JUDGED}"]
    if isinstance(kept, Rate):
        lines.append(f"95% limits {limits(kept)}")
    unjudged = f"{shown(row['indeterminate'], 'count')} can't be judged"
    if isinstance(row["if_exceeding"], Rate):
        least, most = percent(row["if_exceeding"].value), percent(row["if_within"].value)
        unjudged += f": from {least} if all of them are over to {most} if none is"
    lines += [unjudged, f"Known body surface area only: {shown(row['compliance_known'], 'rate')}"]
    return Tile("Caps kept", shown(kept, "rate"), lines)


def _excess_tile(row: dict[str, Any]) -> Tile:
    lines = [f"{shown(row['excess_amount'], 'amount')} of the allowed amounts, in proportion"]
    over, exceptions = (count_of(row[name], "administration", "administrations") for name in ("over", "exception"))
    lines.append(f"{over} over a limit, of which {exceptions} had an approved exception and don't count here")
    if (
        not isinstance(row["excess_units"], Hidden)
        and not isinstance(row["billed_units"], Hidden)
        and row["billed_units"]
    ):
        share = percent(float(row["excess_units"]) / float(row["billed_units"]))
        lines.append(f"{share} of {shown(row['billed_units'], 'units')} units billed")
    return Tile("Units over the caps", shown(row["excess_units"], "units"), lines)


def section(dosing: Dosing, sensitivity: Sensitivity, names: Names, claims_through: date | None) -> Section:
    """The whole section."""
    row = dosing.row("all", ())
    lead = (
        f"Caps kept: {in_words(row['compliance'], JUDGED)}. "
        f"{shown(row['indeterminate'], 'count').capitalize()} administrations can't be judged, mostly for want of a "
        "body surface area; they are left out of the rate and shown beside it."
    )
    parts = [_by_payer(dosing, names), *_by_month(dosing, names, claims_through)]
    parts += [_breaches(dosing, names, policy) for policy in names.policies_of(dosing.ladder)]
    parts += [_sensitivity(sensitivity, names, policy) for policy in names.policies_of(dosing.ladder)]
    return Section("dosing", "Dosing: are the limits kept?", lead, parts)


def _by_payer(dosing: Dosing, names: Names) -> Part:
    rows = names.rows(dosing.ladder, dosing.row)
    points = [
        interval(row.values["who"], row.values["compliance"], JUDGED) for row in rows if row.depth or len(rows) == 1
    ]
    alt = spread(points, "Share of judged administrations that kept the limits, by payer", "payer")
    counts = [
        Column("who", "Policy and payer", "text"),
        Column("n", "Administrations"),
        Column("persons", "People"),
        Column("judged", "Judged"),
        Column("within", STATUSES["within"]),
        Column("over", STATUSES["exceeds"]),
        Column("exception", "of these with an approved exception"),
        Column("indeterminate", STATUSES["indeterminate"]),
        *with_limits("compliance", "Caps kept"),
    ]
    bounds = [
        Column("who", "Policy and payer", "text"),
        Column("if_exceeding", "Caps kept if all that can't be judged are over", "rate"),
        Column("if_within", "… if none of them is", "rate"),
        Column("compliance_known", "Caps kept where body surface area is known", "rate"),
        Column("billed_units", "Units billed", "units"),
        Column("wasted_units", "of these discarded (JW)", "units"),
        Column("excess_units", "Units over the limits", "units"),
        Column("excess_amount", "Dollars over the limits", "amount"),
    ]
    return Part(
        "dosing-payer",
        "By policy and payer",
        figure=Figure("fig-dosing-payer", alt, charts.dots([("Caps kept", points)])),
        tables=[
            Table("t-dosing-payer", "Administrations by verdict", counts, rows),
            Table("t-dosing-units", "What can't be judged, and units and dollars", bounds, rows),
        ],
    )


def _by_month(dosing: Dosing, names: Names, claims_through: date | None) -> list[Part]:
    columns = [
        Column("month", "Month", "month"),
        Column("judged", "Judged"),
        Column("within", STATUSES["within"]),
        Column("indeterminate", STATUSES["indeterminate"]),
        *with_limits("compliance", "Caps kept"),
    ]
    parts = []
    for group in names.order(dosing.ladder, "payer"):
        months = [key for key in dosing.ladder.groups["month"] if key[:2] == group]
        values = [dosing.month(key) for key in months]
        open_from = sum(not _is_incomplete(key[-1], claims_through) for key in months)
        rows = [Row(value, mark="incomplete" if place >= open_from else "") for place, value in enumerate(values)]
        points = [interval(month(value["month"]), value["compliance"], JUDGED) for value in values]
        who = names.payer(group)
        alt = spread(points, f"Share of judged administrations that kept the limits, {who}", "month")
        note = (
            f"The last {INCOMPLETE_MONTHS} months up to {month(claims_through)} are greyed: claims for them are "
            "still coming in, so their figures will change."
            if claims_through and open_from < len(months)
            else ""
        )
        ident = slug("dosing-month", *group)
        table = Table(f"t-{ident}", f"{who}, month by month", columns, rows, [note] if note else [], long=True)
        figure = Figure(f"fig-{ident}", alt, charts.over_time([("Caps kept", points)], open_from))
        parts.append(Part(ident, f"Month by month: {who}", [note] if note else [], figure, [table]))
    return parts


def _is_incomplete(day: date, claims_through: date | None) -> bool:
    if claims_through is None:
        return False
    return (claims_through.year - day.year) * 12 + claims_through.month - day.month < INCOMPLETE_MONTHS


def _breaches(dosing: Dosing, names: Names, policy: str) -> Part:
    kinds = dosing.breaches(policy)
    rows = [Row({"kind": label, "n": kinds.get(kind, 0)}) for kind, label in BREACH_KINDS.items()]
    limit_columns = [
        Column("limit_id", "Limit", "code"),
        Column("tested", "Administrations tested"),
        Column("ok", "Kept"),
        Column("exceeded", "Exceeded"),
        Column("unknown", STATUSES["indeterminate"]),
    ]
    labels = [row.values["kind"] for row in rows]
    bars = charts.stacked(
        labels, [charts.Segment("Administrations", charts.BLUE, "", [number(r.values["n"]) for r in rows])]
    )
    told = "; ".join(f"{label}: {shown(row.values['n'], 'count')}" for label, row in zip(labels, rows, strict=True))
    return Part(
        slug("dosing-breach", policy),
        f"What was over: {names.policy(policy)}",
        ["Administrations over a limit, approved exceptions among them, by the first kind that fits."],
        Figure(slug("fig-dosing-breach", policy), f"Administrations over a limit. {told}.", bars) if kinds else None,
        [
            Table(
                slug("t-breach", policy),
                "Kinds of breach",
                [Column("kind", "Kind", "text"), Column("n", "Administrations")],
                rows,
            ),
            Table(
                slug("t-limit", policy),
                "Each limit of the policy",
                limit_columns,
                [Row(row) for row in dosing.limit_rows(policy)],
                ["An administration may be tested against several regimens; it is over only if none of them is kept."],
            ),
        ],
    )


def _sensitivity(sensitivity: Sensitivity, names: Names, policy: str) -> Part:
    rows, tolerances = sensitivity.rows(policy), sensitivity.tolerances(policy)
    columns = [Column("grace_days", "Grace days", "count")]
    columns += [
        Column(str(t), "Doses by the letter" if t == 0 else f"Doses up to {t}% over", "rate") for t in tolerances
    ]
    series: Sequence[tuple[str, list[float | None]]] = [
        (column.label, [number_of_rate(row[column.name]) for row in rows]) for column in columns[1:]
    ]
    known = [value for _, values in series for value in values if value is not None]
    alt = (
        f"Caps kept under grace days and dose tolerances: from {percent(min(known))} to {percent(max(known))}."
        if known
        else "Too few people stand behind the changes for any of them to be shown."
    )
    figure = charts.lines([str(row["grace_days"]) for row in rows], series, "Grace days")
    return Part(
        slug("dosing-sensitivity", policy),
        f"How strict is the reading? {names.policy(policy)}",
        [
            "The letter of the policy has no grace and no tolerance. The others shorten every window by some days and "
            "raise every dose limit by some percent. A rate is withheld where it differs from another by few people."
        ],
        Figure(slug("fig-dosing-sensitivity", policy), alt, figure),
        [Table(slug("t-sensitivity", policy), "Caps kept", columns, [Row(row) for row in rows])],
    )


def number_of_rate(value: Rate | Hidden | None) -> float | None:
    """A rate as a share for a chart."""
    return round(value.value, 4) if isinstance(value, Rate) else None
