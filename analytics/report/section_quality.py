"""The page's data section, and what it says above the fold: can the data be trusted?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from analytics.quality import counting_sql
from analytics.report.parts import Part, Section
from analytics.report.quality import ORDER, Finding, Quality
from analytics.report.tables import Column, More, Row, Table
from analytics.report.words import KINDS, MEASURES, plain

#: What the results mean, in the order in which they stand.
_MEANING = {
    "failed": "fails the gate",
    "could not run": "nobody knows",
    "warned": "a measure is to be read with care",
    "noted": "worth knowing, and no reason for doubt",
    "passed": "holds",
    "not applicable": "nothing to test it on",
}
_URGENT = ORDER[:4]
#: How a figure of the run record is called in a sentence, by its kind, and in what its change is measured.
_FIGURES = {
    "rows": ("Rows of {}", "{:.0%}"),
    "null_rate": ("Share of rows without {}", "{:.0f} points"),
    "share": ("Share of rows with {}", "{:.0f} points"),
    "mean": ("Mean of {}", "{:.0%}"),
}


def verdicts(quality: Quality) -> list[dict[str, str]]:
    """For each measure how far it can be trusted, and how many findings stand against it."""
    told = []
    for measure, word, behind in quality.verdicts():
        n = len(behind)
        reason = f"{n} check{'' if n == 1 else 's'} found something that bears on it."
        if not behind:
            usable = word == "usable"
            reason = "All checks that bear on it passed." if usable else "No check of its data could be run."
        told.append({"measure": MEASURES[measure], "word": word, "reason": reason})
    return told


def banner(quality: Quality) -> list[tuple[str, str, str]]:
    """Measures, verdict and the gravest finding, where one asks for care; measures that share them stand together."""
    said: dict[tuple[str, str], list[str]] = {}
    for measure, word, behind in quality.verdicts():
        if word != "usable":
            finding = behind[0].says if behind else "no check of its data could be run."
            said.setdefault((word, finding), []).append(MEASURES[measure])
    return [(_listed(measures), word, finding) for (word, finding), measures in said.items()]


def _listed(measures: Sequence[str]) -> str:
    """ "Dosing", "Dosing and renewals", "Dosing, approvals and renewals"."""
    *others, last = measures
    return f"{', '.join(others)} and {last}".capitalize() if others else last


def section(quality: Quality, warnings: list[str], manifest: Mapping[str, Any]) -> Section:
    """The whole section."""
    findings = quality.findings()
    count = {called: sum(finding.called == called for finding in findings) for called in ORDER}
    lead = ", ".join(f"{n} {called}" for called, n in count.items() if n)
    parts = [_findings(findings), *_fates(quality)]
    if manifest.get("drift") is not None:
        parts.insert(1, _drift(manifest["drift"]))
    if warnings:
        parts.insert(0, Part("data-warnings", "Worth knowing", warnings))
    return Section("data", "Data: can it be trusted?", f"Of {len(findings)} checks: {lead}.", parts)


def _findings(findings: Sequence[Finding]) -> Part:
    urgent = [finding for finding in findings if finding.called in _URGENT]
    others = [finding for finding in findings if finding.called not in _URGENT]
    meant = "; ".join(f"{called}: {_MEANING[called]}" for called in ORDER if any(f.called == called for f in findings))
    text = [f"Each check opens to what is allowed, what it counts, its SQL and what to do. {meant.capitalize()}."]
    tables = []
    if urgent:
        caption = "What the checks found, the gravest first"
        tables.append(Table("t-quality-failed", caption, _COLUMNS, [_row(finding) for finding in urgent]))
    else:
        text.insert(0, "Nothing was found.")
    by_table = sorted(others, key=lambda finding: (ORDER.index(finding.called), finding.expectation.table))
    columns = [column for column in _COLUMNS if column.name != "called"]
    for (called, table), group in groupby(by_table, key=lambda finding: (finding.called, finding.expectation.table)):
        ident = f"t-quality-{called.replace(' ', '-')}-{table.replace('_', '-')}"
        rows = [_row(finding) for finding in group]
        tables.append(Table(ident, f"{called.capitalize()}: {table}", columns, rows, long=True))
    return Part("data-checks", "What the gate checked", text, tables=tables)


_COLUMNS = [
    Column("what", "Check", "text"),
    Column("called", "Result", "text"),
    Column("n_checked", "Rows checked", "text"),
    Column("n_failed", "Rows that fail"),
    Column("affects", "Affects", "text"),
]


def _row(finding: Finding) -> Row:
    """A check that opens to threshold, denominator, SQL and advice. It holds no count but those of the ledger."""
    is_urgent = finding.called in _URGENT
    affects = ", ".join(MEASURES[name].lower() for name in finding.result.affects) or "none"
    values = {
        "what": finding.says if is_urgent else finding.expectation.says,
        "called": finding.called,
        "n_checked": finding.n_checked,
        "n_failed": None if finding.expectation.limit == "minimum" else finding.n_failed,
        "affects": affects,
    }
    return Row(values, mark=finding.called.replace(" ", "-") if is_urgent else "", more=_more(finding, is_urgent))


def _more(finding: Finding, is_urgent: bool) -> More:
    expectation = finding.expectation
    lines = [("Expected", expectation.says)] if is_urgent else []
    lines += [("Allowed", _allowed(finding)), ("Counted", finding.rows)]
    lines += [("Why it matters", expectation.why)] if is_urgent else []
    return More([*lines, ("What to do", expectation.advice), ("Check", expectation.id)], counting_sql(expectation))


def _allowed(finding: Finding) -> str:
    threshold = finding.result.threshold
    match finding.expectation.limit:
        case "minimum":
            return f"{threshold:,.0f} or more"
        case "throughout":
            return "not all may fail"
    return f"up to {threshold:.3%} may fail".replace(".000%", "%") if threshold else "none may fail"


def _drift(changes: Sequence[Mapping[str, Any]]) -> Part:
    """What changed since an earlier run. In directions alone: a share of rows would tell counts withheld elsewhere."""
    title = "Against the earlier report"
    if not changes:
        return Part("data-drift", title, ["No figure of the extracts changed more than extracts of one plan should."])
    rows = []
    for change in changes:
        name, unit = _FIGURES[change["kind"]]
        allowed = change["allowed"] * (1 if "%" in unit else 100)
        way = "rose" if change["now"] > change["before"] else "fell"
        said = f"{way} by more than {unit.format(allowed)}"
        rows.append(Row({"figure": name.format(change["figure"].replace("=", " = ")), "change": said}))
    columns = [Column("figure", "Figure", "text"), Column("change", "Since the earlier report", "text")]
    text = [
        "These figures of the extracts changed more than those of one plan should. Find out whether the plan or the "
        "export changed; the numbers stand in the run record (manifest.json)."
    ]
    return Part("data-drift", title, text, tables=[Table("t-drift", "What changed", columns, rows)])


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
