"""The page's data section: findings in a director's words, the banner, each check with threshold, SQL and advice."""

import re
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from analytics.disclosure import Ledger
from analytics.quality.catalogue import catalogue
from analytics.report import section_quality
from analytics.report.parts import Section
from analytics.report.quality import ORDER, Quality
from tests.invented import invented_study
from tests.invented.people import LIST


def quality_of(**frames: pl.DataFrame) -> Quality:
    study = invented_study()
    ledger = Ledger()
    found: Any = SimpleNamespace(
        **{name: getattr(study, name) for name in ("quality_result", "reconciliation", "reconciliation_reason")}
        | frames
    )
    quality = Quality(found, ledger)
    ledger.protect()
    return quality


def results(*rows: tuple[str, str, str, int, int]) -> pl.DataFrame:
    """Findings as the table has them: id, severity, status, rows tested and failed."""
    known = catalogue()
    listed = [
        {
            **{"table_name": known[name].table, "expectation": name, "column_name": known[name].column},
            **{"severity": severity, "status": status, "n_checked": n_checked, "n_failed": n_failed},
            **{"affects": list(known[name].affects), "threshold": known[name].threshold},
        }
        for name, severity, status, n_checked, n_failed in rows
    ]
    return pl.DataFrame(listed, schema_overrides={"affects": LIST, "column_name": pl.String})


@pytest.fixture(scope="module")
def section() -> Section:
    return section_quality.section(quality_of(), [], {})


def test_the_banner_says_which_measure_is_affected_and_how_much() -> None:
    banner = section_quality.banner(quality_of())
    assert (
        "Dosing",
        "usable with care",
        "6.8% of about 3,100 billed days since July 2023 carry neither JW nor JZ.",
    ) in (banner)


def test_there_is_no_banner_where_nothing_asks_for_care() -> None:
    passed = results(
        ("medical_claim.payer.not_null", "warning", "passed", 500, 0),
        ("authorization.payer.not_null", "warning", "passed", 500, 0),
        ("medical_claim.service_unit_quantity.day_limit", "info", "failed", 500, 100),
    )
    quality = quality_of(quality_result=passed)
    assert section_quality.banner(quality) == []
    assert {verdict["word"] for verdict in section_quality.verdicts(quality)} == {"usable"}


def test_measures_that_share_a_finding_stand_together() -> None:
    shared = results(("authorization.quarantined", "warning", "failed", 2000, 400))
    banner = section_quality.banner(quality_of(quality_result=shared))
    assert banner == [
        ("Dosing, approvals and renewals", "usable with care", "20.0% of about 2,000 requests in scope can't be used.")
    ]


def test_what_is_hidden_neither_ranks_nor_reads_by_its_number() -> None:
    """A finding of few rows says the same sentence, and stands in the same place, whatever their number."""
    told = set()
    for n in (1, 4, 10):
        found = results(
            ("medical_claim.payer.not_null", "warning", "failed", 60, n),
            ("medical_claim.hcpcs_modifier.attested", "warning", "failed", 9026, 407),
            ("medical_claim.claim_id.billed_twice", "warning", "failed", 900 + n, n),
        )
        told.add(tuple(finding.says for finding in quality_of(quality_result=found).findings()))
    assert len(told) == 1
    first, *few = told.pop()
    assert first == "4.5% of about 9,000 billed days since July 2023 carry neither JW nor JZ."
    assert sorted(few) == [
        "Fewer than 11 of about 900 billed days are billed by more than one claim.",
        "Fewer than 11 of the claim lines have no payer.",
    ]


def test_failed_stands_before_warned_before_passed(section: Section) -> None:
    tables = {table.id: table for part in section.parts for table in part.tables if table.id.startswith("t-quality")}
    first = [row.values["called"] for row in tables["t-quality-failed"].rows]
    assert first == sorted(first, key=ORDER.index) and first[0] == "could not run"
    assert next(iter(tables)) == "t-quality-failed" and list(tables)[-1].startswith("t-quality-not-applicable")
    assert not tables["t-quality-failed"].long and all(table.long for table in list(tables.values())[1:])


def test_every_check_opens_to_threshold_denominator_sql_and_advice(section: Section) -> None:
    rows = [row for part in section.parts for table in part.tables for row in table.rows if "n_checked" in row.values]
    assert len(rows) == 9
    for row in rows:
        assert row.more is not None
        lines = dict(row.more.lines)
        expectation = catalogue()[lines["Check"]]
        assert {"Allowed", "Counted", "What to do"} <= set(lines)
        assert lines["What to do"] == expectation.advice
        assert ("select" in row.more.code) == bool(expectation.value)


def test_ids_stand_in_the_data_section_alone(section: Section) -> None:
    quality = quality_of()
    above = [words for line in section_quality.banner(quality) for words in line]
    above += [words for verdict in section_quality.verdicts(quality) for words in verdict.values()]
    assert not any(re.search(r"\w\.\w+\.\w", words) or "_" in words for words in above)


def test_drift_is_told_without_numbers() -> None:
    drift = [
        {"figure": "medical_claim", "kind": "rows", "before": 40.0, "now": 20.0, "allowed": 0.2},
        {"figure": "authorization.decision=denied", "kind": "share", "before": 0.1, "now": 0.3, "allowed": 0.05},
    ]
    parts = {part.id: part for part in section_quality.section(quality_of(), [], {"drift": drift}).parts}
    rows = [(row.values["figure"], row.values["change"]) for row in parts["data-drift"].tables[0].rows]
    assert rows == [
        ("Rows of medical_claim", "fell by more than 20%"),
        ("Share of rows with authorization.decision = denied", "rose by more than 5 points"),
    ]
    none = {part.id: part for part in section_quality.section(quality_of(), [], {"drift": []}).parts}
    assert "No figure" in none["data-drift"].text[0]
    assert "data-drift" not in {part.id for part in section_quality.section(quality_of(), [], {"drift": None}).parts}
