"""Traps of raw claims that no single column shows: drugs under other codes, vials for milligrams, visits for units."""

import re
from pathlib import Path
from threading import Lock
from typing import Any

import pytest

import analytics as um
from analytics.lake.preparing import prepare
from analytics.quality.catalogue import catalogue
from analytics.study import Study
from tests.plain_gate import PlainGate
from tests.support import HARBOR, authorization, claim, write_extract

NOTHING: Any = None
POLICIES = Path(um.__file__).parent / "policies"
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


def other_drug(
    folder: Path, mg_per_unit: str, mg: str, dose: str = "at_most = 40", requested: str = "40", **line: str
) -> Study:
    """One claim line of a drug of another policy, whose vials all hold so much and whose unit is so much."""
    text = (POLICIES / "ixempra-oncology-injectable.toml").read_text(encoding="utf-8")
    text = text.replace('"ixempra-oncology-injectable"', '"other"').replace("J9207", "J1459")
    text = re.sub(r"^drug = .*$", 'drug = "other"', text, flags=re.MULTILINE)
    text = re.sub(r"^mg_per_unit = 1$", f"mg_per_unit = {mg_per_unit}", text, flags=re.MULTILINE)
    text = re.sub(r"^mg = (15|45)$", f"mg = {mg}", text, flags=re.MULTILINE)
    text = re.sub(r"^at_most = (16|40)$", dose, text, flags=re.MULTILINE)
    (folder / "policies").mkdir()
    (folder / "policies" / "other.toml").write_text(text, encoding="utf-8")
    lines = [claim(hcpcs_code="J1459", ndc_code="70020-1911-01", **line)]
    tables = {
        "medical_claim": lines,
        "authorization": [authorization(hcpcs_code="J1459", requested_dose_mg_per_m2=requested)],
    }
    data = write_extract(folder / "data", tables, '[policies]\nHarbor = "other"\n')
    return um.open(data, policies=folder / "policies")


@pytest.mark.parametrize(
    ("units", "quantity", "unit", "result"),
    [
        ("112", "560", "", ("not_applicable", 0, 0)),  # 56 g in millilitres: as vials they would hold anything.
        ("112", "560", "ML", ("not_applicable", 0, 0)),
        ("112", "12", "", ("passed", 1, 0)),
        ("112", "11", "", ("failed", 1, 1)),
        ("112", "13", "", ("not_applicable", 0, 0)),
        ("112", "112", "", ("failed", 1, 1)),
        ("112", "560", "UN", ("passed", 1, 0)),
    ],
)
def test_a_quantity_without_its_unit_passes_only_where_it_can_be_vials(
    units: str, quantity: str, unit: str, result: tuple[str, int, int], tmp_path: Path
) -> None:
    line = {"service_unit_quantity": units, "ndc_quantity": quantity, "ndc_unit": unit}
    with other_drug(tmp_path, "500", "5000", **line) as study:
        assert found(study)["medical_claim.ndc_quantity.units"] == result


def test_a_vial_of_one_unit_is_billed_as_one(tmp_path: Path) -> None:
    line = {"service_unit_quantity": "1", "ndc_quantity": "1", "ndc_unit": "UN"}
    with other_drug(tmp_path, "6", "6", **line) as study:
        results = found(study)
    assert results["medical_claim.ndc_quantity.units"] == ("passed", 1, 0)
    assert results["medical_claim.service_unit_quantity.vials"] == ("passed", 1, 0)


@pytest.mark.parametrize(
    ("per", "requested", "result"),
    [("m2", "1000", ("passed", 1, 0)), ("m2", "1001", ("failed", 1, 1)), ("kg", "1001", ("not_applicable", 0, 0))],
)
def test_a_requested_dose_is_held_against_what_the_policy_allows_per_m2(
    per: str, requested: str, result: tuple[str, int, int], tmp_path: Path
) -> None:
    with other_drug(tmp_path, "1", "45", f'per = "{per}"\nat_most = 400', requested) as study:
        assert found(study)["authorization.requested_dose_mg_per_m2.range"] == result


def test_no_sentence_of_the_gate_is_of_one_drug() -> None:
    """Each is said of the drugs of any policy: no NDC, no size of a unit, and no billing code but those of no drug."""
    for name, one in catalogue().items():
        for text in (one.says, one.breaks, one.why, one.advice):
            assert not re.search(r"J9(?!999)[0-9]{3}|[0-9]{5}-[0-9]{4}|[0-9]{11}|bill milligrams|oncolog", text), name


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
