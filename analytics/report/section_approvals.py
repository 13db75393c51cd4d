"""The page's approvals section: which criteria decide?"""

from __future__ import annotations

from typing import Any

from analytics import charts
from analytics.disclosure import Hidden
from analytics.report.agreement import Agreement
from analytics.report.criteria import Criteria
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
    tells,
)
from analytics.report.requests import Metrics, Requests
from analytics.report.tables import Column, Parts, Rate, Row, Table, limits, percent, shown
from analytics.report.words import CONSISTENCY, REQUEST_TYPES

DECIDED = "decided requests"


def tile(requests: Requests) -> Tile:
    """The headline figure: approvals, first and final."""
    row = requests.row("all", ())
    lines = [f"at first: {k_of_n(row['approved'], row['n'], DECIDED)}"]
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
        parts += [_denials(criteria, names, policy) for policy in names.policies_of(requests.ladder)]
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
        Column("first", "Approval rate", "rate"),
        Column("denied", "Denied at first"),
        Column("overturned", "of these overturned on appeal"),
        Column("finally_approved", "Approved in the end"),
        Column("final", "Final approval rate", "rate"),
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
            charts.dots([("At first", first), ("After appeals", final)]) if tells([*first, *final]) else None,
        ),
        [Table("t-approvals-payer", "Decisions", columns, rows)],
    )


def _title(tree: Group) -> str:
    _, version, request_type = tree
    return f"{REQUEST_TYPES.get(request_type, request_type)}, version {version}"


def _row_title(names: Names, tree: Group) -> str:
    return f"{names.short(tree[0])}: {_title(tree)[0].lower()}{_title(tree)[1:]}"


def _tree(criteria: Criteria, names: Names, tree: Group) -> Part:
    ident, over = slug("criteria", *tree), names.policy(tree[0])
    if tree not in criteria.broken_down:
        few = "Not broken down by criterion: of these requests, few people were approved, or few denied."
        return Part(ident, _title(tree), [few], over=over)
    found, decided = criteria.rows(tree), criteria.decided(tree)
    columns = [
        Column("name", "Criterion", "text"),
        Column("parts", "Met, not met, not documented", "bar"),
        Column("met", "Met"),
        Column("not_met", "Not met"),
        Column("unknown", "Not documented"),
        Column("if_met", "Approved when met", "rate"),
        Column("if_not_met", "Approved when not met", "rate"),
    ]
    rows = [
        Row(
            {**row, "name": f"{row['criterion_id']} {row['label']}", "parts": _parts(row, decided)},
            row["depth"],
            "conjunct" if row["is_conjunct"] else "",
        )
        for row in found
    ]
    remarks = [f"{row['criterion_id']}: {row['remark']}" for row in found if row["remark"]]
    text = [f"{count_of(decided, 'decided request', 'decided requests')}. Criteria in bold must all be met."]
    table = Table(f"t-{ident}", "Criteria as the reviewers recorded them", columns, rows, remarks)
    return Part(ident, _title(tree), text, tables=[table], over=over)


def _parts(row: dict[str, Any], decided: Any) -> Parts | None:
    """The bar of a criterion: what is shown of its values, as shares of the decided requests."""
    shares = [number(row[name]) for name in ("met", "not_met", "unknown")]
    if isinstance(decided, Hidden) or all(share is None for share in shares):
        return None
    return Parts(*(round((share or 0) / decided, 4) for share in shares))


def _denials(criteria: Criteria, names: Names, policy: str) -> Part:
    rows = [Row({**row, "name": f"{row['criterion_id']} {row['label']}"}) for row in criteria.denials(policy)]
    columns = [
        Column("name", "Criterion", "text"),
        Column("any", "Denials with it unmet"),
        Column("sole", "… and nothing else"),
        Column("fractional", "… shared out", "shared"),
    ]
    return Part(
        slug("denials", policy),
        "What denials rest on",
        [
            "Denials at first, of all versions and request types, by the criteria that must all be met. One with "
            "several unmet is counted under each, and in the last column shared out among them in equal parts."
        ],
        tables=[Table(slug("t-denials", policy), "Denials by unmet criterion", columns, rows)],
        over=names.policy(policy),
    )


def _consistency(criteria: Criteria, names: Names) -> Part:
    columns = [Column("tree", "Requests", "text"), Column("n", "Decided")]
    columns += [Column(word, label) for word, label in CONSISTENCY.items()]
    rows = [
        Row({"tree": _row_title(names, tree), **criteria.consistency(tree)})
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
        Column("agree", "They agree", "rate"),
        Column("kappa", "Cohen's kappa", "ratio"),
        Column("reviewer_only", "Met by the review only"),
        Column("facts_only", "Met by the facts only"),
    ]
    rows = []
    for tree in criteria.trees(broken_down=True):
        for row in agreement.rows(tree):
            if row["criterion_id"] is None:
                rows.append(Row({**row, "name": _row_title(names, tree)}, mark="total"))
            else:
                label = criteria.outline[tree][row["criterion_id"]]["label"]
                rows.append(Row({**row, "name": f"{row['criterion_id']} {label}"}, depth=1))
    note = "Criteria of which few people's records differ, or say nothing, are counted in their total alone."
    return Part(
        "agreement",
        "Reviewers against the documented facts",
        [
            "Answers to the criteria that have no parts, where both the reviewer and the documented facts say met or "
            "not met, and neither is presumed. Kappa is agreement beyond chance: 1 is full, 0 no more than chance."
        ],
        tables=[Table("t-agreement", "Agreement, all criteria and those that can be told", columns, rows, [note])],
    )


def _metrics(metrics: Metrics) -> Part:
    rows = [Row({**row, "who": f"{row['payer']}, {row['drug']}"}) for row in metrics.rows()]
    standard = [
        Column("who", "Payer and drug", "text"),
        Column("standard", "Standard requests decided"),
        Column("standard_approved", "Approved", "share"),
        Column("standard_mean_hours", "Mean time to decision", "hours"),
        Column("standard_median_hours", "Median time", "hours"),
        Column("expedited", "Expedited requests decided"),
        Column("expedited_approved", "Approved", "share"),
        Column("expedited_mean_hours", "Mean time to decision", "hours"),
        Column("expedited_median_hours", "Median time", "hours"),
    ]
    others = [
        Column("who", "Payer and drug", "text"),
        Column("appeals", "Appeals decided, standard requests"),
        Column("appeals_approved", "Approved after appeal", "share"),
        Column("extended", "Requests whose time was extended"),
        Column("extended_approved", "Approved", "share"),
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
