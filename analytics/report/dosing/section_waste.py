"""The dosing section's account of the drug: billed, given, discarded, and what of that was avoidable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analytics import charts
from analytics.disclosure import Hidden
from analytics.report.dosing.administrations import Dosing
from analytics.report.names import Names
from analytics.report.parts import Figure, Part
from analytics.report.tables import Column, Table, percent, shown

_UNITS = [
    Column("who", "Policy and payer", "text"),
    Column("billed_units", "Units billed", "units"),
    Column("given_units", "Given", "units"),
    Column("wasted_units", "Discarded (JW)", "units"),
    Column("avoidable_units", "of these avoidable", "units"),
    Column("wasted_share", "Discarded, of units billed", "share"),
    Column("avoidable_share", "Avoidable, of units billed", "share"),
]
_VIALS = [
    Column("who", "Policy and payer", "text"),
    Column("wasted_vials", "Discarded, in smallest vials", "units"),
    Column("avoidable_vials", "Avoidable, in whole smallest vials", "units"),
    Column("billed_amount", "Allowed for all units", "amount"),
    Column("wasted_amount", "for those discarded", "amount"),
    Column("avoidable_amount", "for the avoidable ones", "amount"),
]


def waste(dosing: Dosing, names: Names) -> Part:
    """Billed, given, discarded and avoidable, in units, vials and dollars, by policy and payer."""
    rows = names.rows(dosing.ladder, lambda rung, group: _shares(dosing.row(rung, group)))
    payers = [row for row in rows if row.depth or len(rows) == 1]
    drawn = [row.values for row in payers if isinstance(row.values["wasted_share"], float)]
    beyond = [_rest(row) for row in drawn]
    series = [
        ("Discarded, less than a smallest vial", beyond),
        ("Avoidable: whole smallest vials", [_share(row["avoidable_share"]) for row in drawn]),
    ]
    chart = charts.stacked_shares([row["who"] for row in drawn], series, "Share of the units billed") if drawn else None
    notes = ["Dollars are those of administrations with an allowed amount."] if dosing.sums.partly_priced else []
    return Part(
        "dosing-waste",
        "Billed, given and discarded",
        [
            "Discarded is what the claims mark as such (modifier JW); what is not marked counts as given. A dose is "
            "drawn from whole vials, so some of the drug must be discarded. Avoidable is as much of it as fills whole "
            "vials of the smallest size that the day's billing codes come in: from vials of that size alone, less than "
            "one of them would have been left over. Dollars are the allowed amounts, shared out by units."
        ],
        Figure("fig-dosing-waste", _alt(rows[0].values), chart),
        [
            Table("t-dosing-waste", "Units billed, given and discarded", _UNITS, rows),
            Table("t-dosing-waste-dollars", "In vials and dollars", _VIALS, rows, notes),
        ],
    )


def _shares(row: Mapping[str, Any]) -> dict[str, Any]:
    billed = row["billed_units"]
    shares: dict[str, Any] = {}
    for name in ("wasted", "avoidable"):
        part = row[f"{name}_units"]
        if isinstance(part, Hidden) or isinstance(billed, Hidden):
            shares[f"{name}_share"] = Hidden.WITHHELD
        else:
            shares[f"{name}_share"] = float(part) / float(billed) if billed else None
    return {**row, **shares}


def _share(value: float | Hidden | None) -> float | None:
    return round(value, 4) if isinstance(value, float) else None


def _rest(row: Mapping[str, Any]) -> float | None:
    """The share discarded beyond whole vials; all that is discarded where the two can't be told apart."""
    wasted, avoidable = _share(row["wasted_share"]), _share(row["avoidable_share"])
    return wasted if wasted is None or avoidable is None else round(wasted - avoidable, 4)


def _alt(row: Mapping[str, Any]) -> str:
    if row["wasted_share"] is None:
        return "No administrations, so nothing was billed or discarded."
    if not isinstance(row["wasted_share"], float):
        return "Too few people stand behind what was discarded for it to be shown."
    told = f"{percent(row['wasted_share'])} of the units billed were discarded"
    if not isinstance(row["avoidable_share"], float):
        return f"{told}; how many of them were avoidable is withheld."
    vials = shown(row["avoidable_vials"], "units")
    dollars = "" if row["avoidable_amount"] is None else f", {shown(row['avoidable_amount'], 'amount')}"
    held = f"as much as {vials} of the smallest vials hold"
    return f"{told}; {percent(row['avoidable_share'])} were avoidable ({held}{dollars})."
