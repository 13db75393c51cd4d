"""From findings to sentences: what failed, and how far each measure can be trusted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from analytics.quality.catalogue import catalogue
from analytics.quality.expectation import MEASURES, Expectation
from analytics.quality.gate import QualityResult
from analytics.quality.sources import SOURCES
from analytics.quality.wording import agreeing

Word = Literal["usable", "usable with care", "unusable"]


class MeasureVerdict(NamedTuple):
    """How far a measure can be trusted, and why, in a sentence or two."""

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
    critical = [result for result in results if result.severity == "critical" and is_bad(result)]
    failures = [advised(result) for result in critical]
    if not any(result.status in ("passed", "failed") for result in results):
        failures.insert(0, "No check of the data could be run, so nothing vouches for them.")
    return GateVerdict(
        failed=bool(failures),
        by_measure={measure: _measure(measure, results, failures) for measure in MEASURES},
        failures=failures,
    )


def sentence(result: QualityResult) -> str:
    """A finding in words: what was found against what is allowed. No value of any row, and no id of the catalogue."""
    return f"{found(result)}." if result.status == "failed" else untold(result)


def untold(result: QualityResult) -> str:
    """The same without any number."""
    says = catalogue()[result.expectation].says.removesuffix(".")
    if result.status == "could_not_run":
        return f"It could not be tested whether this holds: {_lower(says)}."
    if result.status == "not_applicable":
        return f"There was nothing to test this on: {_lower(says)}."
    return f"{says}." if result.status == "passed" else f"This does not hold: {_lower(says)}."


def advised(result: QualityResult) -> str:
    """A finding with what is at stake and what to do, and its id at the end."""
    expectation = catalogue()[result.expectation]
    return f"{sentence(result)} {expectation.why} What to do: {expectation.advice} ({result.expectation})"


def found(result: QualityResult) -> str:
    """What was found, against what is allowed: "40 of 900 billed days carry neither JW nor JZ (4.4%; none allowed)"."""
    expectation = catalogue()[result.expectation]
    rows = rows_of(expectation)
    if expectation.limit == "minimum":
        return f"{result.table_name}: {result.n_checked:,} {rows}, at least {result.threshold:,.0f} needed"
    counted = told(expectation, f"{result.n_failed:,}", f"{result.n_checked:,}", one=result.n_failed == 1)
    share = percent(result.n_failed, result.n_checked)
    return f"{counted} ({share}{_allowed(expectation, result.threshold)}){_all_the_same(expectation, result)}"


def told(expectation: Expectation, n_failed: str, n_checked: str, *, one: bool) -> str:
    """What the failing rows do, with their number and that of the rows tested as given."""
    return f"{n_failed} of {n_checked} {rows_of(expectation)} {agreeing(expectation.breaks, one)}"


def rows_of(expectation: Expectation) -> str:
    """What the tested rows are called, in the plural."""
    if expectation.table == "extract":
        return "claim lines and requests in scope"
    return expectation.rows or SOURCES[expectation.source or expectation.table].rows


def percent(part: int, whole: int) -> str:
    """A share in percent, never rounded to nothing where there is something, nor to all where there is a rest."""
    share = part / whole if whole else 0.0
    if 0 < share < 0.001:
        return "under 0.1%"
    return "over 99.9%" if 0.9995 <= share < 1 else f"{share:.1%}"


def gravest(results: Iterable[QualityResult]) -> list[QualityResult]:
    """Findings, those first that concern the greatest share of what they test, as far as their numbers prove it."""

    from analytics.statistics import wilson

    def share(result: QualityResult) -> float:
        limits = wilson(result.n_failed, result.n_checked)
        return limits[0] if limits else 1.0  # What could not be tested may concern everything.

    return sorted(results, key=share, reverse=True)


def bearing_on(measure: str, results: Iterable[QualityResult]) -> tuple[Word, list[QualityResult]]:
    """How far a measure can be trusted, and the findings for which it can't be trusted further, the gravest first."""
    mine = [result for result in results if measure in result.affects]
    for severity in ("critical", "warning"):
        reasons = [result for result in mine if result.severity == severity and is_bad(result)]
        if reasons:
            return "unusable" if severity == "critical" else "usable with care", gravest(reasons)
    return "usable" if any(result.status == "passed" for result in mine) else "unusable", []


def is_bad(result: QualityResult) -> bool:
    """Whether a result says that something is wrong, or that nobody knows."""
    return result.status in ("failed", "could_not_run")


def _measure(measure: str, results: Sequence[QualityResult], failures: Sequence[str]) -> MeasureVerdict:
    word, reasons = bearing_on(measure, results)
    if reasons:
        return MeasureVerdict(word, f"{sentence(reasons[0])} {catalogue()[reasons[0].expectation].why}{_more(reasons)}")
    if word == "unusable":
        return MeasureVerdict(word, failures[0] if failures else "No check of its data could be run.")
    passed = sum(measure in result.affects and result.status == "passed" for result in results)
    reason = f"All {passed} checks that bear on it passed"
    return MeasureVerdict(word, f"{reason}; what fails the gate does not bear on it." if failures else f"{reason}.")


def _more(reasons: Sequence[QualityResult]) -> str:
    more = len(reasons) - 1
    return f" {more} more finding{' bears' if more == 1 else 's bear'} on it." if more else ""


def _allowed(expectation: Expectation, threshold: float) -> str:
    if expectation.id.endswith(".columns"):
        return ""
    if expectation.limit == "throughout" and threshold:
        return f"; fails from {threshold:.3%}".replace(".000%", "%")
    return f"; up to {threshold:.3%} allowed".replace(".000%", "%") if threshold else "; none allowed"


def _all_the_same(expectation: Expectation, result: QualityResult) -> str:
    """Why what bears on no measure fails the gate; otherwise all measures would be usable, and nothing would say."""
    if result.status != "failed" or result.severity != "critical" or result.affects:
        return ""
    which = "any column that can't be read" if expectation.limit == "throughout" else "whatever is critical"
    return f"; no measure depends on it, but the gate fails on {which}"


def _lower(says: str) -> str:
    """A sentence's start inside another; names of columns and tables, and acronyms, stay as they are."""
    return says if says[:2].isupper() else says[0].lower() + says[1:]
