"""What an expectation is, and when the counts found for it mean that it failed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["critical", "warning", "info"]
Status = Literal["passed", "failed", "could_not_run", "not_applicable"]
Limit = Literal["share", "throughout", "minimum"]

SEVERITIES: tuple[Severity, ...] = ("critical", "warning", "info")
STATUSES: tuple[Status, ...] = ("passed", "failed", "could_not_run", "not_applicable")
MEASURES = ("dosing", "approvals", "renewals")

# One unreadable value is quarantined or reads as null; only a column that is bad again and again has the wrong type.
LEAST_FOR_THROUGHOUT = 2


@dataclass(frozen=True)
class Expectation:
    """One thing that is expected of the extracts.

    id: `table.column.rule` or `table.rule`; what configuration and messages call it.
    severity: a failed `critical` one fails the gate; `warning` asks for care; `info` is worth knowing.
    says: the sentence that should be true. breaks: what the rows do that break it, after "8 of 100 claim lines …".
    rows: what the tested rows are called, where they are fewer than their source's.
    why, advice: what is at stake, and what to do when it is not true.
    source: whose rows are tested: an input table, or a file of `sql/quality` (see `analytics.quality.sources`).
    value: the SQL that is tested per row of the source; a row for which it is null is not tested.
    gx, arguments: the Great Expectations expectation that tests it, and its arguments; without `gx` the counts of
        the reader decide, and nothing is run.
    limit, threshold: `share`: fails when more than this share of the tested rows break it; `throughout`: fails when
        some do and at least this share does, of two rows or more; `minimum`: fails when fewer rows than this are there.
    needs: tables without which it is not applicable.
    covered_by: the expectation that, when it fails, already reports the same fault.
    """

    id: str
    table: str
    column: str | None
    severity: Severity
    says: str
    breaks: str
    why: str
    advice: str
    affects: tuple[str, ...] = ()
    source: str = ""
    value: str = ""
    gx: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    limit: Limit = "share"
    threshold: float = 0.0
    needs: tuple[str, ...] = ()
    covered_by: str | None = None
    rows: str = ""

    def judge(self, n_checked: int, n_failed: int, threshold: float) -> Status:
        """`passed`, `failed`, or `not_applicable` where there was nothing to test."""
        if self.limit == "minimum":
            return "failed" if n_checked < threshold else "passed"
        if n_checked == 0:
            return "not_applicable"
        if self.limit == "throughout":
            bad = n_checked >= LEAST_FOR_THROUGHOUT and n_failed > 0 and n_failed >= threshold * n_checked
        else:
            bad = n_failed > threshold * n_checked
        return "failed" if bad else "passed"


def rule(
    id: str,
    *,
    when: str,
    then: str,
    says: str,
    breaks: str,
    why: str,
    advice: str,
    rows: str = "",
    severity: Severity = "warning",
    affects: tuple[str, ...] = (),
    source: str | None = None,
    needs: tuple[str, ...] = (),
    threshold: float = 0.0,
    covered_by: str | None = None,
) -> Expectation:
    """An expectation of rows: `then` must be true of every row for which `when` is true.

    Of an input table only usable rows are tested: what is quarantined is reported by the rule that quarantined it.
    """
    table, *middle, _ = id.split(".")
    if source is None:
        when = f"reason is null and {when}"
    return Expectation(
        id=id,
        table=table,
        column=middle[0] if middle else None,
        severity=severity,
        says=says,
        breaks=breaks,
        rows=rows,
        why=why,
        advice=advice,
        affects=affects,
        source=source or table,
        # A comparison that comes out null is no proof that the rule was kept.
        value=f"case when {when} then coalesce({then}, false) end",
        gx="expect_column_values_to_be_in_set",
        arguments={"value_set": [True]},
        threshold=threshold,
        needs=needs,
        covered_by=covered_by,
    )


def quarantine_rule(
    id: str,
    *,
    reason: str,
    says: str,
    breaks: str,
    why: str,
    advice: str,
    affects: tuple[str, ...],
    rows: str = "",
    when: str = "true",
) -> Expectation:
    """An expectation that the rows break which staging put into quarantine for this one reason.

    For rules that need more than the row itself: staging has applied them already, to every row and in their order.
    """
    table, column, _ = id.split(".")
    return Expectation(
        id=id,
        table=table,
        column=column,
        severity="warning",
        says=says,
        breaks=breaks,
        rows=rows,
        why=why,
        advice=advice,
        affects=affects,
        source=table,
        value=f"case when (reason is null or reason = '{reason}') and {when} then reason is null end",
        gx="expect_column_values_to_be_in_set",
        arguments={"value_set": [True]},
    )
