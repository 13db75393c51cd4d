"""Approvals: time to decision in the style of CMS-0057-F, and pending requests by age."""

from __future__ import annotations

from analytics.report.approvals.turnaround import Band, Turnaround
from analytics.report.names import Names
from analytics.report.parts import Part, count_of
from analytics.report.tables import Column, Row, Table, month

_TIMELY = {"standard": "within 7 days", "expedited": "within 72 hours"}


def parts(turnaround: Turnaround, names: Names) -> list[Part]:
    """The figures of the rule, and the pending requests."""
    return [_metrics(turnaround, names), _pending(turnaround)]


def _metrics(turnaround: Turnaround, names: Names) -> Part:
    groups = [(names.payer(group), "payer", group) for group in names.order(turnaround.ladder, "payer")]
    if len(groups) > 1:
        groups.insert(0, ("All payers", "all", ()))
    decided = [
        Row(
            {
                "who": f"{who}, {priority}",
                "mark": within,
                **turnaround.row(rung, group, priority),
            },
            mark="total" if rung == "all" else "",
        )
        for who, rung, group in groups
        for priority, within in _TIMELY.items()
    ]
    others = names.rows(turnaround.ladder, turnaround.others)
    decided_columns = [
        Column("who", "Payer and priority", "text"),
        Column("n", "Decided"),
        Column("approved", "Approved", "rate"),
        Column("denied", "Denied"),
        Column("mean", "Mean time to decision", "hours"),
        Column("median", "Median time", "hours"),
        Column("timely", "Decided by the mark", "rate"),
        Column("mark", "Mark", "text"),
    ]
    other_columns = [
        Column("who", "Policy and payer", "text"),
        Column("appeals", "Appeals decided, standard requests"),
        Column("appeals_approved", "Approved after appeal", "rate"),
        Column("extended", "Requests whose time was extended"),
        Column("extended_approved", "Approved of these", "rate"),
    ]
    return Part(
        "cms-0057-f",
        "Time to decision: CMS-0057-F-style figures",
        [
            "The rule CMS-0057-F has certain payers publish such figures for medical items and services, and leaves "
            "drugs out. They are given here in its style, so that drugs can be compared; they are no filing under it.",
            "The marks, 7 days for standard and 72 hours for expedited requests, are those that the rule sets for what "
            "it covers from 2026 on: here they are marks to compare with, and missing them breaks no rule that this "
            "page knows of. Partial approvals count as approved. Times run from receipt to the first decision; a "
            "decision without a usable time isn't counted as made by the mark.",
        ],
        tables=[
            Table("t-metrics-decided", "Decisions and time to decision", decided_columns, decided),
            Table("t-metrics-other", "Appeals and extensions", other_columns, others),
        ],
    )


def _pending(turnaround: Turnaround) -> Part:
    text = [
        f"{count_of(turnaround.pending(), 'request is', 'requests are')} not decided yet, "
        f"as of {turnaround.as_of.day} {month(turnaround.as_of)}. Age counts from receipt."
    ]
    if turnaround.median_age is not None:
        text.append(f"Half of them have waited for {turnaround.median_age:,} days or longer.")
    found = turnaround.aged()
    if not found:
        return Part("pending", "Pending requests by age", [*text, "Too few people wait to tell more of their ages."])
    columns = [Column("age", "Waiting for", "text"), Column("n", "Pending requests")]
    rows = [Row({"age": _age(band), "n": count}) for band, count in found]
    return Part(
        "pending", "Pending requests by age", text, tables=[Table("t-pending", "Pending requests", columns, rows)]
    )


def _age(band: Band) -> str:
    if band.most is None:
        return f"more than {band.least - 1} days"
    return f"{band.least} to {band.most} days"
