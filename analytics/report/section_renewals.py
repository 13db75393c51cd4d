"""The page's renewals section: what becomes of approvals when they end?"""

from __future__ import annotations

from datetime import date
from typing import Any

from analytics import charts
from analytics.report.grain import PERIODS
from analytics.report.names import Names
from analytics.report.parts import Figure, Part, Section, Tile, in_words, interval, k_of_n, number, slug, spread, tells
from analytics.report.renewals import RENEWED, Renewals
from analytics.report.tables import Column, Rate, Row, Table, limits, period, shown
from analytics.report.words import OUTCOMES

ON_THERAPY = "approvals on therapy"
ASKED = "decided renewal requests"
_NOT_TOLD = "Not evaluable: no eligibility. Death and leaving the plan can't be told from stopping treatment."


def tile(renewals: Renewals) -> Tile:
    """The headline figure: retention among those on therapy."""
    row = renewals.row("all", ())
    if not renewals.told:
        return Tile("Retained on therapy", "not evaluable", ["no eligibility"])
    lines = [k_of_n(row["on_retained"], row["on"], ON_THERAPY)]
    if isinstance(row["retention_on"], Rate):
        lines.append(f"95% limits {limits(row['retention_on'])}")
    lines.append(f"Renewal requests approved: {shown(row['approval'], 'rate')}")
    return Tile("Retained on therapy", shown(row["retention_on"], "rate"), lines)


def section(renewals: Renewals, names: Names) -> Section:
    """The whole section."""
    row = renewals.row("all", ())
    if renewals.told:
        lead = (
            f"Of the approvals whose patient was treated in the last 42 days before they ended, "
            f"{in_words(row['retention_on'], ON_THERAPY)} were renewed or approved again. Treatment mostly ends "
            "because the disease progresses or the drug is not tolerated: a renewal that nobody asks for is no failure."
        )
    else:
        asked = in_words(row["approval"], ASKED)
        lead = f"Renewal requests approved: {asked}. Retention is not evaluable: no eligibility."
    parts = [_by_payer(renewals, names)]
    for policy in names.policies_of(renewals.ladder):
        parts.append(_by_period(renewals, names, policy))
        parts.append(_outcomes(renewals, names, policy))
    return Section("renewals", "Renewals: what becomes of approvals?", lead, parts)


def _columns(renewals: Renewals, first: Column) -> list[Column]:
    approval = [
        Column("decided", "Renewal requests decided"),
        Column("approval", "of these approved", "rate"),
    ]
    if not renewals.told:
        return [first, Column("n", "Approvals that end"), *approval]
    return [
        first,
        Column("n", "Approvals that end"),
        Column("left", "Died, left or too recent"),
        Column("eligible", "Could be renewed"),
        Column("on", "On therapy at the end"),
        Column("on_retained", "of these retained"),
        Column("on_lost", "not retained"),
        Column("retention_on", "Retained on therapy", "rate"),
        *approval,
    ]


def _by_payer(renewals: Renewals, names: Names) -> Part:
    rows = names.rows(renewals.ladder, renewals.row)
    table = Table(
        "t-renewal-payer", "Approvals that end", _columns(renewals, Column("who", "Policy and payer", "text")), rows
    )
    return Part("renewal-payer", "By policy and payer", [] if renewals.told else [_NOT_TOLD], tables=[table])


def _by_period(renewals: Renewals, names: Names, policy: str) -> Part:
    groups = [group for group in names.order(renewals.ladder, "period") if group[0] == policy]
    values = sorted(
        (renewals.row("period", group) for group in groups), key=lambda row: row["period"].start or date.max
    )
    word = PERIODS[renewals.lengths[(policy,)]]
    ident = slug("renewal-period", policy)
    columns = _columns(renewals, Column("period", f"{word.capitalize()} of the end", "period"))
    table = Table(
        f"t-{ident}", f"By the {word} in which approvals end", columns, [Row(row) for row in values], long=True
    )
    text = [f"By {word}, since most quarters have too few people behind them to be shown."] if word == "year" else []
    ended = [row for row in values if row["period"].start]
    figure = _figure(renewals, f"fig-{ident}", ended, word)
    return Part(ident, f"By {word}", text, figure, [table], over=names.policy(policy))


def _figure(renewals: Renewals, ident: str, values: list[dict[str, Any]], word: str) -> Figure | None:
    if not values:
        return None
    approval = [interval(period(row["period"]), row["approval"], ASKED) for row in values]
    alt = spread(approval, "Share of decided renewal requests that were approved", word)
    series = [("Renewal requests approved", approval)]
    if renewals.told:
        retention = [interval(period(row["period"]), row["retention_on"], ON_THERAPY) for row in values]
        alt = f"{spread(retention, 'Share of approvals on therapy that were retained', word)} {alt}"
        series.insert(0, ("Retained on therapy", retention))
    points = [point for _, points in series for point in points]
    return Figure(ident, alt, charts.over_time(series) if tells(points) else None)


def _outcomes(renewals: Renewals, names: Names, policy: str) -> Part:
    ident = slug("renewal-outcome", policy)
    if not renewals.told:
        return Part(ident, "Outcomes", [_NOT_TOLD], over=names.policy(policy))
    found = renewals.outcomes(policy)
    rows = [
        Row({"outcome": label, "n": found[outcome]}, int(outcome in RENEWED)) for outcome, label in OUTCOMES.items()
    ]
    rows.insert(0, Row({"outcome": "Renewed", "n": found["renewed"]}))
    told = "; ".join(f"{row.values['outcome']}: {shown(row.values['n'], 'count')}" for row in rows)
    drawn = [row.values for row in rows if not row.depth and number(row.values["n"])]
    labels, values = [_short(row["outcome"]) for row in drawn], [number(row["n"]) for row in drawn]
    columns = [Column("outcome", "Outcome", "text"), Column("n", "Approvals")]
    return Part(
        ident,
        "Outcomes",
        figure=Figure(
            f"fig-{ident}",
            f"Approvals by what became of them. {told}.",
            charts.bars("Approvals", labels, values) if drawn else None,
        ),
        tables=[Table(f"t-{ident}", "What became of approvals", columns, rows)],
        over=names.policy(policy),
    )


def _short(label: str) -> str:
    """An outcome as a bar's label: up to the first mark of punctuation."""
    return label.split(":")[0].split(",")[0]
