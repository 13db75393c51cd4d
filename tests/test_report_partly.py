"""Criteria that only some of a tree's requests must meet: they stand on the page, and give nobody away."""

from typing import Any

import polars as pl
import pytest

from analytics import report
from analytics.disclosure import Hidden, Ledger
from analytics.report.approvals.counts import Approvals
from tests.attack.approvals import attack_approvals
from tests.attack.base import tables
from tests.invented import B, invented_study
from tests.invented.indications import with_indications


@pytest.fixture(scope="module")
def study() -> Any:
    return with_indications(invented_study())


def counts(study: Any, threshold: int | None) -> Approvals:
    ledger = Ledger(threshold)
    found = Approvals(study, ledger)
    ledger.protect()
    return found


def test_every_criterion_that_must_be_met_is_counted_over_those_who_must_meet_it(study: Any) -> None:
    criteria = counts(study, 1).criteria
    decided = study.request.filter(pl.col("decision").is_in(["approved", "denied"])).drop("reviewed")
    results = study.criterion_result.join(decided, on="authorization_id")
    assert {tuple(b.partly) for b in criteria.breakdowns} == {
        ("1.A", "1.C"),
        ("1.C",),
        ("I.1.A.disease",),
        ("I.1.A.disease", "L.2"),
    }
    for breakdown in criteria.breakdowns:
        own = results.filter(
            (pl.col("policy_id") == breakdown.policy)
            & pl.col("policy_version").is_in(breakdown.versions)
            & (pl.col("request_type") == breakdown.request_type)
        )
        for row in criteria.partly(breakdown):
            of_it = own.filter(pl.col("criterion_id") == row["criterion_id"])
            assert row["asked"] == of_it.height < criteria.decided(breakdown)["n"]
            assert row["met"] == of_it.filter(pl.col("reviewed") == "met").height
            assert row["not_met"] == of_it.filter(pl.col("reviewed") == "not_met").height
        told = {*breakdown.criteria, *breakdown.partly, *breakdown.untold}
        faced = own["criterion_id"].unique()
        labels = criteria.outlines[breakdown.trees[0]]
        assert {name for name in faced if labels.get(name, {}).get("is_conjunct")} <= told


def test_the_page_says_where_they_stand_and_which_are_not_counted(study: Any) -> None:
    page = tables(report.render(study))
    partly = {ident: [row["row"].split(" ")[0] for row in page[ident]] for ident in page if "t-partly-" in ident}
    assert ["1.C"] in partly.values() and any("L.2" in names for names in partly.values())
    for ident in partly:
        assert ident.replace("t-partly-", "t-criteria-") in page
    assert "stands in a second table: they need that for an approval as well." in page.text
    assert "Some must meet these too, but no number is shown, lest one of few people could be told: 1.A." in page.text


def test_nothing_is_said_of_what_few_must_meet(study: Any) -> None:
    criteria = counts(study, None).criteria
    rows = [row for b in criteria.breakdowns for row in criteria.partly(b) if isinstance(row["asked"], Hidden)]
    assert {row["criterion_id"] for row in rows} == {"1.A"}
    assert all((row["met"], row["rest"], row["not_met"]) == ("", "", "") for row in rows)


def test_nothing_small_can_be_worked_out_of_them(study: Any) -> None:
    assert attack_approvals(tables(report.render(study)), study).leaks() == []


def test_the_attacker_wins_without_complementary_suppression(study: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    protect = Ledger.protect
    monkeypatch.setattr(Ledger, "protect", lambda ledger: protect(ledger, complementary=False))
    leaks = attack_approvals(tables(report.render(study)), study).leaks()
    assert any("asked" in str(cell) or "1.C" in str(cell) or "L.2" in str(cell) for cell, _, _ in leaks)


def test_a_criterion_of_one_version_that_is_one_of_several_ways_in_another_is_named_alone(study: Any) -> None:
    changed = study.approval_by_criterion.with_columns(
        is_conjunct=pl.col("is_conjunct") & ~((pl.col("criterion_id") == "L.1") & (pl.col("policy_version") > "2020"))
    )
    other = with_indications(invented_study())
    other.approval_by_criterion = changed
    found = next(b for b in counts(other, 1).criteria.breakdowns if b.policy == B and len(b.versions) > 1)
    assert found.untold == ("L.1",) and "L.1" not in found.told


def test_versions_with_roots_of_their_own_are_told_apart() -> None:
    study, later = invented_study(), "2024-02-16"
    new = study.request.filter(pl.col("policy_version") == later)["authorization_id"]
    is_root, renamed = pl.col("criterion_id") == "I", pl.lit("I.new")
    study.criterion_result = study.criterion_result.with_columns(
        criterion_id=pl.when(is_root & pl.col("authorization_id").is_in(new.implode()))
        .then(renamed)
        .otherwise("criterion_id")
    )
    study.approval_by_criterion = study.approval_by_criterion.with_columns(
        criterion_id=pl.when(is_root & (pl.col("policy_version") == later)).then(renamed).otherwise("criterion_id")
    )
    found = [b for b in counts(study, 1).criteria.breakdowns if b.policy == B and b.request_type == "renewal"]
    assert {(b.versions, b.root) for b in found} == {(("2019-07-15",), "I"), ((later,), "I.new")}
