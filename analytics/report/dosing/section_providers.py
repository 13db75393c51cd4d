"""The dosing section by provider: how often the limits are kept where the drug is given."""

from __future__ import annotations

from typing import Any

from analytics import charts
from analytics.report.dosing.administrations import Dosing
from analytics.report.dosing.frame import LISTED, OTHERS
from analytics.report.names import Names
from analytics.report.parts import Figure, Part, interval, slug, spread, tells
from analytics.report.tables import Column, Rate, Row, Table
from analytics.report.words import STATUSES

_JUDGED = "judged administrations"
_OTHERS = "All others, and lines without a provider"


def providers(dosing: Dosing, names: Names, policy: str) -> Part:
    """A policy's providers with the most judged administrations, in the order of their numbers: no league table."""
    values = dosing.providers(policy)
    rows = [Row({**value, "npi": _OTHERS if value["npi"] == OTHERS else value["npi"]}) for value in values]
    listed = [row for row in rows if row.values["npi"] != _OTHERS]
    points = [interval(f"NPI {row.values['npi']}", row.values["compliance"], _JUDGED) for row in listed]
    overall = dosing.row("policy", (policy,))["compliance"]
    reference = round(overall.value, 4) if isinstance(overall, Rate) else None
    ident = slug("dosing-provider", policy)
    alt = spread(points, "Share of judged administrations that kept the limits, by provider", "provider")
    chart = charts.dots([("Caps kept", points)], reference=reference, row_height=30) if tells(points) else None
    columns = [
        Column("npi", "Provider (NPI)", "text"),
        Column("judged", "Judged"),
        Column("within", STATUSES["within"]),
        Column("over", STATUSES["exceeds"]),
        Column("compliance", "Caps kept", "rate"),
    ]
    return Part(
        ident,
        "By provider",
        _words(listed, overall),
        Figure(f"fig-{ident}", alt, chart) if listed else None,
        [Table(f"t-{ident}", "Judged administrations by provider", columns, rows)] if listed else [],
        over=names.policy(policy),
    )


def _words(listed: list[Row], overall: Any) -> list[str]:
    if not listed:
        return ["No provider treats enough people for its figures to be shown."]
    text = [
        "The provider of an administration is the one with most of its units. "
        f"Listed are those with the most judged administrations, {LISTED} at most, in the order of their numbers: "
        "this is no ranking, since chance alone sets providers apart, and so do their patients. Providers of few "
        "people stand among all others.",
        "A rate needs more than ten people over a limit to be shown, so it is mostly shown for large providers and for "
        "those with many over; of others the page says the least that it can be.",
    ]
    if isinstance(overall, Rate):
        text.append("The dashed line is the policy's own rate.")
    return text
