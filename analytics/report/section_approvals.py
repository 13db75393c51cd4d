"""The page's approvals section: which criteria decide?"""

from __future__ import annotations

from typing import Any

from analytics import charts
from analytics.disclosure import Hidden
from analytics.report.agreement import Agreement
from analytics.report.criteria import Criteria
from analytics.report.ladder import Group
from analytics.report.names import Names
from analytics.report.parts import Figure, Part, Section, Tile, count_of, in_words, interval, number, slug
from analytics.report.requests import Metrics, Requests
from analytics.report.tables import Column, Rate, Row, Table, limits, percent, shown, with_limits
from analytics.report.words import CONSISTENCY, REQUEST_TYPES

DECIDED = "decided requests"


def tile(requests: Requests) -> Tile:
    """The headline figure: approvals, first and final."""
    row = requests.row("all", ())
    lines = [f"at first: {shown(row['approved'], 'count')} of {shown(row['n'], 'count')} {DECIDED}"]
    if isinstance(row["first"], Rate):
        lines.append(f"95% limits {limits(row['first'])}")
    lines.append(f"after appeals: {_final(row)}")
    return Tile("Approved", shown(row["first"], "rate"), lines)


def _final(row: dict[str, Any]) -> str:
    if isinstance(row["final"], Rate):
        return f"{percent(row['final'].value)}, {shown(row['finally_approved'], 'count')} of {shown(row['n'], 'count')}"
    return f"withheld ({count_of(row['overturned'], 'denial', 'denials')} overturned)"


def section(
    requests: Requests, criteria: Criteria, agreement: Agreement, metrics: Metrics, names: Names, missing: list[str]
) -> Section:
    """The whole section."""
    row = requests.row("all", ())
    lead = f"Approved at first: {in_words(row['first'], DECIDED)}; after appeals: {in_words(row['final'], DECIDED)}."
    parts = [_decisions(requests, names)]
    if criteria.reviewed:
        parts += [_tree(criteria, names, tree) for tree in criteria.trees()]
        parts.append(_consistency(criteria, names))
    else:
        text = f"Not evaluable: no {_absent('criterion_review', missing)}."
        parts.append(Part("criteria", "By criterion", [text]))
    if agreement.evaluated:
        parts.append(_agreement(criteria, agreement, names))
    else:
        absent = [name for name in ("criterion_review", "clinical_answer") if name in missing]
        text = f"Not evaluable: no {' and no '.join(absent) or 'documented facts'}."
        parts.append(Part("agreement", "Reviewers against the documented facts", [text]))
    parts.append(_metrics(metrics))
    return Section("approvals", "Approvals: which criteria decide?", lead, parts)


def _absent(table: str, missing: list[str]) -> str:
    return table if table in missing else "reviewed criteria"


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
        *with_limits("first", "Approval rate"),
        Column("denied", "Denied at first"),
        Column("overturned", "of these overturned on appeal"),
        Column("finally_approved", "Approved in the end"),
        *with_limits("final", "Final approval rate"),
    ]
    told = "; ".join(
        f"{row.values['who']}: {shown(row.values['first'], 'rate')}, then {shown(row.values['final'], 'rate')}"
        for row in payers
    )
    return Part(
        "approvals-payer",
        "Decisions by policy and payer",
        ["Partial approvals count as approved. Withdrawn and pending requests are not decided."],
        Figure(
            "fig-approvals-payer",
            f"Approval rate at first and after appeals, by payer. {told}.",
            charts.dots([("At first", first), ("After appeals", final)]),
        ),
        [Table("t-approvals-payer", "Decisions", columns, rows)],
    )


def _tree_title(names: Names, tree: Group) -> str:
    policy, version, request_type = tree
    return f"{REQUEST_TYPES.get(request_type, request_type)}: {names.policy(policy)}, version {version}"


def _tree(criteria: Criteria, names: Names, tree: Group) -> Part:
    if tree not in criteria.broken_down:
        text = "Not broken down by criterion: of these requests, few people were approved, or few denied."
        return Part(slug("criteria", *tree), _tree_title(names, tree), [text])
    found = criteria.rows(tree)
    rows = [Row({**row, "name": f"{row['criterion_id']} {row['label']}"}, row["depth"], _mark(row)) for row in found]
    counts = [
        Column("name", "Criterion", "text"),
        Column("met", "Met"),
        Column("not_met", "Not met"),
        Column("unknown", "Not documented"),
        *with_limits("if_met", "Approved when met"),
        *with_limits("if_not_met", "Approved when not met"),
        Column("any", "Denials with it unmet"),
        Column("sole", "… and nothing else"),
        Column("fractional", "… shared out", "ratio"),
    ]
    remarks = list(dict.fromkeys(f"{row['criterion_id']}: {row['remark']}" for row in found if row.get("remark")))
    segments = [
        charts.Segment("Met", "#0072B2", "", [number(row["met"]) for row in found]),
        charts.Segment("Not met", "#D55E00", "/", [number(row["not_met"]) for row in found]),
        charts.Segment("Not documented", "#E5E7EB", ".", [number(row["unknown"]) for row in found]),
    ]
    least = [(row["met"], row["criterion_id"]) for row in found if not isinstance(row["met"], Hidden) and row["depth"]]
    alt = f"What reviewers recorded of the {len(found)} criteria, as counts of requests."
    if least:
        alt += f" Least often met: {min(least)[1]} ({shown(min(least)[0], 'count')} requests)."
    ident = slug("criteria", *tree)
    return Part(
        ident,
        _tree_title(names, tree),
        [*remarks],
        Figure(f"fig-{ident}", alt, charts.stacked([row["criterion_id"] for row in found], segments)),
        [
            Table(
                f"t-{ident}",
                "Criteria as the reviewers recorded them, over decided requests",
                counts,
                rows,
                [
                    "Criteria in bold must all be met; only they have denials attributed to them. A denial with "
                    "several unmet is counted under each, and shared out in equal parts in the last column."
                ],
            )
        ],
    )


def _mark(row: dict[str, Any]) -> str:
    return "conjunct" if row["is_conjunct"] else ""


def _consistency(criteria: Criteria, names: Names) -> Part:
    columns = [Column("tree", "Requests", "text"), Column("n", "Decided")]
    columns += [Column(word, label) for word, label in CONSISTENCY.items()]
    rows = [
        Row({"tree": _tree_title(names, tree), **criteria.consistency(tree)})
        for tree in criteria.trees(broken_down=True)
    ]
    return Part(
        "consistency",
        "Do decisions agree with the reviews?",
        ["What the recorded criteria come to, by the policy's own all-of and any-of, against the first decision."],
        tables=[Table("t-consistency", "Decisions against reviews", columns, rows)],
    )


def _agreement(criteria: Criteria, agreement: Agreement, names: Names) -> Part:
    columns = [
        Column("name", "Criterion", "text"),
        Column("both", "Both say something"),
        *with_limits("agree", "They agree"),
        Column("kappa", "Cohen's kappa", "ratio"),
        Column("reviewer_only", "Met by the review only"),
        Column("facts_only", "Met by the facts only"),
    ]
    tables = []
    for tree in criteria.trees(broken_down=True):
        labels = criteria.outline[tree]
        rows = [
            Row({**row, "name": f"{row['criterion_id']} {labels[row['criterion_id']]['label']}"})
            for row in agreement.rows(tree)
        ]
        ident = slug("t-agreement", *tree)
        tables.append(Table(ident, _tree_title(names, tree), columns, rows, long=True))
    return Part(
        "agreement",
        "Reviewers against the documented facts",
        [
            "Only where both the reviewer and the documented facts say met or not met, and neither is presumed. "
            "Kappa is agreement beyond chance: 1 is full agreement, 0 no more than chance."
        ],
        tables=[table for table in tables if table.rows],
    )


def _metrics(metrics: Metrics) -> Part:
    rows = [Row({**row, "who": f"{row['payer']}, {row['drug']}"}) for row in metrics.rows()]
    standard = [
        Column("who", "Payer and drug", "text"),
        Column("standard", "Standard requests decided"),
        Column("standard_approved", "Approved", "rate"),
        Column("standard_mean_hours", "Mean time to decision", "hours"),
        Column("standard_median_hours", "Median time", "hours"),
        Column("expedited", "Expedited requests decided"),
        Column("expedited_approved", "Approved", "rate"),
        Column("expedited_mean_hours", "Mean time to decision", "hours"),
        Column("expedited_median_hours", "Median time", "hours"),
    ]
    others = [
        Column("who", "Payer and drug", "text"),
        Column("appeals", "Appeals decided, standard requests"),
        Column("appeals_approved", "Approved after appeal", "rate"),
        Column("extended", "Requests whose time was extended"),
        Column("extended_approved", "Approved", "rate"),
        Column("pending", "Pending requests"),
        Column("pending_median_age_days", "Median age", "days"),
    ]
    return Part(
        "cms-0057-f",
        "CMS-0057-F-style figures",
        [
            "The rule CMS-0057-F asks payers to publish such figures for medical items and services and leaves drugs "
            "out. They are given here in its style, so that drugs can be compared; they are not a filing under it. "
            "What is not approved is denied; partial approvals count as approved."
        ],
        tables=[
            Table("t-metrics-decided", "Decisions and time to decision", standard, rows),
            Table("t-metrics-other", "Appeals, extensions and pending requests", others, rows),
        ],
    )
