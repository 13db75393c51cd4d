"""The page's dosing section: are the limits kept?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analytics import charts
from analytics.disclosure import Hidden
from analytics.report.dosing.administrations import Dosing
from analytics.report.dosing.section_providers import providers
from analytics.report.dosing.section_time import JUDGED, SPAN, periods, span_of, stretches
from analytics.report.dosing.section_waste import waste
from analytics.report.dosing.sensitivity import Sensitivity
from analytics.report.names import Names, doses_by
from analytics.report.parts import (
    Figure,
    Part,
    Section,
    Stretch,
    Tile,
    bar,
    change,
    count_of,
    in_words,
    interval,
    k_of_n,
    slug,
    spread,
    stretch,
    tells,
)
from analytics.report.tables import Bound, Column, Rate, Row, Table, limits, percent, shown
from analytics.report.words import BREACH_KINDS, STATUSES


def tiles(dosing: Dosing, manifest: Mapping[str, Any]) -> list[Tile]:
    """The headline figures: how often the caps are kept, and what is over them."""
    row = dosing.row("all", ())
    return [_kept_tile(dosing, row, doses_by(manifest)), _excess_tile(dosing, row)]


def _kept_tile(dosing: Dosing, row: Mapping[str, Any], by: set[str]) -> Tile:
    kept = row["compliance"]
    unjudged = f"{shown(row['indeterminate'], 'count')} can't be judged"
    if isinstance(row["if_exceeding"], Rate):
        least, most = percent(row["if_exceeding"].value), percent(row["if_within"].value)
        unjudged += f": from {least} if all of them are over to {most} if none is"
    # Of doses that go by nothing or by weight, a body surface area says nothing.
    known = [f"where body surface area is known: {shown(dosing.known_bsa(), 'rate')}"] if "m2" in by else []
    rates = {name: dosing.stretch(name)["compliance"] for name in dosing.stretches}
    told = {name: stretch(dosing.stretches[name], value) for name, value in rates.items()}
    return Tile(
        "Caps kept",
        shown(kept, "rate"),
        [unjudged, *known],
        counts=k_of_n(row["within"], row["judged"], JUDGED),
        limits=limits(kept) if isinstance(kept, Rate) else "",
        change=change(rates.get("recent"), rates.get("before")),
        measured={"caps_kept_percent": 100 * kept.value if isinstance(kept, Rate) else None},
        recent=told.get("recent"),
        before=told.get("before"),
    )


def _excess_tile(dosing: Dosing, row: Mapping[str, Any]) -> Tile:
    over = count_of(row["over"], "administration", "administrations")
    share = _share_over(row)
    told = {name: _units_over(dosing, name) for name in dosing.stretches}
    lines = [
        "dollars: the allowed amounts, in proportion to the units",
        f"{over} over a limit; approved exceptions among them ({shown(row['exception'], 'count')}) don't count",
    ]
    return Tile(
        "Units over the caps",
        shown(row["excess_units"], "units"),
        lines,
        counts="; ".join(_told(row, f"{shown(row['billed_units'], 'units')} units billed")),
        measured={"units_over_percent": None if share is None else 100 * share},
        recent=told.get("recent"),
        before=told.get("before"),
    )


def _units_over(dosing: Dosing, name: str) -> Stretch:
    """The units over in a stretch of months, with their dollars and their share of the units billed."""
    row = dosing.stretch(name)
    return stretch(dosing.stretches[name], row["excess_units"], "units", "; ".join(_told(row, "units billed")))


def _told(row: Mapping[str, Any], what: str) -> list[str]:
    """The dollars over, and which share of the units billed those over are, as far as both may be shown."""
    if isinstance(row["excess_units"], Hidden):
        return []
    share = _share_over(row)
    told = [] if row["excess_amount"] is None else [shown(row["excess_amount"], "amount")]
    return told + ([] if share is None else [f"{percent(share)} of {what}"])


def _share_over(row: Mapping[str, Any]) -> float | None:
    """The units over as a share of those billed, where both are shown."""
    over, billed = row["excess_units"], row["billed_units"]
    if isinstance(over, Hidden) or isinstance(billed, Hidden) or not billed:
        return None
    return float(over) / float(billed)


def section(dosing: Dosing, sensitivity: Sensitivity, names: Names, manifest: Mapping[str, Any]) -> Section:
    """The whole section; manifest: the run record, for the months that are incomplete and the policies' versions."""
    row = dosing.row("all", ())
    lead = (
        f"Caps kept: {in_words(row['compliance'], JUDGED)}. "
        f"Beside them, {count_of(row['indeterminate'], 'administration', 'administrations')} can't be judged from "
        "what claims and requests say; they are left out of the rate."
    )
    policies = names.policies_of(dosing.ladder)
    parts = [_by_payer(dosing, names), *stretches(dosing), *periods(dosing, names, manifest)]
    parts += [providers(dosing, names, policy) for policy in policies]
    parts += [_breaches(dosing, names, policy, _limits(manifest, policy)) for policy in policies]
    parts.append(waste(dosing, names))
    parts += [_sensitivity(sensitivity, names, policy, _limits(manifest, policy)) for policy in policies]
    return Section("dosing", "Dosing: are the limits kept?", lead, parts)


def _by_payer(dosing: Dosing, names: Names) -> Part:
    rows = names.rows(dosing.ladder, dosing.row)
    drawn = [row for row in rows if row.depth or len(rows) == 1]
    points = [interval(row.values["who"], row.values["compliance"], JUDGED) for row in drawn]
    alt = spread(points, "Share of judged administrations that kept the limits, by payer", "payer")
    spans = {str(row.values["who"]): span for row in drawn if (span := span_of(row.values))}
    chart = charts.dots([("Caps kept", points)], spans, SPAN) if tells(points) else None
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
        Column("excess_units", "Units over the limits", "units"),
        Column("excess_amount", "Dollars over the limits", "amount"),
    ]
    return Part(
        "dosing-payer",
        "By policy and payer",
        ["The grey bars reach from the rate if all that can't be judged were over a limit to the rate if none was."]
        if spans
        else [],
        figure=Figure("fig-dosing-payer", alt, chart),
        tables=[
            Table("t-dosing-payer", "Administrations by verdict", counts, rows),
            Table("t-dosing-units", "What can't be judged, and units and dollars", bounds, rows),
        ],
    )


def _limits(manifest: Mapping[str, Any], policy: str) -> list[Mapping[str, Any]]:
    """The records of a policy's limits."""
    known = [each for each in manifest["policies"] if each["policy_id"] == policy]
    return [rule for each in known for rule in each.get("rules", []) if rule["kind"] == "limit"]


def _breaches(dosing: Dosing, names: Names, policy: str, limits: list[Mapping[str, Any]]) -> Part:
    says = _in_words(limits)
    kinds = dosing.breaches(policy)
    asked = [kind for kind in BREACH_KINDS if kind != "site" or kind in kinds]
    rows = [Row({"kind": BREACH_KINDS[kind], "n": kinds.get(kind, 0)}) for kind in asked]
    limit_columns = [
        Column("limit", "Limit", "text"),
        Column("tested", "Administrations tested"),
        Column("ok", "Kept"),
        Column("exceeded", "Exceeded"),
        Column("unknown", STATUSES["indeterminate"]),
    ]
    labels = [row.values["kind"] for row in rows]
    bars = charts.bars("Administrations", labels, [bar(row.values["n"]) for row in rows])
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
                [Row({"limit": _named(row, says), **row}) for row in dosing.limit_rows(policy)],
                ["An administration may be tested against several regimens; it is over only if none of them is kept."],
            ),
        ],
        over=names.policy(policy),
    )


def _in_words(limits: list[Mapping[str, Any]]) -> dict[str, str]:
    """Limits in words, by id: each version's where they differ, as administrations are judged by their own."""
    found: dict[str, dict[str, list[str]]] = {}
    for rule in limits:
        found.setdefault(rule["id"], {}).setdefault(rule["says"], []).extend(rule["versions"])
    return {
        limit: next(iter(ways))
        if len(ways) == 1
        else "; ".join(f"{says}, by version {' and '.join(versions)}" for says, versions in ways.items())
        for limit, ways in found.items()
    }


def _named(row: Mapping[str, Any], says: Mapping[str, str]) -> str:
    """A limit in words, with the regimen that it belongs to."""
    limit = row["limit_id"]
    return f"{says[limit]} ({row['regimen']})" if limit in says else limit


def _granted(limits: list[Mapping[str, Any]]) -> str:
    """Whether the policy itself has grace or rounding, which the sensitivities come on top of."""
    versions = sorted({version for rule in limits if rule.get("grants") for version in rule["versions"]})
    if not versions:
        return "The letter of the policy has no grace and no tolerance. Here"
    one = len(versions) == 1
    who = f"Version {versions[0]}" if one else f"Versions {', '.join(versions[:-1])} and {versions[-1]}"
    return (
        f"{who} of the policy {'has' if one else 'have'} grace or rounding beside some limits, which the methods name "
        "and by which every figure here is judged. On top of it,"
    )


def _sensitivity(sensitivity: Sensitivity, names: Names, policy: str, limits: list[Mapping[str, Any]]) -> Part:
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
            f"{_granted(limits)} every window is shortened by some days and each administration's dose limit raised "
            "by some percent. The share is of all administrations, those that can't be judged among them, so it is "
            "less than the rate above. It is withheld where it differs from another by few people."
        ],
        Figure(slug("fig-dosing-sensitivity", policy), alt, figure),
        [Table(slug("t-sensitivity", policy), "Share of administrations within", columns, [Row(row) for row in rows])],
        over=names.policy(policy),
    )


def share_of(value: Rate | Bound | Hidden | None) -> float | None:
    """A rate as a share for a chart."""
    return round(value.value, 4) if isinstance(value, Rate) else None
