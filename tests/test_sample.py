"""The sample generator: the same bytes each time, the extracts' own columns, and no folder overwritten."""

import csv
from datetime import date
from pathlib import Path

import pytest

import analytics as um
from analytics.errors import UserError
from analytics.extracts.schema import TABLES
from analytics.sample import write_sample
from analytics.sample.planted import ENOUGH_PERSONS, PLANTED
from analytics.sample.rows import COLUMNS
from analytics.sample.world import add_months, npi, whole_vials

SAMPLES = Path(__file__).parent.parent / "data_samples"
PERSONS, SEED = 3000, 20240216
LEFT_OUT = {
    *("claim_line_end_date", "charge_amount", "ndc_quantity", "ndc_unit"),
    *(f"diagnosis_code_{number}" for number in range(3, 26)),
}


def _bytes(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file()}


def test_committed_sample_is_what_the_command_writes(tmp_path: Path) -> None:
    write_sample(tmp_path / "sample", PERSONS, SEED)
    assert _bytes(tmp_path / "sample") == _bytes(SAMPLES)


def test_committed_sample_is_small() -> None:
    assert sum(len(content) for content in _bytes(SAMPLES).values()) < 13_000_000


def test_same_seed_same_bytes_other_seed_other_bytes(tmp_path: Path) -> None:
    for name, seed in (("one", 1), ("again", 1), ("other", 2)):
        write_sample(tmp_path / name, 30, seed)
    assert _bytes(tmp_path / "one") == _bytes(tmp_path / "again")
    assert _bytes(tmp_path / "one")["medical_claim.csv"] != _bytes(tmp_path / "other")["medical_claim.csv"]


def test_rows_are_counted_and_written_again_over_an_earlier_sample(tmp_path: Path) -> None:
    first = write_sample(tmp_path, 40, 1)
    second = write_sample(tmp_path, 20, 1)
    assert first.keys() == second.keys() == TABLES.keys()
    for table, count in second.items():
        with (tmp_path / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            assert sum(1 for _ in csv.reader(file)) == count + 1


def test_columns_are_the_extracts_columns() -> None:
    for name, table in TABLES.items():
        assert set(COLUMNS[name]) == set(table.names) - LEFT_OUT


def test_small_sample_opens_and_quarantines_little(tmp_path: Path) -> None:
    write_sample(tmp_path, ENOUGH_PERSONS - 1, 3)
    with um.open(tmp_path) as study:
        required = study.reconciliation.filter(
            study.reconciliation["table_name"].is_in(["medical_claim", "authorization"])
        )
        for row in required.iter_rows(named=True):
            assert row["rows_quarantined"] < 0.05 * (row["rows_read"] - row["rows_out_of_scope"])


@pytest.mark.parametrize("persons", [0, -3, 900_000])
def test_number_of_persons_out_of_range(persons: int, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=f"--persons is {persons}"):
        write_sample(tmp_path / "out", persons, 1)
    assert not (tmp_path / "out").exists()


def test_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "medical_claim.csv").write_text("mine")
    with pytest.raises(UserError, match="did not write"):
        write_sample(tmp_path, 10, 1)
    assert _bytes(tmp_path) == {"medical_claim.csv": b"mine"}


def test_file_in_place_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(UserError, match="is a file"):
        write_sample(tmp_path / "out", 10, 1)


def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UserError, match="cannot be written"):
        write_sample(tmp_path / "file" / "out", 10, 1)


def _luhn(number: str) -> bool:
    digits = [int(digit) for digit in reversed(f"80840{number}")]
    doubled = [sum(divmod(digit * 2, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def test_provider_identifiers_have_their_check_digit() -> None:
    assert npi(123456789) == "1234567893"
    with (SAMPLES / "medical_claim.csv").open(encoding="utf-8", newline="") as file:
        found = {row[column] for row in csv.DictReader(file) for column in ("billing_npi", "rendering_npi")}
    assert len(found) > 50
    assert all(len(number) == 10 and _luhn(number) for number in found)


def test_arithmetic_of_days_and_vials() -> None:
    assert add_months(date(2024, 8, 31), 6) == date(2025, 2, 28)
    assert add_months(date(2023, 12, 1), 12) == date(2024, 12, 1)
    assert [whole_vials(units) for units in (1, 15, 16, 72, 88, 90)] == [15, 15, 30, 75, 90, 90]


EVERY_WORD = {
    ("administration", "status"): {"within", "exceeds", "exception", "indeterminate"},
    ("administration", "breach_kind"): {"over_dose", "over_units", "early", "extra"},
    ("administration", "bsa_source"): {"observation", "height_weight", "authorization", None},
    ("administration", "unknown_reasons"): {"vial_rounding", "bsa_unknown"},
    ("administration", "flags"): {
        "possible_duplicate",
        "possible_unit_error",
        "jw_without_partner",
        "jw_and_jz",
        "avoidable_waste",
    },
    ("request", "consistency"): {
        "consistent",
        "approved_unmet",
        "approved_undocumented",
        "denied_all_met",
        "denied_undocumented",
    },
    ("request", "flags"): {"breast_cancer_code_not_listed", "history_code_only", "contradictory_answers"},
    ("renewal", "outcome"): {
        "renewed_on_time",
        "renewed_late",
        "denied",
        "pending",
        "withdrawn",
        "reauthorized",
        "deceased",
        "disenrolled",
        "not_due",
        "lapsed",
        "stopped",
    },
}


@pytest.mark.parametrize(("table", "column"), EVERY_WORD, ids="-".join)
def test_every_word_is_planted(table: str, column: str) -> None:
    found: set[object] = set()
    for finding in PLANTED:
        for wanted in finding.expect:
            if (wanted.table, wanted.column) == (table, column):
                found.update(wanted.value if isinstance(wanted.value, list) else [wanted.value])
    assert found >= EVERY_WORD[table, column]


def test_every_reason_is_planted() -> None:
    found: set[object] = {
        wanted.value for finding in PLANTED for wanted in finding.expect if wanted.table == "quarantine"
    } | {
        wanted.key["reason"]
        for finding in PLANTED
        for wanted in finding.expect
        if wanted.table == "reconciliation_reason"
    }
    reasons = {"reversed", "void_record", "voided", "replaced", "denied_line", "duplicate_row", "after_as_of"}
    reasons |= {"other_drug", "no_policy", "other_observation", "other_person", "other_request"}
    reasons |= {"zero_units", "negative_net", "conflicting_lines", "conflicting_rows", "unknown_authorization"}
    reasons |= {"appeal_without_denial", "approved_without_dates", "unknown_criterion", "unknown_unit"}
    reasons |= {"implausible_result"}
    for table in TABLES.values():
        whole = {
            f"{fault}_{column.name}"
            for column in table.columns
            for fault, is_one in (
                ("missing", column.required),
                ("unreadable", column.must_read and column.kind != "word"),
                ("unknown", column.must_read and column.kind == "word"),
            )
            if is_one
        }
        # A row without these is no row of the drug, of a request or of a person in scope: it is counted, not held.
        reasons |= whole - {"missing_hcpcs_code", "missing_source_code"}
    assert reasons <= found, sorted(str(reason) for reason in reasons - found)
