"""The page's data section: can the data be trusted?"""

from __future__ import annotations

from typing import Any

from analytics.quality import counting_sql, rows_of
from analytics.quality.catalogue import catalogue
from analytics.report.parts import Note, Part, Section
from analytics.report.quality import Quality
from analytics.report.tables import Column, Row, Table
from analytics.report.words import KINDS, MEASURES, QUALITY, plain

#: A table of more rows is folded away.
LONG = 12


def section(quality: Quality, warnings: list[str]) -> Section:
    """The whole section."""
    findings = quality.findings()
    failed = sum(row["status"] == "failed" for row in findings)
    lead = f"{failed} of {len(findings)} checks failed."
    parts = [_findings(findings), *_fates(quality)]
    if warnings:
        parts.insert(0, Part("data-warnings", "Worth knowing", warnings))
    return Section("data", "Data: can it be trusted?", lead, parts)


def _findings(findings: list[dict[str, Any]]) -> Part:
    columns = [
        Column("what", "Check", "text"),
        Column("status", "Result", "text"),
        Column("severity", "Severity", "text"),
        Column("n_checked", "Rows checked", "text"),
        Column("n_failed", "Rows that fail"),
        Column("affects", "Affects", "text"),
    ]
    rows = [
        Row(
            {
                **row,
                "what": row["expectation"],
                "status": QUALITY[row["status"]],
                "affects": ", ".join(MEASURES[name].lower() for name in row["affects"] or []) or "none",
            },
            mark=row["status"],
        )
        for row in findings
    ]
    urgent = [row for row in rows if row.mark in ("failed", "could_not_run")]
    others = [row for row in rows if row not in urgent]
    tables = []
    if urgent:
        caption = "Failed checks, and those that could not run"
        tables.append(Table("t-quality-failed", caption, columns, urgent, long=len(urgent) > LONG))
    tables.append(Table("t-quality-passed", "All other checks", columns, others, long=True))
    text = [] if urgent else ["No check failed."]
    if urgent:
        text = [
            "Below the tables, each failed check opens to its threshold, what it counts, why it matters and what to do."
        ]
    notes = [_note(row) for row in findings if row["status"] in ("failed", "could_not_run")]
    return Part("data-checks", "What the gate checked", text, tables=tables, notes=notes)


def _note(row: dict[str, Any]) -> Note:
    """What a failed check says, allows, counts and advises. It holds no count of its own."""
    expectation = catalogue().get(row["expectation"])
    if expectation is None:
        return Note(row["expectation"], [("Result", QUALITY[row["status"]])])
    allowed = {
        "minimum": f"at least {expectation.threshold:,.0f} {rows_of(expectation)}",
        "throughout": "not every value may fail",
        "share": f"up to {expectation.threshold:.1%} of what is counted" if expectation.threshold else "none may fail",
    }[expectation.limit]
    lines = [
        ("What should hold", expectation.says),
        ("Allowed", f"{allowed} (unless the configuration says otherwise)"),
        ("Counted", rows_of(expectation)),
        ("Why it matters", expectation.why),
        ("What to do", expectation.advice),
    ]
    return Note(row["expectation"], lines, counting_sql(expectation))


def _fates(quality: Quality) -> list[Part]:
    fates = [
        Column("table_name", "Table", "code"),
        Column("read", "Rows read"),
        Column("used", "Used"),
        Column("excluded", KINDS["excluded"]),
        Column("quarantined", KINDS["quarantined"]),
        Column("out_of_scope", KINDS["out_of_scope"]),
    ]
    reasons = [
        Column("table_name", "Table", "code"),
        Column("kind", "What became of them", "text"),
        Column("reason", "Reason", "text"),
        Column("n_rows", "Rows"),
    ]
    why = [Row({**row, "kind": KINDS[row["kind"]], "reason": plain(row["reason"])}) for row in quality.reasons()]
    return [
        Part(
            "data-reconciliation",
            "Where every row went",
            ["Rows read are those used, excluded, quarantined and out of scope; none is lost."],
            tables=[
                Table("t-reconciliation", "Rows by fate", fates, [Row(row) for row in quality.fates()]),
                Table("t-reasons", "Why rows were not used", reasons, why, long=True),
            ],
        )
    ]
