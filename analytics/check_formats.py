"""What a check found, in words for people and in the forms that machines ask for: no row, value or id in any."""

import json
import shlex
from dataclasses import asdict
from typing import Any
from xml.etree import ElementTree

from analytics.checking import Check
from analytics.quality import QualityResult, found, sentence
from analytics.quality.catalogue import catalogue

_ORDER = {"critical": 0, "warning": 1, "info": 2}
_HEADINGS = {
    "critical": "These fail the gate",
    "warning": "These ask for care",
    "info": "Worth knowing",
    "could_not_run": "These could not be tested",
}


def bad(check: Check) -> list[QualityResult]:
    """The findings: failures, the gravest first, then what could not run; within these in the catalogue's order."""
    chosen = [result for result in check.results if result.status in ("failed", "could_not_run")]
    return sorted(chosen, key=lambda result: (_ORDER[result.severity], result.status == "could_not_run"))


def text(check: Check) -> str:
    """For people: the verdict, then every finding: what was found, why it matters, what to do, how to see it."""
    lines = [f"{check.data}, as of {check.as_of}: the gate {'FAILED' if check.verdict.failed else 'passed'}.", ""]
    width = max(len(name) for name in check.verdict.by_measure)
    lines += [f"  {name:<{width}}  {word}" for name, (word, _) in check.verdict.by_measure.items()]
    groups: dict[str, list[QualityResult]] = {}
    for result in bad(check):
        groups.setdefault(result.severity if result.status == "failed" else "could_not_run", []).append(result)
    for name, results in groups.items():
        lines += ["", f"{_HEADINGS[name]} ({len(results)})"]
        for result in results:
            lines += _finding(check, result)
    if check.drift:
        lines += ["", f"Changed since the baseline ({len(check.drift)})"]
        lines += [f"  {one.sentence()}" for one in check.drift]
    if check.incomplete:
        lines += ["", "Months not yet complete", f"  {_months(check)}"]
    counts = {status: sum(result.status == status for result in check.results) for status in _STATUS_WORDS}
    lines += ["", "; ".join(f"{n} {_STATUS_WORDS[status]}" for status, n in counts.items()) + "."]
    return "\n".join(lines)


_STATUS_WORDS = {
    "passed": "passed",
    "failed": "failed",
    "could_not_run": "could not run",
    "not_applicable": "had nothing to be tested on",
}


def _finding(check: Check, result: QualityResult) -> list[str]:
    expectation = catalogue()[result.expectation]
    where = f"{result.table_name}.{result.column_name}" if result.column_name else result.table_name
    affects = f"  (bears on {', '.join(result.affects)})" if result.affects else ""
    lines = [
        "",
        f"  {where}: {expectation.says.removesuffix('.')}{affects}",
        f"    found  {found(result) if result.status == 'failed' else 'nothing: the test broke off'}",
        f"    why    {expectation.why}",
        f"    do     {expectation.advice}",
    ]
    if expectation.value and result.status == "failed":
        lines.append(f"    see    um rows {shlex.quote(check.data)} {result.expectation}")
    return lines


def _months(check: Check) -> str:
    parts = []
    for row in check.incomplete:
        share = row["share_paid"]
        parts.append(
            f"{str(row['month'])[:7]} ({'about ' + format(share, '.0%') if share is not None else 'share unknown'})"
        )
    return ", ".join(parts)


def as_json(check: Check) -> str:
    """For programs: every result with its counts, threshold, advice, and the verdict by measure."""
    content: dict[str, Any] = {
        "data": check.data,
        "as_of": check.as_of.isoformat(),
        "failed": check.verdict.failed,
        "failures": check.verdict.failures,
        "measures": {
            name: {"verdict": word, "reason": reason} for name, (word, reason) in check.verdict.by_measure.items()
        },
        "results": [
            {
                **asdict(result),
                "says": catalogue()[result.expectation].says,
                "why": catalogue()[result.expectation].why,
                "advice": catalogue()[result.expectation].advice,
            }
            for result in check.results
        ],
        "drift": [{**asdict(one), "says": one.sentence()} for one in check.drift],
        "incomplete_months": check.incomplete,
    }
    return json.dumps(content, indent=1, ensure_ascii=False)


def junit(check: Check) -> str:
    """For CI servers: a test case an expectation. What fails the gate is a failure; a warning passes, in words."""
    could_not = [result for result in check.results if result.status == "could_not_run"]
    failures = [result for result in check.results if result.status == "failed" and result.severity == "critical"]
    skipped = [result for result in check.results if result.status == "not_applicable"]
    suite = ElementTree.Element(
        "testsuite",
        name="um check",
        tests=str(len(check.results)),
        failures=str(len(failures)),
        errors=str(len(could_not)),
        skipped=str(len(skipped)),
    )
    for result in check.results:
        case = ElementTree.SubElement(suite, "testcase", classname=result.table_name, name=result.expectation)
        if result in failures:
            ElementTree.SubElement(case, "failure", message=sentence(result))
        elif result.status == "could_not_run":
            ElementTree.SubElement(case, "error", message=sentence(result))
        elif result.status == "not_applicable":
            ElementTree.SubElement(case, "skipped")
        elif result.status == "failed":
            ElementTree.SubElement(case, "system-out").text = f"{result.severity}: {sentence(result)}"
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True)


def github(check: Check) -> str:
    """For GitHub's logs: an annotation a finding."""
    level = {"critical": "error", "warning": "warning", "info": "notice"}
    lines = []
    for result in bad(check):
        word = "error" if result.status == "could_not_run" else level[result.severity]
        lines.append(f"::{word} title={_escaped(result.expectation, True)}::{_escaped(sentence(result))}")
    lines += [f"::warning title=drift::{_escaped(one.sentence())}" for one in check.drift]
    return "\n".join(lines)


def _escaped(words: str, in_property: bool = False) -> str:
    for mark, code in (("%", "%25"), ("\r", "%0D"), ("\n", "%0A")):
        words = words.replace(mark, code)
    return words.replace(":", "%3A").replace(",", "%2C") if in_property else words


FORMATS = {"text": text, "json": as_json, "junit": junit, "github": github}
