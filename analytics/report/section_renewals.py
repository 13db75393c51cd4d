"""The page's renewals section: what becomes of approvals when they end?"""

from __future__ import annotations

from typing import Any

from analytics import charts
from analytics.report.names import Names
from analytics.report.parts import Figure, Part, Section, Tile, in_words, interval, number, slug, spread
from analytics.report.renewals import Renewals
from analytics.report.tables import Column, Rate, Row, Table, limits, quarter, shown, with_limits
from analytics.report.words import OUTCOMES

ON_THERAPY = "approvals on therapy"
ASKED = "decided renewal requests"
_NOT_TOLD = "Not evaluable: no eligibility. Death and leaving the plan can't be told from stopping treatment."


def tile(renewals: Renewals) -> Tile:
    """The headline figure: retention among those on therapy."""
    row = renewals.row("all", ())
    if not renewals.told:
        return Tile("Retained on therapy", "not evaluable", ["no eligibility"])
    lines = [f"{shown(row['on_retained'], 'count')} of {shown(row['on'], 'count')} {ON_THERAPY}"]
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
            f"{in_words(row['retention_on'], ON_THERAPY)} were renewed or approved again. Treatment mostly ends because "
            "the disease progresses or the drug is not tolerated, so a renewal that nobody asks for is no failure by itself."
        )
    else:
        lead = f"Renewal requests approved: {in_words(row['approval'], ASKED)}. Retention is not evaluable: no eligibility."
    parts = [_by_payer(renewals, names)]
    for policy in names.policies_of(renewals.ladder):
        parts.append(_by_quarter(renewals, names, policy))
        parts.append(_outcomes(renewals, names, policy))
    return Section("renewals", "Renewals: what becomes of approvals?", lead, parts)


def _columns(renewals: Renewals, first: Column) -> list[Column]:
    approval = [
        Column("decided", "Renewal requests decided"),
        *with_limits("approval", "of these approved"),
    ]
    if not renewals.told:
        return [first, Column("n", "Approvals that end"), *approval]
    overall = [] if first.kind == "quarter" else [Column("retention", "Retained, all that could be", "rate")]
    return [
        first,
        Column("n", "Approvals that end"),
        Column("left", "Died, left or too recent"),
        Column("eligible", "Could be renewed"),
        Column("on", "On therapy at the end"),
        Column("on_retained", "of these retained"),
        *with_limits("retention_on", "Retained on therapy"),
        *overall,
        *approval,
    ]


def _by_payer(renewals: Renewals, names: Names) -> Part:
    rows = names.rows(renewals.ladder, renewals.row)
    table = Table(
        "t-renewal-payer", "Approvals that end", _columns(renewals, Column("who", "Policy and payer", "text")), rows
    )
    return Part("renewal-payer", "By policy and payer", [] if renewals.told else [_NOT_TOLD], tables=[table])


def _by_quarter(renewals: Renewals, names: Names, policy: str) -> Part:
    groups = [group for group in names.order(renewals.ladder, "quarter") if group[0] == policy and group[1]]
    values = [{"quarter": group[1], **renewals.row("quarter", group)} for group in groups]
    ident = slug("renewal-quarter", policy)
    columns = _columns(renewals, Column("quarter", "Quarter of the end", "quarter"))
    table = Table(
        f"t-{ident}", "By the quarter in which approvals end", columns, [Row(row) for row in values], long=True
    )
    figure = _quarter_figure(renewals, f"fig-{ident}", values)
    return Part(ident, f"By quarter: {names.policy(policy)}", figure=figure, tables=[table])


def _quarter_figure(renewals: Renewals, ident: str, values: list[dict[str, Any]]) -> Figure:
    approval = [interval(quarter(row["quarter"]), row["approval"], ASKED) for row in values]
    alt = spread(approval, "Share of decided renewal requests that were approved", "quarter")
    series = [("Renewal requests approved", approval)]
    if renewals.told:
        retention = [interval(quarter(row["quarter"]), row["retention_on"], ON_THERAPY) for row in values]
        alt = f"{spread(retention, 'Share of approvals on therapy that were retained', 'quarter')} {alt}"
        series.insert(0, ("Retained on therapy", retention))
    return Figure(ident, alt, charts.over_time(series))


def _outcomes(renewals: Renewals, names: Names, policy: str) -> Part:
    ident = slug("renewal-outcome", policy)
    title = f"Outcomes: {names.policy(policy)}"
    if not renewals.told:
        return Part(ident, title, [_NOT_TOLD])
    found = renewals.outcomes(policy)
    rows = [Row({"outcome": label, "n": found[outcome]}) for outcome, label in OUTCOMES.items()]
    told = "; ".join(f"{row.values['outcome']}: {shown(row.values['n'], 'count')}" for row in rows)
    bars = charts.stacked(
        [_short(row.values["outcome"]) for row in rows],
        [charts.Segment("Approvals", charts.BLUE, "", [number(row.values["n"]) for row in rows])],
    )
    columns = [Column("outcome", "Outcome", "text"), Column("n", "Approvals")]
    return Part(
        ident,
        title,
        figure=Figure(f"fig-{ident}", f"Approvals by what became of them. {told}.", bars),
        tables=[Table(f"t-{ident}", "What became of approvals", columns, rows)],
    )


def _short(label: str) -> str:
    """An outcome as a bar's label: up to the first mark of punctuation."""
    return label.split(":")[0].split(",")[0]
