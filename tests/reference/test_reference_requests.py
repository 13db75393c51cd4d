"""Worked examples of the second implementation, computed by hand: criteria, resistance and renewals."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.reference.examples import PLAN_A, PLAN_B, approval, claim, reasons, request, run, size
from tests.reference.facts import add_months, full_years
from tests.reference.schema import Raw


def test_months_are_clipped_and_birthdays_count_from_the_day() -> None:
    assert add_months(date(2023, 8, 31), 6) == date(2024, 2, 29)
    assert add_months(date(2023, 10, 31), 4) == date(2024, 2, 29)
    assert full_years(date(2006, 3, 2), date(2024, 3, 1)) == 17
    assert full_years(date(2006, 3, 1), date(2024, 3, 1)) == 18


def criterion(id: str, documented: dict[str, str], claims: list[Raw] | None = None, **more: Any) -> str:
    """What the documented facts say of one criterion of a request of policy B received on 2024-06-01."""
    asked = request("R1", payer=PLAN_B, received_at="2024-06-01", **more)
    answers: list[Raw] = [
        {"authorization_id": "R1", "question": question, "answer": answer} for question, answer in documented.items()
    ]
    result = run(claims or [], [asked], clinical_answer=answers)
    values = {row["criterion_id"]: row["evaluated"] for row in result.tables["criterion_result"]}
    return str(values[id])


@pytest.mark.parametrize(
    ("documented", "value"),
    [
        ({"last_dose_on": "2023-08-31", "progressed_on": "2023-08-30"}, "met"),  # on therapy
        ({"last_dose_on": "2023-08-31", "progressed_on": "2024-02-29", "setting": "Adjuvant"}, "met"),
        ({"last_dose_on": "2023-08-31", "progressed_on": "2024-03-01", "setting": "adjuvant"}, "not_met"),
        ({"last_dose_on": "2023-08-31", "progressed_on": "2023-12-01", "setting": "metastatic"}, "not_met"),
        ({"last_dose_on": "2023-08-31", "progressed_on": "2023-11-30"}, "met"),  # both settings agree
        ({"last_dose_on": "2023-08-31", "progressed_on": "2023-12-01"}, "unknown"),
        (
            {"progressed_on": "2024-01-10", "setting": "metastatic"},
            "met",
        ),  # last billed 2023-10-10
        ({"progressed_on": "2024-01-11", "setting": "metastatic"}, "not_met"),
        ({"progressed_on": "2024-01-10", "setting": "metastatic", "resistant": "no"}, "not_met"),
        ({"last_dose_on": "2023-08-31"}, "unknown"),
    ],
)
def test_resistance(documented: dict[str, str], value: str) -> None:
    claims = [
        claim("2023-10-10", 2, payer="Birch Plan", hcpcs_code="J9000"),
        claim("2023-12-10", 2, payer="Birch Plan", hcpcs_code="J9000", claim_status="DENIED"),
        claim("2024-02-10", 2, payer="Birch Plan", hcpcs_code="J9000"),
    ]
    voided = claim("2024-01-05", 2, hcpcs_code="Q2050")
    void = claim("2024-01-06", 1, claim_frequency_code="8", original_claim_id=voided["claim_id"])
    claims += [voided, void]
    answers = {f"anthracycline_{word}": answer for word, answer in documented.items()}
    assert criterion("I.1.A.ii.anthracycline", answers, claims) == value


def test_answers_imply_and_contradict() -> None:
    assert criterion("L.3", {"single_agent": "yes"}) == "met"
    assert criterion("L.3", {"ast_uln": "2.5", "alt_uln": "1", "bilirubin_uln": "1.01"}) == "unknown"
    with_it = {"combination_with_capecitabine": "yes", "ast_uln": "2.5", "alt_uln": "1", "bilirubin_uln": "1"}
    assert criterion("L.3", with_it) == "met"
    assert criterion("L.3", {**with_it, "bilirubin_uln": "1.01"}) == "not_met"
    assert criterion("I.1.A.disease", {"recurrent": "no", "METASTATIC": "maybe"}) == "unknown"
    assert criterion("L.1", {}) == "met" and criterion("L.1", {"adjuvant_use": "maybe"}) == "unknown"
    assert criterion("I.1.A.dx_code", {}, diagnosis_code="C50.A1") == "not_met"


def test_labs_of_the_last_30_days_stand_over_answers() -> None:
    def said(day: str, result: str, high: str | None = "40") -> str:
        lab = {**size(result, day, "1920-8"), "source_reference_range_high": high}
        asked = request("R1", payer=PLAN_B, received_at="2024-06-30")
        documented = {
            "combination_with_capecitabine": "yes",
            "ast_uln": "1",
            "alt_uln": "1",
            "bilirubin_uln": "1",
        }
        answers: list[Raw] = [
            {"authorization_id": "R1", "question": question, "answer": answer}
            for question, answer in documented.items()
        ]
        rows = run([], [asked], clinical_answer=answers, observation=[lab]).tables["criterion_result"]
        return str({row["criterion_id"]: row["evaluated"] for row in rows}["L.3"])

    assert said("2024-06-01", "100") == "met" and said("2024-06-01", "101") == "not_met"
    assert said("2024-05-31", "101") == "met" and said("2024-06-30", "101", None) == "met"


def test_versions_and_lengths() -> None:
    decided = {"payer": PLAN_B, "received_at": "2024-02-01"}
    rows = [
        approval("R1", "2024-02-15", "2024-08-14", **decided),
        approval("R2", "2024-02-16", "2024-08-16", **decided),
        approval("R3", "2024-02-29", "2025-02-27"),
        {**request("R4", decided_at="2024-02-20"), **decided},
    ]
    found = [(row["policy_version"], row["approved_too_long"]) for row in run([], rows).tables["request"]]
    assert found == [("2019-07-15", False), ("2024-02-16", True), ("2023-12-20", False), ("2019-07-15", None)]


def test_a_record_stands_over_its_children_and_is_held_against_the_decision() -> None:
    recorded = {"1.indication": "met", "1.A": "MET", "1.B": "met", "1.B.ii": "not_met"}
    ids = {
        "R1": {"1.C": "not_met"},
        "R2": {"1.C": "met"},
        "R3": {},
        "R4": {"1.C": "not_met", "1.A": "not_met"},
    }
    reviews: list[Raw] = [
        {"authorization_id": id, "criterion_id": node, "determination": word}
        for id, more in ids.items()
        for node, word in {**recorded, **more}.items()
    ]
    reviews.append({"authorization_id": "R3", "criterion_id": "1", "determination": "met"})
    asked = [request(id, decision="denied") for id in ids]
    result = run([], asked, criterion_review=reviews)
    rows = result.tables["request"]
    held = ["consistent", "denied_all_met", "denied_undocumented", "consistent"]
    assert [row["consistency"] for row in rows] == held
    assert rows[3]["unmet_conjuncts"] == ["1.A", "1.C"] and reasons(result) == {"unknown_criterion": 1}
    by_id = {row["criterion_id"]: row for row in result.tables["approval_by_criterion"]}
    assert (by_id["1.C"]["n_denied_any"], by_id["1.C"]["n_denied_sole"]) == (2, 1)
    assert by_id["1.C"]["denied_fractional"] == 1.5
    assert by_id["1.B.ii"]["n_not_met"] == 4 and by_id["1.B.ii"]["n_denied_any"] is None


@pytest.mark.parametrize(
    ("followed", "outcome", "gap"),
    [
        (approval("R2", "2024-04-01", "2024-06-30", request_type="renewal"), "renewed_on_time", 0),
        (approval("R2", "2024-04-11", "2024-06-30", request_type="renewal"), "renewed_late", 10),
        (
            approval("R2", "2024-03-30", "2024-06-30", request_type="renewal", prior_authorization_id="R2"),
            "renewed_on_time",
            -2,
        ),
        (approval("R2", "2024-05-30", "2024-06-30"), "reauthorized", 59),
        (approval("R2", "2024-05-31", "2024-06-30"), "lapsed", None),
        (request("R2", request_type="renewal", received_at="2024-05-30"), "pending", None),
        (request("R2", request_type="renewal", received_at="2024-05-31"), "lapsed", None),
        (
            request("R2", request_type="renewal", prior_authorization_id="R1", decision="denied"),
            "denied",
            None,
        ),
    ],
)
def test_renewals(followed: Raw, outcome: str, gap: int | None) -> None:
    subject = approval("R1", "2024-01-01", "2024-03-31", prior_authorization_id="R1")
    far = request("R9", person_id="P2", received_at="2024-12-31")
    claims = [
        claim("2024-02-19", 60),
        claim("2024-03-20", 60),
        claim("2024-04-05", 60),
        claim("2024-12-31", 6),
    ]
    row = run(claims, [subject, followed, far], eligibility=[]).tables["renewal"][0]
    assert (row["outcome"], row["gap_days"]) == (outcome, gap)
    assert row["on_therapy"] is True


def test_doses_between_approvals() -> None:
    rows = [
        approval("R1", "2024-01-01", "2024-03-31"),
        approval("R2", "2024-02-01", "2024-03-31"),  # ends no later, so it is not the next
        approval("R3", "2024-05-01", "2024-05-31"),
    ]
    claims = [claim(day, 60) for day in ("2024-03-31", "2024-04-01", "2024-04-30", "2024-05-01", "2024-06-15")]
    result = run(claims, rows)
    assert [row["doses_uncovered"] for row in result.tables["renewal"]] == [2, 2, 1]
    assert [row["units_used"] for row in result.tables["authorization_use"]] == [0, 60, 60]


@pytest.mark.parametrize(
    ("death", "end", "as_of", "outcome"),
    [
        ("2024-05-30", None, "2024-12-31", "deceased"),
        ("2024-05-31", "2024-05-30", "2024-12-31", "disenrolled"),
        (None, "2024-05-29", "2024-05-29", "not_due"),  # the enrollment may yet go on
        (None, None, "2024-05-30", "stopped"),
        (None, "2024-05-31", "2024-12-31", "stopped"),
    ],
)
def test_what_ends_without_a_request(death: str | None, end: str | None, as_of: str, outcome: str) -> None:
    enrolled: Raw = {"person_id": "P1", "payer": PLAN_A, "enrollment_start_date": "2023-01-01"}
    spell = {**enrolled, "enrollment_end_date": end, "death_date": death}
    far = [request("R9", person_id="P2", received_at=as_of)]
    claims = [claim("2024-02-18", 60), claim(as_of, 60, person_id="P2")]  # 42 days before the end
    subject = approval("R1", "2024-01-01", "2024-03-31")
    result = run(claims, [subject, *far], eligibility=[spell])
    row = result.tables["renewal"][0]
    assert (row["outcome"], row["on_therapy"]) == (outcome, False)
    without = run(claims, [subject, *far]).tables["renewal"][0]
    assert without["outcome"] is None
