"""The forms of a check in the shape that their readers parse: JUnit for Jenkins and GitLab, commands for GitHub."""

import json
import re
from datetime import date
from xml.etree import ElementTree

import pytest

from analytics.check_formats import FORMATS
from analytics.checking import Check
from analytics.drift import Drift
from analytics.quality import QualityResult, verdict
from analytics.quality.catalogue import catalogue
from analytics.quality.expectation import Expectation, Status

CRITICAL = "authorization.decided_at.type"
LOST = "medical_claim.billing_npi.populated"
WARNED = "medical_claim.hcpcs_modifier.attested"


def result(expectation: Expectation, status: Status, n_failed: int = 0) -> QualityResult:
    return QualityResult(
        expectation.table,
        expectation.id,
        expectation.column,
        expectation.severity,
        status,
        0 if status in ("could_not_run", "not_applicable") else 100,
        n_failed,
        expectation.affects,
        expectation.threshold,
        "MetricError" if status == "could_not_run" else "",
    )


@pytest.fixture(scope="module")
def check() -> Check:
    """Everything at once: a failure, a check that broke off, all other warnings broken, names that hold marks."""
    results = []
    for name, expectation in catalogue().items():
        if name == CRITICAL:
            results.append(result(expectation, "failed", 100))
        elif name == LOST:
            results.append(result(expectation, "could_not_run"))
        elif name == "observation.rows_read":
            results.append(result(expectation, "not_applicable"))
        elif expectation.limit == "share" and expectation.severity == "warning" and expectation.value:
            results.append(result(expectation, "failed", 100 if name == WARNED else 2))
        else:
            results.append(result(expectation, "passed"))
    drift = [Drift("medical_claim.payer=A & B: <50%>, \x01\n::error::no", "share", 0.1, 0.4, 0.05)]
    months = [{"month": "2025-12-01", "share_paid": 0.4471}]
    return Check("folder, with %\n::error title=x::y", date(2025, 12, 31), results, verdict(results), drift, months)


# What Jenkins' schema lets stand where: attributes (those with * must be there) and elements inside.
SHAPE: dict[str, tuple[str, set[str]]] = {
    "testsuites": ("name time tests failures errors skipped disabled", {"testsuite"}),
    "testsuite": ("*name *tests failures errors time skipped", {"testcase"}),
    "testcase": ("*classname *name time", {"skipped", "error", "failure", "system-out"}),
    "skipped": ("message", set()),
    "failure": ("message type", set()),
    "error": ("message type", set()),
    "system-out": ("", set()),
}


def test_junit_has_the_shape_of_its_schema(check: Check) -> None:
    root = ElementTree.fromstring(FORMATS["junit"](check))
    assert root.tag == "testsuites"
    for element in root.iter():
        words, inside = SHAPE[element.tag]
        names = words.replace("*", "").split()
        assert set(element.attrib) <= set(names), element.attrib
        assert {word[1:] for word in words.split() if word.startswith("*")} <= set(element.attrib)
        assert {child.tag for child in element} <= inside
    for name, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        for suite in (root, *root.findall("testsuite")):
            assert int(suite.attrib[name]) == len(list(suite.iter(tag))), (suite.attrib, name)


def test_junit_says_what_failed_where_each_reader_looks(check: Check) -> None:
    """Jenkins shows the message; GitLab the text alone, and a case by its classname and name."""
    root = ElementTree.fromstring(FORMATS["junit"](check))
    cases = {(case.attrib["classname"], case.attrib["name"]): case for case in root.iter("testcase")}
    assert len(cases) == len(list(root.iter("testcase"))) == len(check.results) + 1
    failed = cases["um.authorization", CRITICAL].find("failure")
    assert failed is not None and failed.text is not None
    assert failed.attrib["message"].startswith("100 of 100 requests have a decision date that can't be read")
    for word in ("found: ", "why: ", "do: ", "see: um rows "):
        assert word in failed.text
    assert len(list(root.iter("failure"))) == len(list(root.iter("error"))) == 1
    warned = cases["um.medical_claim", WARNED]
    assert [child.tag for child in warned] == ["system-out"]
    assert "carry neither JW nor JZ" in str(warned[0].text)
    assert cases["um.observation", "observation.rows_read"][0].tag == "skipped"


def commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """What GitHub's runner takes for commands: lines that begin with ::, until it is told to stop."""
    found, silent = [], None
    for line in text.splitlines():
        bare = line.lstrip()
        if silent:
            silent = None if bare == f"::{silent}::" else silent
            continue
        match = re.fullmatch(r"::([a-z-]+)(?: ([^:]*))?::(.*)", bare)
        if match is None:
            continue
        if match[1] == "stop-commands":
            silent = match[3]
            continue
        given = dict(pair.split("=", 1) for pair in (match[2] or "").split(",") if pair)
        found.append((match[1], {name: plain(value, True) for name, value in given.items()}, plain(match[3])))
    assert silent is None
    return found


def plain(words: str, in_property: bool = False) -> str:
    marks = [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")]
    for code, mark in marks if in_property else [pair for pair in marks if pair[0] not in ("%3A", "%2C")]:
        words = words.replace(code, mark)
    return words


def test_github_takes_our_commands_and_no_other(check: Check) -> None:
    found = commands(FORMATS["github"](check))
    assert {name for name, _, _ in found} == {"error", "warning", "group", "endgroup"}
    titles = [given["title"] for name, given, _ in found if name == "error"]
    assert [title.split(":")[0] for title in titles] == ["authorization.decided_at", "medical_claim.billing_npi"]
    message = next(message for name, given, message in found if given.get("title", "").startswith("authorization.dec"))
    assert message.startswith("found: 100 of 100 requests") and "\ndo: " in message


def test_github_drops_no_annotation_without_a_word(check: Check) -> None:
    """It shows ten of a level for a step: the tenth says how many more there are, and all stand in the log."""
    text = FORMATS["github"](check)
    warnings = [given["title"] for name, given, _ in commands(text) if name == "warning"]
    assert len(warnings) == 10
    many = sum(one.status == "failed" and one.severity == "warning" for one in check.results) + len(check.drift)
    assert warnings[-1] == f"{many - 9} more"
    assert text.count("    found  ") == many + 1
    few = Check(check.data, check.as_of, check.results[:3], check.verdict, [], [])
    assert not [name for name, _, _ in commands(FORMATS["github"](few)) if name == "warning"]


def test_text_puts_what_fails_first_and_the_gravest_of_it(check: Check) -> None:
    lines = FORMATS["text"](check).splitlines()
    headings = [line for line in lines if re.fullmatch(r"[A-Z].* \(\d+\)", line)]
    assert [heading.rsplit(" ", 1)[0] for heading in headings] == [
        "These fail the gate",
        "These could not be tested",
        "These ask for care",
        "Changed since the baseline",
    ]
    warned = lines.index(headings[2])
    assert lines[warned + 2].startswith("  medical_claim.hcpcs_modifier: Since 2023-07-01")


def test_every_finding_tells_what_to_do_next(check: Check) -> None:
    text = FORMATS["text"](check)
    assert text.count("    found  ") == text.count("    why    ") == text.count("    do     ") - 2
    for row in json.loads(FORMATS["json"](check))["results"]:
        assert row["advice"] and row["found"].endswith((".", ")."))


def test_a_check_that_cannot_run_never_passes(check: Check) -> None:
    """In no form: neither a passed case, nor silence, nor a verdict of usable."""
    lost = [result(expectation, "could_not_run") for expectation in catalogue().values()]
    nothing = Check("data", check.as_of, lost, verdict(lost), [], [])
    assert nothing.verdict.failed and {word for word, _ in nothing.verdict.by_measure.values()} == {"unusable"}
    root = ElementTree.fromstring(FORMATS["junit"](nothing))
    assert root.attrib["errors"] == root.attrib["tests"] == str(len(lost))
    assert "the gate FAILED" in FORMATS["text"](nothing)
    assert len([name for name, _, _ in commands(FORMATS["github"](nothing)) if name == "error"]) == 10
    assert json.loads(FORMATS["json"](nothing))["failed"] is True
