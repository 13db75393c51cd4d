"""What a failed gate leaves beside the last good report: what failed, and what to do. No person, no small count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analytics import __version__
from analytics.disclosure import Ledger, without_small_numbers
from analytics.errors import UserError
from analytics.quality import is_bad
from analytics.report.beside.alone import alone
from analytics.report.quality import Finding, Quality
from analytics.report.tables import shown
from analytics.report.words import MEASURES, QUALITY

if TYPE_CHECKING:
    from analytics.study import Study


def render_failed(study: Study, sentence: str) -> str:
    """The page of a run whose gate failed: one HTML file as text.

    sentence: why, as the command line says it. Where the extracts are too broken to be checked, it stands alone.
    """
    found = _found(study, sentence)
    return alone("failed", product="um-analytics", version=__version__, plan=study.config.plan, **found)


def record(study: Study, sentence: str) -> dict[str, Any]:
    """The same for machines: dates, the gate's verdict by measure, failed checks by name."""
    found = _found(study, sentence)
    return {
        "product": "um-analytics",
        "version": __version__,
        "plan": study.config.plan,
        "as_of": found["as_of"],
        "gate": {
            "failed": True,
            "failures": found["failures"],
            "measures": {row["name"]: {"verdict": row["word"], "reason": row["reason"]} for row in found["verdicts"]},
            "failed_checks": [row["check"] for row in found["checks"]],
        },
    }


def _found(study: Study, sentence: str) -> dict[str, Any]:
    """What may be said of the failure, its counts through a ledger of their own."""
    ledger = Ledger(study.config.fewest_people)
    try:
        verdict, quality, as_of = study.quality[1], Quality(study, ledger), str(study.as_of)
    except UserError:
        words = without_small_numbers(sentence, ledger.threshold, set())
        return {"as_of": None, "failures": words.splitlines(), "verdicts": [], "checks": []}
    ledger.protect()
    found = [finding for finding in quality.findings() if is_bad(finding.result)]
    critical = [finding for finding in found if finding.result.severity == "critical"]
    why = [f"{finding.says} {finding.expectation.why} What to do: {finding.expectation.advice}" for finding in critical]
    return {
        "as_of": as_of,
        "failures": why or verdict.failures or [without_small_numbers(sentence, ledger.threshold, quality.withheld())],
        "verdicts": [
            {"name": name, "measure": MEASURES[name], "word": word, "reason": behind[0].says if behind else ""}
            for name, word, behind in quality.verdicts()
        ],
        "checks": [_check(finding) for finding in found],
    }


def _check(finding: Finding) -> dict[str, str]:
    return {
        "check": finding.expectation.id,
        "result": QUALITY[finding.result.status],
        "severity": finding.result.severity,
        "n_failed": shown(finding.n_failed, "count"),
        "why": finding.expectation.why,
        "advice": finding.expectation.advice,
    }
