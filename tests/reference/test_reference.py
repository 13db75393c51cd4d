"""Worked examples of the second implementation, computed by hand at the rules' boundaries: lines, doses."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from random import Random

import pytest

from tests.reference import words
from tests.reference.examples import PLAN_A, PLAN_B, approval, claim, given, reasons, request, run, size
from tests.reference.extracts import WANTED, coverage, random_case
from tests.reference.numbers import kappa, median, wilson
from tests.reference.schema import Raw
from tests.reference.twin import compute

WEIGHT = size("70", loinc="29463-7")


def test_values_are_read_strictly() -> None:
    assert words.instant("2024-01-05T23:30-05:00") == datetime(2024, 1, 6, 4, 30)
    assert words.instant("2024-01-05 00:30:00.5+05:30") == datetime(2024, 1, 4, 19, 0, 0, 500000)
    assert words.instant("2024-01-05 10:00 Z") is None
    assert words.day("2024-1-5") is None and words.day("2023-02-29") is None
    assert words.ndc("70020-1910-1") == "70020191001" and words.ndc("0004-1101-50") == "00004110150"
    assert words.number("NaN") is None and words.diagnosis(" c50.911 ") == "C50911"


def test_statistics() -> None:
    assert wilson(9, 10) == pytest.approx((0.5958, 0.9821), abs=5e-5)
    assert wilson(0, 0) == (None, None) and wilson(0, 10)[0] == 0
    assert kappa(20, 5, 10, 15) == pytest.approx(0.4) and kappa(5, 0, 0, 0) is None
    assert median([4, 1, 2, 3]) == 2.5


def test_rows_outside_the_policies_are_only_counted() -> None:
    rows = [
        claim("2024-03-01", 80),
        claim("2024-03-01", 1, hcpcs_code=None, payer=None),
        claim("2024-03-01", 2, payer="Birch Plan"),
        claim("2024-03-01", 3, payer=None),
        claim("2024-03-01", 0),
        claim("2024-03-02", 5),
    ]
    assert reasons(run(rows, as_of=date(2024, 3, 1))) == {
        "other_drug": 1,
        "no_policy": 1,
        "missing_payer": 1,
        "zero_units": 1,
        "after_as_of": 1,
    }
    with pytest.raises(ValueError, match="in scope"):
        run([claim("2024-03-01", 2, payer="Birch Plan")])


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"received_at": "soon", "decision": "modified"}, "unreadable_received_at"),
        ({"appeal_decision": "overturned", "decision": "approved"}, "appeal_without_denial"),
        ({"appeal_decision": "overturned", "decision": "denied"}, "approved_without_dates"),
        (
            {"appeal_decision": "overturned", "decision": "denied", "approved_to": "2024-1-5"},
            "unreadable_approved_to",
        ),
        ({"received_at": "2024-06-30T22:00-05:00"}, "after_as_of"),
    ],
)
def test_requests_that_cannot_be_used(more: Raw, reason: str) -> None:
    result = run([claim("2024-07-01", 80)], [request("R1"), {**request("R2"), **more}], date(2024, 6, 30))
    assert {row["reason"] for row in result.tables["reconciliation_reason"]} == {reason, "after_as_of"}
    assert (result.claims_through, result.authorizations_through) == (None, date(2024, 1, 2))
    assert result.horizon == date(2024, 1, 2)


def test_conflicting_requests_take_their_answers_along() -> None:
    rows = [request("R1"), request("R1"), request("R2"), request("R2", priority="expedited")]
    ids = ("R1", "R2")
    answers: list[Raw] = [{"authorization_id": id, "question": "Metastatic", "answer": "y"} for id in ids]
    result = run([], rows, clinical_answer=answers)
    assert reasons(result) == {"duplicate_row": 1, "conflicting_rows": 2, "unknown_authorization": 1}
    assert [row["authorization_id"] for row in result.tables["request"]] == ["R1"]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"claim_frequency_code": "8"}, {"voided": 1, "void_record": 1}),
        ({"claim_frequency_code": "7"}, {"replaced": 1}),
        ({"claim_frequency_code": "7", "hcpcs_code": "J1100"}, {"replaced": 1, "other_drug": 1}),
        ({"claim_frequency_code": "8", "data_source": "east"}, {"void_record": 1}),
        ({"claim_frequency_code": "8", "claim_id": None}, {"missing_claim_id": 1}),
        ({"claim_frequency_code": "7", "claim_id": "2024-03-01/80", "claim_line_number": "2"}, {}),
    ],
)
def test_voids_and_replacements(more: Raw, expected: dict[str, int]) -> None:
    first = claim("2024-03-01", 80)
    second = {**claim("2024-03-01", 70, original_claim_id=first["claim_id"]), **more}
    assert reasons(run([first, second])) == expected


@pytest.mark.parametrize(
    ("lines", "units", "expected"),
    [
        ([(80, None), (-80, None)], None, {"reversed": 2}),
        ([(80, None), (-10, "JZ")], 70, {}),
        ([(80, None), (-81, None)], None, {"negative_net": 2}),
        ([(80, "JZ"), (-10, "JW")], 80, {"negative_net": 1}),
        ([(80, None), (70, None)], None, {"conflicting_lines": 2}),
        ([(80, None), (-10, None), (5, "JW")], None, {"conflicting_lines": 3}),
    ],
)
def test_netting(lines: list[tuple[int, str | None]], units: int | None, expected: dict[str, int]) -> None:
    rows = [claim("2024-03-01", n, claim_id="c", hcpcs_modifier_4=modifier) for n, modifier in lines]
    result = run([*rows, claim("2024-02-01", 1)])
    assert reasons(result) == expected
    if units is not None:
        assert given(result)["billed_units"] == units and given(result)["waste_attested"]


def test_flags() -> None:
    lines = [
        claim("2024-03-01", 5, hcpcs_modifier_1="JZ"),
        claim("2024-03-01", 4),
        claim("2024-03-01", 15, hcpcs_modifier_5="JW"),
        claim("2024-04-01", 3, hcpcs_modifier_2="jw"),
    ]
    result = run(lines)
    assert given(result, 0)["flags"] == [
        "avoidable_waste",
        "jw_and_jz",
        "possible_duplicate",
        "possible_unit_error",
    ]
    assert given(result, 1)["flags"] == ["jw_without_partner"]


@pytest.mark.parametrize(
    ("observations", "payer", "bsa", "source"),
    [
        ([size("1.805")], PLAN_A, 1.81, "observation"),
        ([size("1.8049")], PLAN_A, 1.8, "observation"),
        ([size("2.3")], PLAN_A, 2.3, "observation"),
        ([size("2.3")], PLAN_B, 2.2, "observation"),
        ([size("1.7", "2023-12-03"), size("1.6", "2023-12-03")], PLAN_A, 1.7, "observation"),  # day 90
        ([size("1.7", "2023-12-02")], PLAN_A, 1.9, "authorization"),  # one day too old
        ([size("1.7", loinc="8302-2", units="m"), WEIGHT], PLAN_A, 1.82, "height_weight"),  # root of 3.3056
        ([size("1.7", loinc="8302-2", units="kg"), WEIGHT], PLAN_A, 1.9, "authorization"),
    ],
)
def test_body_surface(observations: list[Raw], payer: str, bsa: float, source: str) -> None:
    cover = approval("R1", "2024-01-01", "2024-06-30", payer=payer, bsa_m2="1.9")
    row = given(run([claim("2024-03-01", 30, payer)], [cover], observation=observations))
    assert (row["bsa_m2"], row["bsa_source"]) == (bsa, source)


@pytest.mark.parametrize(
    ("bsa", "units", "modifier", "status", "excess"),
    [
        ("1.5", 60, None, "within", 0),  # 40 x 1.5 = 60 exactly, also four vials of 15
        ("1.5", 61, None, "exceeds", 1),
        ("1.51", 61, None, "within", 0),  # 60.4, rounded up
        ("1.51", 75, None, "indeterminate", 0),  # five vials of 15 hold 60.4
        ("1.51", 75, "JZ", "exceeds", 14),
        ("1.51", 76, None, "exceeds", 15),
        (None, 48, None, "within", 0),  # 40 x 1.2
        (None, 49, None, "indeterminate", 0),
        (None, 109, "JZ", "indeterminate", 0),  # 40 x 2.71 = 108.4
        (None, 110, "JZ", "exceeds", 1),
        (None, 120, None, "indeterminate", 0),  # eight vials of 15 hold 108.4
        (None, 121, None, "exceeds", 12),
    ],
)
def test_one_dose(bsa: str | None, units: int, modifier: str | None, status: str, excess: int) -> None:
    cover = approval("R1", "2024-01-01", "2024-06-30", bsa_m2=bsa, regimen="Q3W")
    row = given(run([claim("2024-03-01", units, hcpcs_modifier_3=modifier)], [cover]))
    assert (row["status"], row["excess_units"]) == (status, excess)
    assert row["breach_kind"] == ("over_dose" if status == "exceeds" else None)


@pytest.mark.parametrize(
    ("day", "status", "breach"),
    [
        ("2024-03-22", "within", None),  # 21 days later
        ("2024-03-21", "exceeds", "early"),
        ("2024-03-19", "exceeds", "early"),  # 18 days later: a window of 18 days just leaves it out
        ("2024-03-18", "exceeds", "extra"),
    ],
)
def test_rolling_windows(day: str, status: str, breach: str | None) -> None:
    cover = approval("R1", "2024-01-01", "2024-06-30", bsa_m2="1.5", regimen="q3w")
    row = given(run([claim("2024-03-01", 60), claim(day, 50, allowed_amount="10.05")], [cover]))
    assert (row["status"], row["breach_kind"]) == (status, breach)
    assert row["excess_units"] == (50 if breach else 0)
    assert row["excess_allowed_amount"] == (Decimal("10.05") if breach else 0)


def test_any_regimen_will_do_and_an_exception_is_told_apart() -> None:
    claims = [
        claim("2024-03-01", 60),
        claim("2024-03-08", 24),
        claim("2024-03-15", 24),
        claim("2024-03-22", 24),
    ]
    covers = [
        approval("R1", "2024-01-01", "2024-03-21", bsa_m2="1.5"),
        approval("R2", "2024-03-22", "2024-06-30", bsa_m2="1.5", exception_approved="T"),
    ]
    rows = run(claims, covers).tables["administration"]
    assert [row["status"] for row in rows] == ["within", "within", "within", "exception"]
    # The fourth within 28 days, and the third within 21: either way all of its units are too many.
    assert rows[3]["exceeded_limits"] == ["q3w.frequency", "weekly.frequency"]
    assert rows[3]["excess_units"] == 24 and rows[3]["breach_kind"] == "extra"


def test_units_limit_counts_waste_and_every_payer_of_the_policy() -> None:
    lines = [
        claim("2024-03-01", 60, PLAN_B),
        claim("2024-03-15", 30, "ConnectiCare"),
        claim("2024-03-22", 61, PLAN_B),
        claim("2024-05-01", 80, PLAN_B),
        claim("2024-05-01", 11, PLAN_B, hcpcs_modifier_1="JW"),
    ]
    rows = run(lines, observation=[size("2.2", "2024-03-01")]).tables["administration"]
    days = {row["administered_on"]: row for row in rows}
    march, late_march, may = (days[day] for day in sorted(days)[1:])
    assert (march["status"], march["advisories"]) == ("within", ["q3w.frequency"])
    assert (late_march["breach_kind"], late_march["excess_units"]) == (
        "extra",
        1,
    )  # 30 + 61
    assert (may["breach_kind"], may["excess_units"]) == ("over_units", 1)
    assert march["window_truncated"] is True and late_march["window_truncated"] is False


def test_sensitivity() -> None:
    cover = approval("R1", "2024-01-01", "2024-06-30", bsa_m2="1.5", regimen="q3w")
    claims = [claim("2024-03-01", 63, hcpcs_modifier_1="JZ"), claim("2024-03-20", 60)]
    rows = run(claims, [cover]).tables["dosing_sensitivity"]
    within = {(row["grace_days"], row["dose_tolerance_percent"]): row["n_within"] for row in rows}
    assert within[(0, 0)] == 0 and within[(0, 5)] == 1 and within[(1, 0)] == 0
    assert within[(2, 0)] == 1 and within[(2, 5)] == 2  # 19 days later


def test_random_extracts_reach_everything() -> None:
    reached: set[str] = set()
    for seed in range(240):
        case = random_case(Random(seed), 3)
        result = compute(case.tables, case.as_of, case.policies)
        reached |= coverage(result)
        for row in result.tables["reconciliation"]:
            kinds = ("rows_used", "rows_excluded", "rows_quarantined", "rows_out_of_scope")
            assert row["rows_read"] == sum(row[kind] for kind in kinds)
    assert sorted(WANTED - reached) == []
