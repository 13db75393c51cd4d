"""What a check found, in words for people and in the forms that machines ask for: no row, value or id in any."""

import json
import re
import shlex
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any
from xml.etree import ElementTree

from analytics.checking import Check
from analytics.quality import QualityResult, bearing_on, found, gravest, is_bad, rows_of, sentence
from analytics.quality.catalogue import catalogue

_ORDER = {"critical": 0, "warning": 1, "info": 2}
_HEADINGS = {
    "critical": "These fail the gate",
    "could_not_run": "These could not be tested",
    "warning": "These ask for care",
    "info": "Worth knowing",
}
_STATUS_WORDS = {
    "passed": "passed",
    "failed": "failed",
    "could_not_run": "could not run",
    "not_applicable": "had nothing to be tested on",
}
_DRIFT_ADVICE = (
    "Find out whether the plan or the export changed (filters, period, plans, columns); where the change is real, name "
    "this run's manifest.json as the next baseline."
)
_MONTHS_ADVICE = "Leave them out of trends, or export again when their claims are paid."
# GitHub shows so many annotations of a level for a step, and drops the others without a word.
_SHOWN_BY_GITHUB = 10
# What XML can't carry, in whatever form: a payer's name could hold it.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def bad(check: Check) -> list[QualityResult]:
    """The findings by what they mean for the gate (what fails it, what could not run, …), in each the gravest first."""
    places = list(_HEADINGS)
    graded = gravest(result for result in check.results if is_bad(result))
    return sorted(graded, key=lambda result: (places.index(_heading(result)), _ORDER[result.severity]))


def _heading(result: QualityResult) -> str:
    """Under which heading a finding stands. A critical check that could not run fails the gate as well."""
    return "could_not_run" if result.status == "could_not_run" else result.severity


def text(check: Check) -> str:
    """For people: the verdict, then every finding: what was found, why it matters, what to do, how to see it."""
    data = " ".join(check.data.split())
    dated = f", as of {check.as_of}" if check.as_of else ""
    lines = [f"{data}{dated}: {_outcome(check)}", "", *_measures(check)]
    for name, group in groupby(bad(check), key=_heading):
        results = list(group)
        lines += ["", f"{_HEADINGS[name]} ({len(results)})"]
        for result in results:
            lines += _finding(check, result)
    if check.drift:
        lines += ["", f"Changed since the baseline ({len(check.drift)})"]
        lines += [f"  {one.sentence()}" for one in check.drift] + [f"    do     {_DRIFT_ADVICE}"]
    if check.incomplete:
        lines += ["", "Months not yet complete", f"  {_months(check)}", f"    do     {_MONTHS_ADVICE}"]
    counts = {status: sum(result.status == status for result in check.results) for status in _STATUS_WORDS}
    lines += ["", "; ".join(f"{n} {_STATUS_WORDS[status]}" for status, n in counts.items()) + "."]
    return "\n".join(lines)


def _outcome(check: Check) -> str:
    if check.verdict.failed:
        return "the gate FAILED. Nothing can be reported from these extracts before what follows is mended."
    if any(result.severity == "warning" for result in bad(check)):
        return "the gate passed, with findings that ask for care."
    return "the gate passed."


def _measures(check: Check) -> list[str]:
    """Each measure with its verdict and the gravest finding behind it."""
    width, lines = max(len(name) for name in check.verdict.by_measure), []
    for name, (word, reason) in check.verdict.by_measure.items():
        behind = bearing_on(name, check.results)[1]
        told = f": {sentence(behind[0])}" if behind else f": {reason}"
        told = "" if word == "usable" and not check.verdict.failed else told
        lines.append(f"  {name:<{width}}  {word}{told}")
    return lines


def _finding(check: Check, result: QualityResult) -> list[str]:
    lines = ["", f"  {_place(result)}: {_says(result)}"]
    lines += [f"    {label:<6} {words}" for label, words in _told(check, result)]
    return lines


def _place(result: QualityResult) -> str:
    return f"{result.table_name}.{result.column_name}" if result.column_name else result.table_name


def _says(result: QualityResult) -> str:
    affects = f" (bears on {', '.join(result.affects)})" if result.affects else ""
    return f"{catalogue()[result.expectation].says.removesuffix('.')}{affects}"


def _told(check: Check, result: QualityResult) -> list[tuple[str, str]]:
    """A finding's lines: what was found, why it matters, what to do, and the command that lists the rows."""
    expectation = catalogue()[result.expectation]
    if result.status == "could_not_run":
        return [
            ("found", f"nothing: the test broke off ({result.fault or 'no answer'})"),
            ("why", "What was not tested is not known to be right. " + expectation.why),
            ("do", "Look whether the column is there in every part of the extract; if it is, report the fault."),
        ]
    lines = [("found", found(result)), ("why", expectation.why), ("do", expectation.advice)]
    if expectation.value or result.expectation.endswith(".quarantined"):
        lines.append(("see", f"um rows {shlex.join((check.data, result.expectation, *check.options))}"))
    return lines


def _months(check: Check) -> str:
    parts = []
    for row in check.incomplete:
        share = row["share_paid"]
        paid = f"about {share:.0%} paid" if share is not None else "share paid unknown"
        parts.append(f"{str(row['month'])[:7]} ({paid})")
    return ", ".join(parts)


def as_json(check: Check) -> str:
    """For programs: every result with its counts, threshold, advice, and the verdict by measure."""
    content: dict[str, Any] = {
        "data": check.data,
        "as_of": check.as_of.isoformat() if check.as_of else None,
        "failed": check.verdict.failed,
        "failures": check.verdict.failures,
        "measures": {
            name: {"verdict": word, "reason": reason} for name, (word, reason) in check.verdict.by_measure.items()
        },
        "results": [_as_row(result) for result in check.results],
        "drift": [{**asdict(one), "says": one.sentence()} for one in check.drift],
        "incomplete_months": check.incomplete,
    }
    return json.dumps(content, indent=1, ensure_ascii=False)


def _as_row(result: QualityResult) -> dict[str, Any]:
    expectation = catalogue()[result.expectation]
    told = {"says": expectation.says, "why": expectation.why, "advice": expectation.advice}
    return {**asdict(result), "rows": rows_of(expectation), **told, "found": sentence(result)}


def junit(check: Check) -> str:
    """For CI servers: a suite a table, a test case an expectation.

    What fails the gate is a failure; a warning passes, with its words as output. Jenkins shows a failure's message,
    GitLab its text alone, and each names the case by its classname.
    """
    root = ElementTree.Element("testsuites", name="um check")
    for table, group in groupby(check.results, key=lambda result: result.table_name):
        _suite(root, table, [(result.expectation, _outcome_of(check, result)) for result in group])
    if check.drift:
        drifts = [(one.figure, ("system-out", f"{one.sentence()}\n{_DRIFT_ADVICE}")) for one in check.drift]
        _suite(root, "baseline", drifts)
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)


Outcome = tuple[str, str] | None


def _outcome_of(check: Check, result: QualityResult) -> Outcome:
    """The element that stands inside the result's test case, with its words; nothing where it passed."""
    if result.status == "not_applicable":
        return "skipped", sentence(result)
    if not is_bad(result):
        return None
    words = "\n".join(f"{label}: {words}" for label, words in _told(check, result))
    if result.status == "could_not_run":
        return "error", words
    return ("failure", words) if result.severity == "critical" else ("system-out", f"{result.severity}\n{words}")


def _suite(root: ElementTree.Element, name: str, cases: Sequence[tuple[str, Outcome]]) -> None:
    kinds = [outcome[0] if outcome else "" for _, outcome in cases]
    numbers = {"tests": len(cases), "failures": kinds.count("failure")}
    numbers |= {"errors": kinds.count("error"), "skipped": kinds.count("skipped")}
    suite = ElementTree.SubElement(root, "testsuite", {"name": name} | {key: str(n) for key, n in numbers.items()})
    for title, outcome in cases:
        case = ElementTree.SubElement(suite, "testcase", classname=f"um.{name}", name=_for_xml(title))
        if outcome:
            kind, words = outcome[0], _for_xml(outcome[1])
            inner = ElementTree.SubElement(case, kind)
            if kind != "system-out":
                inner.set("message", words.splitlines()[0].removeprefix("found: "))
            if kind in ("failure", "error"):
                inner.set("type", "critical" if kind == "failure" else "could_not_run")
            if kind != "skipped":
                inner.text = words


def _for_xml(words: str) -> str:
    return _NOT_XML.sub("?", words)


def github(check: Check) -> str:
    """For GitHub's logs: an annotation a finding, up to the number that is shown, and all of it in the step's log."""
    by_level: dict[str, list[tuple[str, str]]] = {"error": [], "warning": [], "notice": []}
    level = {"critical": "error", "could_not_run": "error", "warning": "warning", "info": "notice"}
    for result in bad(check):
        words = "\n".join(f"{label}: {words}" for label, words in _told(check, result))
        by_level[level[_heading(result)]].append((f"{_place(result)}: {_says(result)}", words))
    by_level["warning"] += [(f"Changed since the baseline: {one.figure}", one.sentence()) for one in check.drift]
    lines = []
    for name, found_here in by_level.items():
        shown = found_here[: _SHOWN_BY_GITHUB - (len(found_here) > _SHOWN_BY_GITHUB)]
        if len(found_here) > len(shown):
            shown.append((f"{len(found_here) - len(shown)} more", "They stand in this step's log, under 'um check'."))
        lines += [f"::{name} title={_escaped(title, True)}::{_escaped(words)}" for title, words in shown]
    # What is printed between the two marks is never taken for a command, whatever a folder or a payer is called.
    log = ["::group::um check", "::stop-commands::um-check-log", text(check), "::um-check-log::", "::endgroup::"]
    return "\n".join(lines + log)


def _escaped(words: str, in_property: bool = False) -> str:
    for mark, code in (("%", "%25"), ("\r", "%0D"), ("\n", "%0A")):
        words = words.replace(mark, code)
    return words.replace(":", "%3A").replace(",", "%2C") if in_property else words


FORMATS = {"text": text, "json": as_json, "junit": junit, "github": github}
