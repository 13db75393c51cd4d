"""From findings to sentences: what failed, and how far each measure can be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from analytics.quality.catalogue import catalogue
from analytics.quality.expectation import MEASURES, Expectation
from analytics.quality.gate import QualityResult
from analytics.quality.sources import SOURCES

Word = Literal["usable", "usable with care", "unusable"]


class MeasureVerdict(NamedTuple):
    """How far a measure can be trusted, and why, in a sentence."""

    word: Word
    reason: str


@dataclass(frozen=True)
class GateVerdict:
    """failed: whether the gate refuses the extracts; by_measure: the verdict on dosing, approvals and renewals.

    failures: a sentence for each reason why the gate failed.
    """

    failed: bool
    by_measure: dict[str, MeasureVerdict]
    failures: list[str]


def verdict(results: Sequence[QualityResult]) -> GateVerdict:
    """What the findings mean. A gate that ran no check fails, and so does one whose critical check could not run."""
    critical = [result for result in results if result.severity == "critical" and _is_bad(result)]
    failures = [sentence(result) for result in critical]
    if not any(result.status in ("passed", "failed") for result in results):
        failures.insert(0, "No check of the data could be run, so nothing vouches for them.")
    return GateVerdict(
        failed=bool(failures),
        by_measure={measure: _measure(measure, results, failures) for measure in MEASURES},
        failures=failures,
    )


def sentence(result: QualityResult) -> str:
    """A finding in words: which expectation, what it says, what was found and what is allowed. No value of any row."""
    says = f"{result.expectation}: “{catalogue()[result.expectation].says.removesuffix('.')}”"
    if result.status == "could_not_run":
        return f"{says} could not be tested."
    if result.status == "not_applicable":
        return f"{says} has nothing to be tested on."
    return f"{says} {'is true' if result.status == 'passed' else 'is not true'}: {found(result)}."


def found(result: QualityResult) -> str:
    """What was found, against what is allowed."""
    expectation = catalogue()[result.expectation]
    rows = rows_of(expectation)
    if expectation.limit == "minimum":
        return f"{result.n_checked:,} {rows} found, at least {result.threshold:,.0f} needed"
    if expectation.id.endswith(".columns"):
        return f"{result.n_failed} of {result.n_checked} columns are missing"
    share = percent(result.n_failed, result.n_checked)
    counts = f"{result.n_failed:,} of {result.n_checked:,} {rows} {_breaking(expectation, result.n_failed)} ({share}"
    if expectation.limit == "throughout":
        return f"{counts})"
    allowed = f"up to {result.threshold:.3%} allowed".replace(".000%", "%") if result.threshold else "none allowed"
    return f"{counts}; {allowed})"


def rows_of(expectation: Expectation) -> str:
    """What the tested rows are called, in the plural."""
    if expectation.table == "extract":
        return "claim lines and requests"
    return SOURCES[expectation.source or expectation.table].rows


def percent(part: int, whole: int) -> str:
    """A share in percent, never rounded to nothing where there is something."""
    share = part / whole if whole else 0.0
    return "under 0.1%" if 0 < share < 0.001 else f"{share:.1%}"


def _breaking(expectation: Expectation, n_rows: int) -> str:
    """What the rows that fail do."""
    one = n_rows == 1
    if expectation.id.endswith(".quarantined"):
        return "is quarantined" if one else "are quarantined"
    if expectation.limit == "throughout":
        return "can't be read"
    if expectation.gx == "expect_column_values_to_not_be_null":
        return "has none" if one else "have none"
    return "breaks it" if one else "break it"


def _measure(measure: str, results: Sequence[QualityResult], failures: Sequence[str]) -> MeasureVerdict:
    mine = [result for result in results if measure in result.affects and _is_bad(result)]
    for word, severity in (("unusable", "critical"), ("usable with care", "warning")):
        reasons = [result for result in mine if result.severity == severity]
        if reasons:
            worst = max(reasons, key=lambda result: result.n_failed / max(result.n_checked, 1))
            more = len(reasons) - 1
            others = f" {more} more {'bears' if more == 1 else 'bear'} on it." if more else ""
            return MeasureVerdict("unusable" if word == "unusable" else "usable with care", sentence(worst) + others)
    tested = [result for result in results if measure in result.affects and result.status == "passed"]
    if not tested:
        return MeasureVerdict("unusable", failures[0] if failures else "No check of its data could be run.")
    return MeasureVerdict("usable", f"All {len(tested)} checks that bear on it passed.")


def _is_bad(result: QualityResult) -> bool:
    return result.status in ("failed", "could_not_run")
