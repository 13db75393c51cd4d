"""The page's section on other drugs: its counts against the tables that they come from, and what few people hide."""

from typing import Any

import polars as pl
import pytest

from analytics.disclosure import Hidden, Ledger
from analytics.report import therapies
from analytics.report.approvals.counts import Approvals
from analytics.report.approvals.requests import decided_requests
from analytics.report.dosing.administrations import Dosing
from analytics.report.names import Names
from analytics.report.section_therapies import sections
from tests.invented import A, B, invented_study


def counted(study: Any, threshold: int | None, complementary: bool = True) -> tuple[Any, Any]:
    ledger = Ledger(threshold=threshold)
    approvals, dosing = Approvals(study, ledger), Dosing(study, ledger)
    before = therapies.before_requests(study, ledger, approvals.requests, approvals.criteria)
    found = before, therapies.around_doses(study, ledger, dosing)
    ledger.protect(complementary)
    return found


def names() -> Names:
    return Names([{"policy_id": A, "title": "First: a"}, {"policy_id": B, "title": "Second: b"}])


@pytest.fixture(scope="module")
def told() -> tuple[Any, Any]:
    """All counts of the invented study, with nobody too few: a threshold of 1 hides nothing."""
    return counted(invented_study(), 1)


def test_every_decided_request_is_one_of_six_cases(told: tuple[Any, Any]) -> None:
    study = invented_study()
    decided = decided_requests(study)
    frame = study.request_evidence.filter(pl.col("authorization_id").is_in(decided["authorization_id"].implode()))
    before = told[0]
    assert before.ladder.groups["payer"], "there is something to count"
    for policy, drug, payer in before.ladder.groups["payer"]:
        own = frame.filter(policy_id=policy, therapy=drug, payer=payer)
        row = before.row("payer", (policy, drug, payer))
        assert row["n"] == own.height == decided.filter(policy_id=policy, payer=payer).height
        assert sum(row[case] for case in therapies.CASES) == row["n"]
        in_claims = own.filter(on_claims="yes")
        assert row["contradicted"] == in_claims.filter(documented="no").height
        assert row["derived"] == in_claims["documented"].null_count()
        # What claims can't tell is not in claims.
        assert row["not_in_claims"] == own.filter(pl.col("documented") == "yes", pl.col("on_claims") != "yes").height


def test_every_administration_is_one_of_six_cases(told: tuple[Any, Any]) -> None:
    study = invented_study()
    row = told[1].row("policy", (B, "with capecitabine"))
    assert row["n"] == study.administration.filter(policy_id=B).height
    assert sum(row[case] for case in therapies.CASES) == row["n"]


def test_a_column_of_zeros_is_left_out_and_that_of_contradictions_never(told: tuple[Any, Any]) -> None:
    study = invented_study()
    unasked = study.request_evidence.filter(policy_id=A, therapy="anthracycline before")
    study.request_evidence, study.administration_therapy = unasked, study.administration_therapy.head(0)
    (section,) = sections(*counted(study, None), names(), ["pharmacy_claim"])
    (part,) = section.parts
    assert [column.name for column in part.tables[0].columns] == ["who", "n", "contradicted", "derived", "neither"]
    assert [row.values["who"] for row in part.tables[0].rows] == ["anthracycline before", "Alder Health"]
    assert "no pharmacy_claim" in section.lead
    (both,) = sections(*told, names(), [])
    assert [part.id for part in both.parts] == ["therapies-before", "therapies-around"]
    assert "pharmacy_claim" not in both.lead
    assert both.parts[0].tables[0].rows[0].values["who"] == "First: anthracycline before"


def test_where_no_policy_looks_for_drugs_there_is_no_section() -> None:
    study = invented_study()
    study.request_evidence = study.request_evidence.head(0)
    study.administration_therapy = study.administration_therapy.head(0)
    assert sections(*counted(study, None), names(), []) == []


def test_a_small_count_does_not_follow_from_its_row() -> None:
    """Hidden alone, it would be what the row's total lacks."""
    rows: dict[bool, dict[str, Any]] = {}
    for complementary in (False, True):
        before, _ = counted(invented_study(), None, complementary)
        rows[complementary] = before.row("policy", (A, "taxane before"))
    assert rows[False]["contradicted"] is Hidden.SMALL
    hidden = [case for case in therapies.CASES if isinstance(rows[False][case], Hidden)]
    assert hidden == ["contradicted"], "one unknown, which the others tell"
    assert sum(isinstance(rows[True][case], Hidden) for case in therapies.CASES) > 1
    assert rows[True]["n"] == rows[False]["n"]


def test_a_drug_and_a_criterion_count_the_same_answers() -> None:
    """So each table could tell what the other withholds: what tests/attack/therapies.py rests on."""
    ledger, study = Ledger(threshold=None), invented_study()
    criteria = Approvals(study, ledger).criteria
    before = therapies.before_requests(study, ledger, criteria.requests, criteria)
    asked = [one for one in criteria.breakdowns if "I.1.A.i" in one.criteria and one.request_type == "initial"]
    for said, value in (("yes", "met"), ("no", "not_met")):
        whole = before.ladder.key("policy", (B, "capecitabine before"), said)
        cells = [criteria.key(breakdown, "I.1.A.i", value) for breakdown in asked]
        assert ledger.entered(whole).value == sum(ledger.entered(cell).value for cell in cells) > 0
