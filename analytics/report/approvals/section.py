"""The page's approvals section: which criteria decide?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analytics import charts
from analytics.report.approvals import section_criteria, section_reviews, section_turnaround
from analytics.report.approvals.counts import Approvals
from analytics.report.approvals.requests import Requests
from analytics.report.names import Names
from analytics.report.parts import (
    Figure,
    Part,
    Section,
    Tile,
    change,
    count_of,
    in_words,
    interval,
    k_of_n,
    stretch,
    tells,
)
from analytics.report.tables import Column, Rate, Row, Table, limits, month, percent, shown

DECIDED = "decided requests"


def tile(requests: Requests) -> Tile:
    """The headline figure: approvals, first and final, and first approvals of the last twelve months."""
    row, first = requests.row("all", ()), requests.row("all", ())["first"]
    months = {name: requests.stretch(name) for name in requests.stretches}
    stretches = {name: stretch(requests.stretches[name], found["first"]) for name, found in months.items() if found}
    recent, before = (months.get(name, {}).get("first") for name in ("recent", "before"))
    return Tile(
        "Approved at first",
        shown(first, "rate"),
        [f"After appeals: {_final(row)}"],
        counts=k_of_n(row["approved"], row["n"], DECIDED),
        limits=limits(first) if isinstance(first, Rate) else "",
        recent=stretches.get("recent"),
        before=stretches.get("before"),
        change=change(recent, before),
        measured={
            "approved_percent": _percent(first),
            "approved_in_the_end_percent": _percent(row["final"]),
        },
    )


def _percent(value: Any) -> float | None:
    return 100 * value.value if isinstance(value, Rate) else None


def _final(row: dict[str, Any]) -> str:
    if isinstance(row["final"], Rate):
        rate = row["final"]
        return f"{percent(rate.value)} ({rate.k:,.0f} of {rate.n:,.0f}; limits {limits(rate)})"
    return f"withheld ({count_of(row['overturned'], 'denial', 'denials')} overturned)"


def section(approvals: Approvals, names: Names, missing: Sequence[str]) -> Section:
    """The whole section. missing: the extracts that are not there."""
    row = approvals.requests.row("all", ())
    lead = f"Approved at first: {in_words(row['first'], DECIDED)}; after appeals: {in_words(row['final'], DECIDED)}."
    parts = [_decisions(approvals.requests, names)]
    if approvals.criteria.reviewed:
        parts += section_criteria.parts(approvals.criteria, approvals.denials, names)
        parts.append(section_reviews.consistency(approvals.consistency, names))
    else:
        absent = "criterion_review" if "criterion_review" in missing else "reviewed criteria"
        parts.append(Part("criteria", "By criterion", [f"Not evaluable: no {absent}."]))
    parts.append(section_reviews.agreement(approvals.agreement, names, missing))
    parts += section_turnaround.parts(approvals.turnaround, names)
    return Section("approvals", "Approvals: which criteria decide?", lead, parts)


def _decisions(requests: Requests, names: Names) -> Part:
    rows = names.rows(requests.ladder, requests.row)
    payers = [row for row in rows if row.depth] or rows
    first, final = (
        [interval(row.values["who"], row.values[name], DECIDED) for row in payers] for name in ("first", "final")
    )
    columns = [
        Column("who", "Policy and payer", "text"),
        Column("n", "Decided"),
        Column("persons", "People"),
        Column("approved", "Approved at first"),
        Column("first", "Approval rate", "rate"),
        Column("denied", "Denied at first"),
        Column("overturned", "Overturned on appeal"),
        Column("final", "Final approval rate", "rate"),
    ]
    told = "; ".join(_told(row.values) for row in payers)
    return Part(
        "approvals-payer",
        "Decisions by policy and payer",
        [
            "Partial approvals count as approved. Withdrawn and pending requests are not decided. The final rate "
            "counts what was overturned on appeal as approved."
        ],
        Figure(
            "fig-approvals-payer",
            f"Approval rate at first and after appeals, by payer. {told}.",
            charts.dots([("At first", first), ("After appeals", final)]) if tells([*first, *final]) else None,
        ),
        [Table("t-approvals-payer", "Decisions", columns, rows), *_stretches(requests)],
    )


def _stretches(requests: Requests) -> list[Table]:
    """The months that the headline figure compares."""
    rows = []
    for name, days in requests.stretches.items():
        if found := requests.stretch(name):
            rows.append(Row({"months": f"{month(days[0])} to {month(days[1])}", **found}))
    columns = [
        Column("months", "Months of the decision", "text"),
        Column("n", "Decided"),
        Column("approved", "Approved at first"),
        Column("first", "Approval rate", "rate"),
        Column("final", "Final approval rate", "rate"),
    ]
    caption = "The last twelve complete months, and the twelve before"
    return [Table("t-approvals-months", caption, columns, rows)] if rows else []


def _told(values: Any) -> str:
    """A payer's rates in a sentence: "Alder Health 81.6%, then 83.8%"."""
    first = f"{values['who']} {shown(values['first'], 'rate')}"
    return f"{first}, then {shown(values['final'], 'rate')}" if isinstance(values["final"], Rate) else first
