"""Approvals by criterion: each policy's tree with its counts, and what denials rest on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analytics import charts
from analytics.disclosure import Hidden
from analytics.report.approvals.criteria import Breakdown, Criteria
from analytics.report.approvals.denials import Denials, Family
from analytics.report.approvals.outline import Outline
from analytics.report.names import Names
from analytics.report.parts import Figure, Part, count_of, interval, number, slug, tells
from analytics.report.tables import Column, Parts, Rate, Row, Table, shown
from analytics.report.words import REQUEST_TYPES

_GATES = {"all": "all of", "any": "any of"}
#: What is said of denials that are too few to be told by cause, if there are any.
_FEW: Mapping[Any, str] = {
    Hidden.SMALL: "few people's were denied",
    Hidden.WITHHELD: "how many were denied is withheld",
}
_HOW_TO_READ = (
    "The criteria stand as the policy joins them: under “all of” each must be met, under “any of” one is enough. Those "
    "in bold must all be met for an approval. Limitations count as met where they don't apply. The counts are what "
    "the reviewers recorded, over decided requests; approved means at first.",
    "In the bars, blue is met, striped orange not met, and thin grey lines are not documented, or whatever isn't met "
    "where few people tell the two apart. “25% to 36%” is the range that the other counts leave. How requests "
    "were decided by what the whole tree comes to stands further below.",
)


def parts(criteria: Criteria, denials: Denials, names: Names) -> list[Part]:
    """How to read the trees, each tree, and what denials rest on."""
    text = list(_HOW_TO_READ)
    if criteria.too_few:
        told = "; ".join(f"{names.short(tree[0])}, {_title(tree[2], (tree[1],), False)}" for tree in criteria.too_few)
        text.append(f"Not broken down by criterion, because few people's were approved, or few denied: {told}.")
    found = [Part("criteria", "Criterion by criterion", text)]
    found += [_tree(criteria, names, breakdown) for breakdown in criteria.breakdowns]
    found.append(_denials(denials, names))
    return found


def _title(request_type: str, versions: tuple[str, ...], capital: bool = True) -> str:
    words = REQUEST_TYPES.get(request_type, request_type)
    words = words if capital else words[0].lower() + words[1:]
    if len(versions) == 1:
        return f"{words}, version {versions[0]}"
    return f"{words}, versions {', '.join(versions[:-1])} and {versions[-1]} together"


def _tree(criteria: Criteria, names: Names, breakdown: Breakdown) -> Part:
    ident = slug("criteria", breakdown.policy, *breakdown.versions, breakdown.request_type)
    found, counts = criteria.rows(breakdown), criteria.decided(breakdown)
    columns = _columns(found)
    guides = _guides(breakdown.criteria)
    rows = [
        Row(
            {**row, "name": f"{row['criterion_id']} {row['label']}", "parts": _parts(row, counts["n"])},
            row["depth"],
            "conjunct" if row["is_conjunct"] else "",
            guides[row["criterion_id"]],
            _gate(breakdown.criteria, row["criterion_id"]),
        )
        for row in found
    ]
    remarks = [f"{row['criterion_id']}: {row['remark']}" for row in found if row["remark"] and breakdown.is_full]
    text = [
        f"{count_of(counts['n'], 'decided request', 'decided requests')}: "
        f"{_some(counts['approved'])} approved at first, {_some(counts['denied'])} denied."
    ]
    if not breakdown.is_full:
        text.append("Too few to be broken down further than to what must all be met.")
    tables = [Table(f"t-{ident}", "Criteria as the reviewers recorded them", columns, rows, remarks)]
    if breakdown.partly:
        tables += _partly(criteria.partly(breakdown), breakdown, text)
    if breakdown.untold:
        told = ", ".join(breakdown.untold)
        text.append(f"Not told here, since they must be met in some of these versions only: {told}.")
    return Part(
        ident,
        _title(breakdown.request_type, breakdown.versions),
        text,
        _figure(ident, found),
        tables,
        names.policy(breakdown.policy),
    )


def _partly(found: list[dict[str, Any]], breakdown: Breakdown, text: list[str]) -> list[Table]:
    """What only some of a tree's requests must meet, as a table of its own; `text` says so, and what it leaves out."""
    by = "version or indication" if len(breakdown.versions) > 1 else "indication"
    # Which of these are few, and which are withheld so that no few follow, isn't told either.
    hidden = [row["criterion_id"] for row in found if isinstance(row["asked"], Hidden)]
    rows = [
        Row({**row, "name": f"{row['criterion_id']} {row['label']}", "parts": _parts(row, row["asked"])}, 0, "conjunct")
        for row in found
        if row["criterion_id"] not in hidden
    ]
    if rows:
        text.append(
            f"What only some of these requests must meet, by their {by}, stands in a second table: they need that for "
            "an approval as well."
        )
    if hidden:
        told = ", ".join(hidden)
        text.append(f"Some must meet these too, but no number is shown, lest one of few people could be told: {told}.")
    columns = [
        Column("name", "Criterion", "text"),
        Column("asked", "Requests that must meet it"),
        Column("parts", "Share of these", "bar"),
        Column("met", "Met"),
        Column("rest", "Not met or not documented"),
        Column("not_met", "of these not met"),
    ]
    columns = [column for column in columns if any(row.values[column.name] not in ("", None) for row in rows)]
    ident = slug("t-partly", breakdown.policy, *breakdown.versions, breakdown.request_type)
    return [Table(ident, f"What only some of them must meet, by {by}", columns, rows)] if rows else []


def _some(count: Any) -> str:
    return "a withheld number" if count is Hidden.WITHHELD else shown(count, "count")


def _columns(found: list[dict[str, Any]]) -> list[Column]:
    """The columns of a tree's table: without those that would say nothing, or be mostly withheld."""
    columns = [
        Column("name", "Criterion", "text"),
        Column("parts", "Share of requests", "bar"),
        Column("met", "Met"),
        Column("rest", "Not met or not documented"),
        Column("not_met", "of these not met"),
        Column("if_met", "Approved when met", "rate"),
        Column("if_rest", "Approved otherwise", "rate"),
        Column("if_not_met", "Approved when not met", "rate"),
    ]

    def stays(column: Column) -> bool:
        told = [row[column.name] for row in found if row[column.name] not in ("", None)]
        shown = sum(not isinstance(value, Hidden) for value in told)
        return 2 * shown >= len(told) > 0 if column.name == "if_not_met" else bool(told)

    return [column for column in columns if column.name in ("name", "parts") or stays(column)]


def _gate(outline: Outline, criterion: str) -> str:
    parents = {row["parent_id"] for row in outline.values()}
    return _GATES.get(outline[criterion]["operator"] or "", "") if criterion in parents else ""


def _guides(outline: Outline) -> dict[str, tuple[str, ...]]:
    """The lines left of each row of a tree: whether each of its ancestors, and it itself, has a sibling below."""
    last = {row["parent_id"]: name for name, row in outline.items()}
    found: dict[str, tuple[str, ...]] = {}
    for name, row in outline.items():
        parent = row["parent_id"]
        if parent is None:
            found[name] = ()
            continue
        above = tuple("line" if guide in ("branch", "line") else "" for guide in found[parent])
        found[name] = (*above, "last" if last[parent] == name else "branch")
    return found


def _parts(row: dict[str, Any], decided: Any) -> Parts | None:
    """The bar of a criterion: what is shown of its values, as shares of the decided requests."""
    met, rest, not_met = (number(row[name] or None) if row[name] != 0 else 0 for name in ("met", "rest", "not_met"))
    if isinstance(decided, Hidden) or not decided or (met is None and rest is None):
        return None
    left = decided - (met or 0) if rest is None else rest
    shares = (decided - left if met is None else met, not_met or 0, left - (not_met or 0))
    return Parts(*(round(share / decided, 4) for share in shares))


def _figure(ident: str, found: list[dict[str, Any]]) -> Figure | None:
    """Approval where a criterion is met and where it isn't, for the criteria of which both can be told."""
    told = [row for row in found if isinstance(row["if_met"], Rate) and isinstance(row["if_rest"], Rate)]
    if len(told) < 2:
        return None
    met, rest = (
        [interval(row["criterion_id"], row[name], "decided requests") for row in told] for name in ("if_met", "if_rest")
    )
    gaps = {row["criterion_id"]: row["if_met"].value - row["if_rest"].value for row in told}
    widest = max(gaps, key=lambda name: gaps[name])
    most = next(row for row in told if row["criterion_id"] == widest)
    alt = "Approval rate where a criterion is met and where it isn't, for those of which both can be told."
    met_rate, rest_rate = shown(most["if_met"], "rate"), shown(most["if_rest"], "rate")
    if met_rate != rest_rate:
        alt += f" Widest apart: {widest} {most['label']}, {met_rate} and {rest_rate}."
    chart = charts.dots([("Met", met), ("Not met or not documented", rest)]) if tells([*met, *rest]) else None
    return Figure(f"fig-{ident}", alt, chart)


# ---- Denials


def _denials(denials: Denials, names: Names) -> Part:
    text = [
        "Denials at first, over all versions, by the criteria that must all be met. One with several unmet is counted "
        "under each of them; shared out, it is divided among them in equal parts, so that the parts add up. Criteria "
        "of few denials each stand together in one row.",
    ]
    for policy, types in denials.too_few:
        told = " and ".join(_title_of_types(types).split(", "))
        text.append(f"{names.short(policy)}, {told}: {_FEW.get(denials.few(policy, types), 'no request was denied')}.")
    tables = [_denials_table(denials, names, family) for family in denials.families]
    return Part("denials", "What denials rest on", text, tables=tables)


def _title_of_types(types: tuple[str, ...]) -> str:
    return ", ".join(REQUEST_TYPES.get(name, name).lower() for name in types)


def _denials_table(denials: Denials, names: Names, family: Family) -> Table:
    whole, found = denials.whole(family), denials.rows(family)
    rows = [Row({**row, "name": _cause(denials, family, row["cause"]), "parts": _bar(row, whole)}) for row in found]
    none = denials.without(family)
    rows.append(
        Row(
            {"name": "No criterion recorded as unmet", "any": none, "parts": _bar({"any": none, "sole": none}, whole)}
            | {"sole": "", "fractional": ""}
        )
    )
    columns = [
        Column("name", "Unmet criterion", "text"),
        Column("parts", "Share of denials", "bar"),
        Column("any", "Denials with it unmet"),
    ]
    notes, dropped = [], []
    for column in (Column("sole", "and nothing else"), Column("fractional", "Shared out", "shared")):
        if all(row[column.name] is Hidden.WITHHELD for row in found):
            dropped.append({"sole": "rest on one alone", "fractional": "fall to each when shared out"}[column.name])
        else:
            columns.append(column)
    if dropped:
        notes.append(f"How many {' or '.join(dropped)} would tell how few rest on several criteria.")
    if family.without:
        notes.append(f"Unmet in none of them: {', '.join(family.without)}.")
    who = f"{names.short(family.policy)}: {_title_of_types(family.request_types).replace(', ', ' and ')}"
    caption = f"{who}, {count_of(whole, 'denial', 'denials')}"
    return Table(slug("t-denials", *family.key), caption, columns, rows, notes)


def _cause(denials: Denials, family: Family, cause: Any) -> str:
    if cause.label is None:
        return f"One of {', '.join(cause.criteria)}"
    return f"{cause.criteria[0]} {cause.label}"


def _bar(row: dict[str, Any], whole: Any) -> Parts | None:
    """The bar of a cause: denials that rest on it alone, and those with others, as shares of all."""
    either, sole = number(row["any"]), number(row["sole"])
    if isinstance(whole, Hidden) or not whole or either is None:
        return None
    alone = either if sole is None else sole
    return Parts(round(alone / whole, 4), round((either - alone) / whole, 4), 0)
