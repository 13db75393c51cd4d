"""The data-quality gate: run the catalogue over the staged extracts, and judge what was found."""

from collections.abc import Collection, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from math import inf
from pathlib import Path
from typing import Any, Protocol

from analytics.errors import UserError, nearest
from analytics.extracts.schema import TABLES
from analytics.quality.catalogue import catalogue
from analytics.quality.expectation import SEVERITIES, Expectation, Severity, Status
from analytics.quality.generic import MAX_QUARANTINED_SHARE
from analytics.quality.process import GateProcess
from analytics.quality.sources import POLICY_TABLES


@dataclass(frozen=True)
class GateContext:
    """What the reader knows and the gate must be told.

    tables_present: the input tables that the extracts have. rows_read, rows_in_scope, rows_quarantined: rows by table.
    as_of: the report's date. max_quarantined_share: of a table's rows in scope. thresholds, severities: the
    configuration's own values, by an expectation's id. whole_extract: rows tested and failed, by id, where the reader
    looked at the whole extract: a misshapen drug code is never in scope, so the staged rows can't show it.
    is_elsewhere: the staged rows are not in the folder of the stage, but where the runner counts them. unasked: the
    expectations, by id, of columns that no policy in force asks for: they are not tested.
    """

    tables_present: Collection[str]
    rows_read: Mapping[str, int]
    rows_in_scope: Mapping[str, int]
    rows_quarantined: Mapping[str, int]
    as_of: date
    max_quarantined_share: float = MAX_QUARANTINED_SHARE
    thresholds: Mapping[str, float] = field(default_factory=dict)
    severities: Mapping[str, str] = field(default_factory=dict)
    whole_extract: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    is_elsewhere: bool = False
    unasked: Collection[str] = ()


@dataclass(frozen=True)
class QualityResult:
    """What one expectation came to. The first eight fields are the columns of the table quality_result.

    n_checked, n_failed: rows tested and rows that broke it (for a minimum: rows found, and 1 when they are too few).
    threshold: the one in effect. fault: the kind of what kept it from running, else empty.
    """

    table_name: str
    expectation: str
    column_name: str | None
    severity: Severity
    status: Status
    n_checked: int
    n_failed: int
    affects: tuple[str, ...]
    threshold: float
    fault: str = ""


class Runner(Protocol):
    """What tests expectations: the process of Great Expectations, or an engine that counts where the rows are."""

    def __enter__(self) -> "Runner": ...
    def __exit__(self, *fault: object) -> None: ...
    def run(
        self, stage: Path, there: Iterable[str], as_of: date, expectations: list[Expectation]
    ) -> dict[str, dict[str, Any]]:
        """The counts of each expectation by its id, or `{"fault": kind}` where it could not run."""


def run_gate(
    stage: Path,
    context: GateContext,
    process: Runner | None = None,
    expectations: Mapping[str, Expectation] | None = None,
) -> list[QualityResult]:
    """Every expectation's result, in the catalogue's order.

    stage: the folder of staged tables (`<table>.parquet`) and policy tables. process: one started earlier, so that
    its imports cost no time here. expectations: the catalogue, unless a part or another is wanted.

    Raises UserError for a threshold or severity that is none, or whose expectation does not exist.
    """
    wanted = catalogue() if expectations is None else expectations
    check_overrides(context.thresholds, context.severities, wanted)
    there = {
        name
        for name in (*TABLES, *POLICY_TABLES)
        if (context.is_elsewhere or (stage / f"{name}.parquet").is_file())
        and (name in POLICY_TABLES or name in context.tables_present)
    }
    applicable = [
        expectation
        for expectation in wanted.values()
        if expectation.id not in context.unasked and _is_applicable(expectation, there, context.tables_present)
    ]
    counts = {expectation.id: _reader_counts(expectation, context) for expectation in applicable if not expectation.gx}
    tested = [expectation for expectation in applicable if expectation.gx]
    with nullcontext(process) if process else GateProcess() as runner:
        counts |= runner.run(stage, there, context.as_of, tested)
    for name, (n_checked, n_failed) in context.whole_extract.items():
        if name in counts:
            counts[name] = {"n_checked": n_checked, "n_failed": n_failed}
    results = [_result(expectation, counts.get(expectation.id), context) for expectation in wanted.values()]
    return _without_repeats(results, wanted)


def rejudge(
    results: list[QualityResult], thresholds: Mapping[str, float], severities: Mapping[str, str]
) -> list[QualityResult]:
    """The same counts under other thresholds and severities; no data are read.

    What was only covered by a stronger finding is judged anew as well, as the stronger one may hold no longer.
    Raises UserError as run_gate does.
    """
    wanted = catalogue()
    check_overrides(thresholds, severities, wanted)
    judged = []
    for result in results:
        expectation = wanted[result.expectation]
        threshold = thresholds.get(result.expectation, result.threshold)
        status = result.status
        # Without anything to test there are no counts: where there are some, another finding covered this one.
        was_covered = status == "not_applicable" and (result.n_checked or result.n_failed)
        if status in ("passed", "failed") or was_covered:
            status = expectation.judge(result.n_checked, result.n_failed, threshold)
        severity = _severity(severities.get(result.expectation, result.severity))
        judged.append(replace(result, threshold=threshold, status=status, severity=severity))
    return _without_repeats(judged, wanted)


def check_overrides(
    thresholds: Mapping[str, Any], severities: Mapping[str, Any], known: Mapping[str, Expectation] | None = None
) -> None:
    """Refuse, in one sentence, what a configuration says about expectations and can't mean."""
    if not thresholds and not severities:
        return
    known = catalogue() if known is None else known
    for name in (*thresholds, *severities):
        if name not in known:
            raise UserError(f"There is no expectation '{name}'{nearest(name, list(known))}.")
    for name, value in thresholds.items():
        is_minimum = known[name].limit == "minimum"
        most, right = (inf, "a number of rows, like 1") if is_minimum else (1, "a share of rows from 0 to 1, like 0.05")
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most or value == inf:
            raise UserError(f"The threshold of '{name}' is {value!r}, but must be {right}.")
    for name, value in severities.items():
        if value not in SEVERITIES:
            raise UserError(f"The severity of '{name}' is {value!r}, but must be one of {', '.join(SEVERITIES)}.")


def _is_applicable(expectation: Expectation, there: set[str], present: Collection[str]) -> bool:
    """Whether every table that the expectation reads is there (for a reader's count: in the extracts)."""
    if not expectation.gx:
        return expectation.table not in TABLES or expectation.table in present
    needed = {*expectation.needs} | ({expectation.table} & {*TABLES})
    return needed <= there


def _reader_counts(expectation: Expectation, context: GateContext) -> dict[str, Any]:
    """What the reader counted, as rows tested and failed."""
    table = expectation.table
    if table == "extract":
        found = sum(context.rows_in_scope.get(name, 0) for name in TABLES if TABLES[name].required)
    elif expectation.id.endswith(".quarantined"):
        return {
            "n_checked": context.rows_in_scope.get(table, 0),
            "n_failed": context.rows_quarantined.get(table, 0),
        }
    else:
        found = context.rows_read.get(table, 0)
    return {"n_checked": found, "n_failed": int(found < expectation.threshold)}


def _result(expectation: Expectation, counts: Mapping[str, Any] | None, context: GateContext) -> QualityResult:
    threshold = expectation.threshold
    if expectation.id.endswith(".quarantined"):
        threshold = context.max_quarantined_share
    threshold = context.thresholds.get(expectation.id, threshold)
    n_checked = n_failed = 0
    fault = ""
    status: Status = "not_applicable"
    if counts is not None and "fault" in counts:
        status, fault = "could_not_run", counts["fault"]
    elif counts is not None:
        n_checked, n_failed = counts["n_checked"], counts["n_failed"]
        status = expectation.judge(n_checked, n_failed, threshold)
    return QualityResult(
        table_name=expectation.table,
        expectation=expectation.id,
        column_name=expectation.column,
        severity=_severity(context.severities.get(expectation.id, expectation.severity)),
        status=status,
        n_checked=n_checked,
        n_failed=n_failed,
        affects=expectation.affects,
        threshold=threshold,
        fault=fault,
    )


def _without_repeats(results: list[QualityResult], wanted: Mapping[str, Expectation]) -> list[QualityResult]:
    """One fault, one finding: where a stronger expectation failed for it, the weaker one has nothing to add."""
    failed = {result.expectation for result in results if result.status == "failed"}
    return [
        replace(result, status="not_applicable")
        if result.status == "failed" and wanted[result.expectation].covered_by in failed
        else result
        for result in results
    ]


def _severity(word: str) -> Severity:
    return next(severity for severity in SEVERITIES if severity == word)
