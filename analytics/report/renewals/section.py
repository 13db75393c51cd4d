"""The page's renewals section: what becomes of approvals when they end?"""

from __future__ import annotations

from typing import Any

from analytics import charts
from analytics.disclosure import Hidden
from analytics.report.names import Names
from analytics.report.parts import (
    Figure,
    Part,
    Section,
    Tile,
    bar,
    change,
    in_words,
    interval,
    k_of_n,
    slug,
    stretch,
    tells,
)
from analytics.report.persistence.curves import Persistence
from analytics.report.persistence.section import parts as persistence_parts
from analytics.report.renewals.approvals_ended import Renewals
from analytics.report.renewals.measures import Band
from analytics.report.renewals.section_time import ASKED, NOT_TOLD, ON_THERAPY, columns, periods, stretches
from analytics.report.tables import Column, Rate, Row, Table, limits, shown
from analytics.report.words import OUTCOMES
from analytics.results.renewals import RENEWED


def tile(renewals: Renewals) -> Tile:
    """The headline figure: retention among those on therapy."""
    row = renewals.row("all", ())
    if not renewals.told:
        return Tile("Retained on therapy", "not evaluable", ["no eligibility"])
    kept = row["retention_on"]
    rates = {name: renewals.stretch(name)["retention_on"] for name in renewals.stretches}
    told = {name: stretch(renewals.stretches[name], value) for name, value in rates.items()}
    return Tile(
        "Retained on therapy",
        shown(kept, "rate"),
        [_asked(row["approval"])],
        counts=k_of_n(row["on_retained"], row["on"], ON_THERAPY),
        limits=limits(kept) if isinstance(kept, Rate) else "",
        change=change(rates.get("recent"), rates.get("before")),
        measured={"retained_percent": 100 * kept.value if isinstance(kept, Rate) else None},
        recent=told.get("recent"),
        before=told.get("before"),
    )


def _asked(approval: Any) -> str:
    """How renewal requests were decided, as the line under the headline figure."""
    if approval is None:
        return "No renewal request was decided"
    words = f"Renewal requests approved: {shown(approval, 'rate')}"
    return words if isinstance(approval, Hidden) else f"{words}, a different question"


def section(renewals: Renewals, persistence: Persistence, names: Names) -> Section:
    """The whole section."""
    row = renewals.row("all", ())
    if renewals.told:
        whose = "approvals whose patient was treated in the last 42 days before they ended"
        kept = row["retention_on"]
        if isinstance(kept, Hidden):
            lead = f"How many {whose} were renewed or approved again is withheld: few people stand behind a count."
        elif kept is None:
            lead = f"There are no {whose}."
        else:
            lead = f"Of the {whose}, {in_words(kept, ON_THERAPY)} were renewed or approved again."
        lead += (
            " Treatment mostly ends because the disease progresses or the drug is not tolerated: a renewal that nobody "
            "asks for is no failure."
        )
    else:
        asked = in_words(row["approval"], ASKED)
        lead = f"Renewal requests approved: {asked}. Retention is not evaluable: no eligibility."
    parts = [_by_payer(renewals, names), *stretches(renewals)]
    for policy in names.policies_of(renewals.ladder):
        parts += periods(renewals, names, policy)
        parts.append(_outcomes(renewals, names, policy))
    parts += [_uncovered(renewals, names), *persistence_parts(persistence, names)]
    return Section("renewals", "Renewals: what becomes of approvals?", lead, parts)


def _by_payer(renewals: Renewals, names: Names) -> Part:
    rows = names.rows(renewals.ladder, renewals.row)
    first = Column("who", "Policy and payer", "text")
    table = Table("t-renewal-payer", "Approvals that end", columns(renewals, first), rows)
    ident, title = "renewal-payer", "By policy and payer"
    if not renewals.told:
        return Part(ident, title, [NOT_TOLD], tables=[table])
    text = [
        "Two rates that answer different questions. “Retained on therapy” asks whether treatment could go on: of the "
        "approvals whose patient was on therapy at the end, how many were followed by another one. “Renewal requests "
        "approved” asks how requests were decided: of the renewal requests decided, how many were approved. Where "
        "nobody asks, the second rate does not notice."
    ]
    groups = names.order(renewals.ladder, "payer")
    points: dict[str, list[charts.Interval]] = {"Retained on therapy": [], "Renewal requests approved": []}
    for group in groups:
        found = renewals.row("payer", group)
        points["Retained on therapy"].append(interval(names.payer(group), found["retention_on"], ON_THERAPY))
        points["Renewal requests approved"].append(interval(names.payer(group), found["approval"], ASKED))
    told = {
        name: "; ".join(f"{point.label} {shown(point.rate, 'rate')}" for point in found if point.rate is not None)
        for name, found in points.items()
    }
    alt = ". ".join(f"{name}: {words or 'withheld for every payer'}" for name, words in told.items())
    series = [(name, found) for name, found in points.items() if tells(found)]
    figure = Figure(f"fig-{ident}", f"{alt}.", charts.dots(series) if series else None)
    return Part(ident, title, text, figure, [table])


def _outcomes(renewals: Renewals, names: Names, policy: str) -> Part:
    ident, title = slug("renewal-outcome", policy), "Outcomes, and gaps between approvals"
    if not renewals.told:
        return Part(ident, title, [NOT_TOLD], over=names.policy(policy))
    rows, drawn = [Row({"outcome": "Renewed", "n": renewals.renewed(policy)})], []
    for outcomes, n in renewals.outcomes(policy):
        rows.append(Row({"outcome": _label(outcomes), "n": n}, depth=int(outcomes[0] in RENEWED)))
        if outcomes == ("renewed_late",):
            rows += [Row({"outcome": _days(band), "n": count}, depth=2) for band, count in renewals.gaps(policy)]
    drawn = [
        (_short(row.values["outcome"]), value) for row in rows if not row.depth and (value := bar(row.values["n"]))
    ]
    told = "; ".join(f"{_short(row.values['outcome'])}: {shown(row.values['n'], 'count')}" for row in rows)
    text = ["A renewal leaves a gap where it starts later than on the day after the approval before it ended."]
    if not renewals.gaps(policy):
        text.append("How long the gaps are can't be shown: one of the spans has few people.")
    chart = charts.bars("Approvals", [label for label, _ in drawn], [value for _, value in drawn]) if drawn else None
    listed = [Column("outcome", "Outcome", "text"), Column("n", "Approvals")]
    return Part(
        ident,
        title,
        text,
        Figure(f"fig-{ident}", f"Approvals by what became of them. {told}.", chart),
        [Table(f"t-{ident}", "What became of approvals", listed, rows)],
        over=names.policy(policy),
    )


def _label(outcomes: tuple[str, ...]) -> str:
    """An outcome in words; several that are told together as "Other: pending, withdrawn"."""
    if len(outcomes) == 1:
        return OUTCOMES[outcomes[0]]
    return "Other outcomes: " + ", ".join(_short(OUTCOMES[outcome]).lower() for outcome in outcomes)


def _days(band: Band) -> str:
    """Days without approval in words."""
    low, high = band
    return f"after more than {low - 1} days" if high is None else f"after {low} to {high} days"


def _uncovered(renewals: Renewals, names: Names) -> Part:
    row = renewals.uncovered("all", ())
    if isinstance(row["share"], Hidden):
        after = "How many approvals were followed by doses without cover is withheld: few people stand behind a count."
    elif row["share"] is None:
        after = "There are no approvals."
    else:
        after = f"After {in_words(row['share'], 'approvals')} the drug was given without cover."
    text = [f"{after} Without cover are doses after an approval had ended and before another one began."]
    listed = [
        Column("who", "Policy and payer", "text"),
        Column("n", "Approvals"),
        Column("uncovered", "followed by doses without cover"),
        Column("share", "Share", "rate"),
        Column("doses", "Doses without cover"),
    ]
    rows = names.rows(renewals.ladder, renewals.uncovered)
    table = Table("t-renewal-uncovered", "Doses given without cover", listed, rows)
    return Part("renewal-uncovered", "Doses without cover", text, tables=[table])


def _short(label: str) -> str:
    """An outcome as a bar's label: up to the first mark of punctuation."""
    return label.split(":")[0].split(",")[0]
