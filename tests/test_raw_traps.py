"""Traps of raw claims that no single column shows: drugs under other codes, vials for milligrams, visits for units."""

from pathlib import Path
from threading import Lock
from typing import Any

import pytest

import analytics as um
from analytics.lake.preparing import prepare
from analytics.study import Study
from tests.plain_gate import PlainGate
from tests.support import HARBOR, authorization, claim, write_extract

NOTHING: Any = None
UNCLASSIFIED = "medical_claim.hcpcs_code.unclassified"


def found(study: Study) -> dict[str, tuple[str, int, int]]:
    """The status of every expectation, the rows tested and those that failed, by the catalogue's own SQL."""
    study.gate_process = PlainGate(NOTHING, Lock(), set())
    return {one.expectation: (one.status, one.n_checked, one.n_failed) for one in study.check().results}


@pytest.mark.parametrize("code", ["J9999", "c9399", "C9240"])
def test_a_drug_under_another_code_is_counted_and_named_and_stays_out_of_scope(code: str, tmp_path: Path) -> None:
    lines = [
        claim(ndc_code="70020-1911-01"),
        claim(claim_id="C2", hcpcs_code=code, ndc_code="70020-1910-01"),
        claim(claim_id="C3", hcpcs_code=code, ndc_code="00015-3070-20"),
        claim(claim_id="C4", hcpcs_code=code, ndc_code=""),
        claim(claim_id="C5", hcpcs_code="J9267", ndc_code="70020-1910-01"),
    ]
    data = write_extract(tmp_path / "data", {"medical_claim": lines, "authorization": [authorization()]}, HARBOR)
    prepare(data, tmp_path / "lake")
    for folder in (data, tmp_path / "lake"):
        with um.open(folder) as study:
            assert found(study)[UNCLASSIFIED] == ("failed", 2, 1)
            out = study.reconciliation_reason.filter(kind="out_of_scope").rows()
            assert [row[1:] for row in out] == [("out_of_scope", "other_drug", 4)]
            assert study.administration.height == 1


def test_nothing_is_looked_at_where_no_line_has_such_a_code(tmp_path: Path) -> None:
    tables = {"medical_claim": [claim(ndc_code="70020-1911-01")], "authorization": [authorization()]}
    with um.open(write_extract(tmp_path, tables, HARBOR)) as study:
        assert found(study)[UNCLASSIFIED] == ("not_applicable", 0, 0)


@pytest.mark.parametrize(
    ("units", "ndc", "quantity", "unit", "is_right"),
    [
        ("45", "70020-1911-01", "1", "UN", True),
        ("15", "70020-1910-01", "1", "", True),
        ("16", "70020-1910-01", "1", "UN", False),
        ("72", "70020-1911-01", "2", "UN", True),
        ("91", "70020-1911-01", "2", "UN", False),
        ("2", "70020-1911-01", "2", "UN", False),
        ("90", "70020-1911-01", "90", "UN", False),
        ("72", "70020-1911-01", "1.6", "un", True),
    ],
)
def test_vials_hold_the_units_of_their_line(
    units: str, ndc: str, quantity: str, unit: str, is_right: bool, tmp_path: Path
) -> None:
    line = claim(service_unit_quantity=units, ndc_code=ndc, ndc_quantity=quantity, ndc_unit=unit)
    tables = {"medical_claim": [line], "authorization": [authorization()]}
    with um.open(write_extract(tmp_path, tables, HARBOR)) as study:
        assert found(study)["medical_claim.ndc_quantity.units"] == ("passed" if is_right else "failed", 1, not is_right)


def test_millilitres_and_other_drugs_vials_are_not_compared(tmp_path: Path) -> None:
    lines = [
        claim(ndc_code="70020-1911-01", ndc_quantity="23.5", ndc_unit="ML"),
        claim(claim_id="C2", claim_line_start_date="2025-04-03", ndc_code="00015-3070-20", ndc_quantity="1"),
    ]
    tables = {"medical_claim": lines, "authorization": [authorization()]}
    with um.open(write_extract(tmp_path, tables, HARBOR)) as study:
        assert found(study)["medical_claim.ndc_quantity.units"] == ("not_applicable", 0, 0)


@pytest.mark.parametrize(("units", "status"), [("12", "failed"), ("60", "passed"), ("600", "passed")])
def test_visits_on_the_approval_are_told_from_milligrams_on_the_claim(units: str, status: str, tmp_path: Path) -> None:
    tables = {"medical_claim": [claim()], "authorization": [authorization(approved_units=units)]}
    with um.open(write_extract(tmp_path, tables, HARBOR)) as study:
        assert found(study)["authorization.approved_units.one_dose"] == (status, 1, int(status == "failed"))
