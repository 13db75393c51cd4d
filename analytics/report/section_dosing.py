"""The page's dosing section: are the limits kept?"""

from __future__ import annotations

from datetime import date
from typing import Any

from analytics import charts
from analytics.disclosure import Hidden
from analytics.report.dosing import Dosing
from analytics.report.grain import PERIODS
from analytics.report.ladder import Group
from analytics.report.names import Names
from analytics.report.parts import (
    Figure,
    Part,
    Section,
    Tile,
    count_of,
    in_words,
    interval,
    k_of_n,
    number,
    slug,
    spread,
    tells,
)
from analytics.report.sensitivity import Sensitivity
from analytics.report.tables import Bound, Column, Period, Rate, Row, Table, limits, month, percent, period, shown
from analytics.report.words import BREACH_KINDS, STATUSES

JUDGED = "judged administrations"
#: Claims of so many latest months are still coming in.
INCOMPLETE_MONTHS = 3


def tiles(dosing: Dosing) -> list[Tile]:
    """The headline figures: how often the caps are kept, and what is over them."""
    row = dosing.row("all", ())
    return [_kept_tile(row, shown(dosing.known_bsa(), "rate")), _excess_tile(row)]


def _kept_tile(row: dict[str, Any], known: str) -> Tile:
    kept = row["compliance"]
    lines = [k_of_n(row["within"], row["judged"], JUDGED)]
    if isinstance(kept, Rate):
        lines.append(f"95% limits {limits(kept)}")
    unjudged = f"{shown(row['indeterminate'], 'count')} can't be judged"
    if isinstance(row["if_exceeding"], Rate):
        least, most = percent(row["if_exceeding"].value), percent(row["if_within"].value)
        unjudged += f": from {least} if all of them are over to {most} if none is"
    lines += [unjudged, f"where body surface area is known: {known}"]
    return Tile("Caps kept", shown(kept, "rate"), lines)


def _excess_tile(row: dict[str, Any]) -> Tile:
    lines = [f"{shown(row['excess_amount'], 'amount')} of the allowed amounts, in proportion"]
    over = count_of(row["over"], "administration", "administrations")
    lines.append(
        f"{over} over a limit; approved exceptions among them ({shown(row['exception'], 'count')}) don't count"
    )
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
        f"Beside them, {count_of(row['indeterminate'], 'administration', 'administrations')} can't be judged, mostly "
        "for want of a body surface area; they are left out of the rate."
    )
    parts = [_by_payer(dosing, names), *_by_period(dosing, names, claims_through)]
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
        Column("compliance", "Caps kept", "rate"),
    ]
    bounds = [
        Column("who", "Policy and payer", "text"),
        Column("if_exceeding", "Caps kept if all that can't be judged are over", "share"),
        Column("if_within", "… if none of them is", "share"),
        Column("billed_units", "Units billed", "units"),
        Column("wasted_units", "of these discarded (JW)", "units"),
        Column("excess_units", "Units over the limits", "units"),
        Column("excess_amount", "Dollars over the limits", "amount"),
    ]
    return Part(
        "dosing-payer",
        "By policy and payer",
        figure=Figure("fig-dosing-payer", alt, charts.dots([("Caps kept", points)]) if tells(points) else None),
        tables=[
            Table("t-dosing-payer", "Administrations by verdict", counts, rows),
            Table("t-dosing-units", "What can't be judged, and units and dollars", bounds, rows),
        ],
    )


def _by_period(dosing: Dosing, names: Names, claims_through: date | None) -> list[Part]:
    return [_payer_periods(dosing, names, group, claims_through) for group in names.order(dosing.ladder, "payer")]


def _payer_periods(dosing: Dosing, names: Names, group: Group, claims_through: date | None) -> Part:
    months, who = dosing.lengths[group], names.payer(group)
    word = PERIODS[months]
    values = [dosing.period(key) for key in dosing.ladder.groups["period"] if key[:2] == group]
    open_from = sum(not _is_incomplete(value["period"], claims_through) for value in values)
    text = [f"By {word}, since most months have too few people behind them to be shown."] if months > 1 else []
    if claims_through and open_from < len(values):
        text.append(
            f"Grey: claims of the last {INCOMPLETE_MONTHS} months, up to {month(claims_through)}, are still coming in, "
            "so these figures will change."
        )
    points = [interval(period(value["period"]), value["compliance"], JUDGED) for value in values]
    alt = spread(points, f"Share of judged administrations that kept the limits, {who}", word)
    columns = [
        Column("period", word.capitalize(), "period"),
        Column("judged", "Judged"),
        Column("within", STATUSES["within"]),
        Column("over", STATUSES["exceeds"]),
        Column("indeterminate", STATUSES["indeterminate"]),
        Column("compliance", "Caps kept", "rate"),
    ]
    rows = [Row(value, mark="incomplete" if place >= open_from else "") for place, value in enumerate(values)]
    ident = slug("dosing-period", *group)
    table = Table(f"t-{ident}", f"{who}, {word} by {word}", columns, rows, long=True)
    figure = Figure(
        f"fig-{ident}", alt, charts.over_time([("Caps kept", points)], open_from) if tells(points) else None
    )
    title = f"{who}, {word} by {word}"
    return Part(ident, title, text, figure, [table], over=names.policy(group[0]))


def _is_incomplete(value: Period, claims_through: date | None) -> bool:
    """Whether a period holds one of the latest months, whose claims are still coming in."""
    if claims_through is None or value.start is None:
        return False
    last = 12 * value.start.year + value.start.month + value.months - 1
    return 12 * claims_through.year + claims_through.month - last < INCOMPLETE_MONTHS


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
    bars = charts.bars("Administrations", labels, [number(row.values["n"]) for row in rows])
    told = "; ".join(f"{label}: {shown(row.values['n'], 'count')}" for label, row in zip(labels, rows, strict=True))
    return Part(
        slug("dosing-breach", policy),
        "What was over",
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
        over=names.policy(policy),
    )


def _sensitivity(sensitivity: Sensitivity, names: Names, policy: str) -> Part:
    rows, tolerances = sensitivity.rows(policy), sensitivity.tolerances(policy)
    columns = [Column("grace_days", "Grace days", "count")]
    columns += [
        Column(str(t), "Doses by the letter" if t == 0 else f"Doses up to {t}% over", "share") for t in tolerances
    ]
    series = [(column.label, [share_of(row[column.name]) for row in rows]) for column in columns[1:]]
    known = [value for _, values in series for value in values if value is not None]
    if known:
        alt = f"Share within under grace days and dose tolerances: from {percent(min(known))} to {percent(max(known))}."
    else:
        alt = "Too few people stand behind the changes for any of them to be shown."
    figure = charts.lines([str(row["grace_days"]) for row in rows], series, "Grace days") if len(known) > 1 else None
    return Part(
        slug("dosing-sensitivity", policy),
        "How strict is the reading?",
        [
            "The letter of the policy has no grace and no tolerance. Here every window is shortened by some days and "
            "every dose limit raised by some percent. The share is of all administrations, those that can't be judged "
            "among them, so it is less than the rate above. It is withheld where it differs from another by few people."
        ],
        Figure(slug("fig-dosing-sensitivity", policy), alt, figure),
        [Table(slug("t-sensitivity", policy), "Share of administrations within", columns, [Row(row) for row in rows])],
        over=names.policy(policy),
    )


def share_of(value: Rate | Bound | Hidden | None) -> float | None:
    """A rate as a share for a chart."""
    return round(value.value, 4) if isinstance(value, Rate) else None
