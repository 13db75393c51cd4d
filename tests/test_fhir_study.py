"""From FHIR files to a study whose tables are those of the same facts in our own layout."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

import analytics as um
from analytics.cli import main
from analytics.errors import UserError
from analytics.results import RESULTS
from tests.resources_fhir import (
    HARBOR_PAYER,
    Json,
    bundle,
    concept,
    document,
    eob,
    extension,
    line,
    ndjson,
    period,
    request,
    response,
)
from tests.support import HARBOR, ROOT, THIRD_PARTY, Rows, authorization, claim, write_extract

FILES = THIRD_PARTY / "fhir"
FHIR = HARBOR + "[presets.fhir]\n"
# What is said of the files themselves differs with them: their columns, and a row as it was read.
OF_FILES = ("quality_result", "quarantine")


def assert_same(fhir: Path, own: Path) -> None:
    """Every result table of both folders holds the same."""
    with um.open(fhir) as left, um.open(own) as right:
        for name in RESULTS:
            if name not in OF_FILES:
                assert getattr(left, name).to_dicts() == getattr(right, name).to_dicts(), name
        assert (left.as_of, left.horizon) == (right.as_of, right.horizon)


def written(folder: Path, tables: Mapping[str, Rows]) -> Path:
    return write_extract(folder, tables, HARBOR)


def test_a_study_of_fhir_files_is_that_of_the_same_facts(tmp_path: Path) -> None:
    info = [{"sequence": 1, "valueReference": {"reference": "QuestionnaireResponse/d1"}}]
    names = extension("extension-authorizationNumber", valueString="AUTH1")
    kind = extension("extension-certificationType", valueCodeableConcept=concept("R"))
    lab = {
        "resourceType": "Observation",
        "id": "bsa",
        "status": "final",
        "subject": {"reference": "Patient/P1"},
        "effectiveDateTime": "2025-02-20",
        "code": concept("3140-1", "http://loinc.org"),
        "valueQuantity": {"value": 1.8, "unit": "m2", "code": "m2"},
    }
    coverage = {
        "resourceType": "Coverage",
        "id": "c",
        "status": "active",
        "beneficiary": {"reference": "Patient/P1"},
        "payor": [{"reference": "Organization/harbor"}],
        "period": {"start": "2024-01-01"},
    }
    prior = {"relationship": concept("prior"), "reference": {"value": "C3"}}
    data = tmp_path / "fhir"
    ndjson(
        data / "export" / "ExplanationOfBenefit.ndjson",
        eob("C1", [line(1, "72", "2025-03-03", "J9207", "JZ", eligible="7200.00")]),
        eob("C2", [line(1, "80", "2025-03-24", eligible="8000.00"), line(2, "10", "2025-03-24", "J9207", "JW")]),
        eob("C3", [line(1, "720", "2025-04-14", eligible="72000.00")]),
        eob("C4", [line(1, "72", "2025-04-14", eligible="7200.00")], related=[prior]),
        eob("C5", [line(1, "72", "2025-05-05", denialreason="0", eligible="0.00")]),
        eob("C6", [line(1, "1", "2025-05-05", "99213")]),
    )
    ndjson(
        data / "export" / "Other.ndjson",
        lab,
        coverage,
        {"resourceType": "Patient", "id": "P1", "birthDate": "1960-05-01"},
    )
    bundle(
        data / "pas" / "q1.json",
        request("q1", supportingInfo=info),
        document("d1", {"metastatic": {"valueBoolean": True}, "oncologist_involved": {"valueCoding": {"code": "yes"}}}),
        HARBOR_PAYER,
    )
    bundle(
        data / "pas" / "r1.json",
        response("r1", "q1", "A1", "2025-01-05T12:00:00Z", "AUTH1", item=period("2025-01-05", "2026-01-04")),
        request("q1", supportingInfo=info),
    )
    bundle(data / "pas" / "q2.json", request("q2", "2025-12-20", None, item={"extension": [names, kind]}))
    bundle(data / "pas" / "r2.json", response("r2", "q2", "A4", "2025-12-21"), request("q2", "2025-12-20", "R"))
    (data / "um.toml").write_text(FHIR, encoding="utf-8")
    lines = [
        claim(claim_id="C1", service_unit_quantity="72", hcpcs_modifier_1="JZ", allowed_amount="7200"),
        claim(claim_id="C2", claim_line_start_date="2025-03-24", service_unit_quantity="80", allowed_amount="8000"),
        claim(
            claim_id="C2",
            claim_line_number="2",
            claim_line_start_date="2025-03-24",
            service_unit_quantity="10",
            hcpcs_modifier_1="JW",
        ),
        claim(claim_id="C3", claim_line_start_date="2025-04-14", service_unit_quantity="720", allowed_amount="72000"),
        claim(
            claim_id="C4",
            claim_line_start_date="2025-04-14",
            service_unit_quantity="72",
            allowed_amount="7200",
            claim_frequency_code="7",
            original_claim_id="C3",
        ),
        claim(
            claim_id="C5",
            claim_line_start_date="2025-05-05",
            service_unit_quantity="72",
            allowed_amount="0",
            claim_status="denied",
        ),
        claim(claim_id="C6", claim_line_start_date="2025-05-05", service_unit_quantity="1", hcpcs_code="99213"),
    ]
    both = {"diagnosis_code": "C50.911", "bsa_m2": None}
    first = authorization(
        authorization_id="AUTH1",
        decided_at="2025-01-05 12:00",
        approved_from="2025-01-05",
        approved_to="2026-01-04",
        approved_units="90",
        **both,
    )
    second = authorization(
        authorization_id="q2",
        request_type="renewal",
        prior_authorization_id="AUTH1",
        received_at="2025-12-20",
        decided_at=None,
        decision="pending",
        approved_from=None,
        approved_to=None,
        **both,
    )
    own = written(
        tmp_path / "own",
        {
            "medical_claim": lines,
            "authorization": [first, second],
            "clinical_answer": [
                {"authorization_id": "AUTH1", "question": "metastatic", "answer": "yes"},
                {"authorization_id": "AUTH1", "question": "oncologist_involved", "answer": "yes"},
            ],
            "eligibility": [
                {
                    "person_id": "P1",
                    "payer": "Harbor",
                    "birth_date": "1960-05-01",
                    "enrollment_start_date": "2024-01-01",
                }
            ],
            "observation": [
                {
                    "person_id": "P1",
                    "observation_date": "2025-02-20",
                    "source_code": "3140-1",
                    "result": "1.8",
                    "source_units": "m2",
                }
            ],
        },
    )
    assert_same(data, own)
    with um.open(data) as study:
        assert study.administration["status"].to_list() == ["within", "exceeds", "within"]
        assert study.request["evaluated"].to_list() == ["met", "unknown"]


def third_party(name: str) -> Json:
    path = next(iter(sorted(FILES.glob(f"*{name}*"))), None)
    if path is None:
        pytest.skip(f"the third-party file {name} is not here")
    found: Json = json.loads(path.read_text(encoding="utf-8"))
    return found


def of_type(found: Json, kind: str) -> Json:
    return next(entry["resource"] for entry in found["entry"] if entry["resource"]["resourceType"] == kind)


def test_the_third_party_files_with_lines_of_the_drug_added(tmp_path: Path) -> None:
    """The layouts as they are: claims of Blue Button, requests and answers of the Da Vinci reference server."""
    data = tmp_path / "fhir"
    data.mkdir()
    carrier = third_party("sample_eob_1")
    for number, (day, units) in enumerate([("2021-01-01", 72), ("2021-01-08", 90)], 2):
        added = json.loads(json.dumps(carrier["item"][0]))
        added["sequence"], added["quantity"] = number, {"value": units}
        added["servicedPeriod"] = {"start": day, "end": day}
        added["productOrService"]["coding"][0]["code"] = "J9207"
        carrier["item"].append(added)
    outpatient = third_party("sample_eob_2")
    outpatient |= {"id": "outpatient-1", "patient": {"reference": "Patient/12345678"}}
    outpatient["item"][0]["productOrService"]["coding"][0]["code"] = "J9207"
    outpatient["item"][0]["quantity"] = {"value": 60}
    for name, resource in (
        ("carrier", carrier),
        ("outpatient", outpatient),
        ("untouched", third_party("sample_eob_3")),
    ):
        ndjson(data / f"{name}.json", resource)
    for name in ("DatabaseResources_Claim", "GrantedResponse", "PendedClaimResponse"):
        found = third_party(name)
        of_type(found, "Claim")["item"][1]["productOrService"]["coding"][0]["code"] = "J9207"
        if name == "GrantedResponse":
            of_type(found, "ClaimResponse")["preAuthPeriod"] = {"start": "2019-09-09", "end": "2020-09-08"}
        (data / f"{name}.json").write_text(json.dumps(found, indent=4), encoding="utf-8")
    answered = third_party("questionnaireresponse-dtr")
    (data / "dtr.json").write_text(json.dumps(answered, indent=2), encoding="utf-8")
    (data / "um.toml").write_text(FHIR + 'payer = "Harbor"\n', encoding="utf-8")
    of_carrier = {"claim_id": "carrier-28493431905", "person_id": "12345678", "rendering_npi": "1234567890"}
    of_outpatient = {"claim_id": "outpatient-1", "person_id": "12345678", "rendering_npi": "1234567890"}
    asked = {
        "person_id": "pat013",
        "received_at": "2019-08-06",
        "prescriber_npi": "1122334455",
        "bsa_m2": None,
        "decision": "pending",
        **dict.fromkeys(("decided_at", "approved_from", "approved_to")),
    }
    pended, granted = "68a03b6d-b792-4de3-95e6-abf36eacb9bc", "ee7f76f8-5e4e-4733-8f85-3fe3c29cf30f"
    unanswered = "451fe716-4701-4cdf-b5bb-a6eedbe43bbb"
    held = {
        "decision": "approved",
        "decided_at": "2019-09-09T08:59:58-04:00",
        "approved_from": "2019-09-09",
        "approved_to": "2020-09-08",
    }
    own = written(
        tmp_path / "own",
        {
            "medical_claim": [
                claim(**of_carrier, claim_line_start_date="2021-01-01", hcpcs_code="90792", service_unit_quantity="1"),
                claim(**of_carrier, claim_line_start_date="2021-01-01", hcpcs_code="99213", service_unit_quantity="1"),
                claim(
                    **of_carrier, claim_line_number="2", claim_line_start_date="2021-01-01", service_unit_quantity="72"
                ),
                claim(
                    **of_carrier, claim_line_number="3", claim_line_start_date="2021-01-08", service_unit_quantity="90"
                ),
                claim(**of_outpatient, claim_line_start_date="2023-01-01", service_unit_quantity="60"),
                claim(claim_id="carrier-28527", person_id=None, claim_line_start_date="2023-03-15", hcpcs_code="99214"),
            ],
            "authorization": [
                *(
                    authorization(
                        **{
                            **asked,
                            "authorization_id": f"{number}/{of}/1",
                            "hcpcs_code": "G0154",
                            "decision": "withdrawn",
                        }
                    )
                    for number, of in (
                        (pended, "f57a4af7-e3b7-475e-9fae-b31cc0319e36"),
                        (granted, granted),
                        (unanswered, ""),
                    )
                ),
                authorization(**{**asked, "authorization_id": f"{pended}/f57a4af7-e3b7-475e-9fae-b31cc0319e36/2"}),
                authorization(**{**asked, "authorization_id": f"{unanswered}/2"}),
                authorization(**{**asked, "authorization_id": f"{granted}/{granted}/2", **held}),
            ],
            # No coverage has a period: persons without usable rows of eligibility count as enrolled.
            "eligibility": [{"person_id": "pat013", "payer": "Harbor", "birth_date": "1956-12-01"}] * 5,
            "observation": [
                {
                    "person_id": "pat013",
                    "observation_date": "2019-03-20",
                    "source_code": code,
                    "result": result,
                    "source_units": "%",
                }
                for code, result in (("59408-5", "85"), ("31100-1", "61"))
            ],
        },
    )
    assert_same(data, own)


def test_link_ids_are_named_in_the_configuration(tmp_path: Path) -> None:
    data = tmp_path / "data"
    info = [{"sequence": 1, "valueReference": {"reference": "QuestionnaireResponse/d1"}}]
    ndjson(
        data / "all.ndjson",
        eob("C1", [line(1, "72")]),
        request("q1", supportingInfo=info),
        response("r1", "q1", "A1", "2025-01-05", "AUTH1", item=period("2025-01-05", "2026-01-04")),
        document("d1", {"3.1": {"valueBoolean": True}, "1.1": {"valueString": "somebody"}}),
        HARBOR_PAYER,
    )
    (data / "um.toml").write_text(
        FHIR
        + '[[source.clinical_answer]]\namends = "fhir.questionnaire_response"\nwords.question."3.1" = "metastatic"\n',
        encoding="utf-8",
    )
    with um.open(data) as study:
        facts = study.criterion_result.filter(criterion_id="1.B.ii").to_dicts()
        assert [(row["authorization_id"], row["evaluated"]) for row in facts] == [("AUTH1", "met")]
        assert "somebody" not in str(study.quarantine.to_dicts())


def test_bad_lines_and_answers_without_a_question_are_among_the_warnings(tmp_path: Path) -> None:
    data = tmp_path / "data"
    path = ndjson(
        data / "all.ndjson",
        eob("C1", [line(1, "72")]),
        request("q1"),
        response("r9", "elsewhere", "A1", "2025-01-05"),
        document("d1", {"3.1": {"valueBoolean": True}}),
        HARBOR_PAYER,
    )
    path.write_text(path.read_text() + "{\n", encoding="utf-8")
    (data / "um.toml").write_text(FHIR, encoding="utf-8")
    with um.open(data) as study:
        said = " ".join(study.warnings)
    assert "'all.ndjson': line 6 is not a JSON object" in said
    assert "1 ClaimResponse answers no request that was read" in said
    assert "1 QuestionnaireResponse gave no answer" in said


def blocks_of_the_page() -> list[str]:
    page = (ROOT / "docs" / "preset-fhir.md").read_text(encoding="utf-8")
    return [block.split("```")[0] for block in page.split("```toml\n")[1:]]


def test_the_page_explains_a_source_of_ones_own(tmp_path: Path) -> None:
    data = tmp_path / "data"
    ndjson(data / "claims.ndjson", eob("C1", [line(1, "72")]), HARBOR_PAYER)
    review = extension(
        "extension-reviewAction",
        extension=[extension("extension-reviewActionCode", valueCodeableConcept=concept("A1"))],
    )
    item = line(1, "90")
    item["adjudication"] = [{"category": concept("submitted"), "extension": [review]}]
    item["extension"] = [extension("extension-itemPreAuthIssueDate", valueDate="2025-01-04")]
    held = {"start": "2025-01-05", "end": "2026-01-04"}
    ndjson(
        data / "pdex" / "eob.ndjson",
        eob("PA1", [item], use="preauthorization", created="2025-01-02", preAuthRefPeriod=held),
    )
    own = next(block for block in blocks_of_the_page() if "member_access" in block)
    (data / "um.toml").write_text(FHIR + own, encoding="utf-8")
    with um.open(data) as study:
        (row,) = study.request.to_dicts()
        assert (row["authorization_id"], row["decision"], row["hours_to_decision"]) == ("PA1-1", "approved", 48.0)
        assert study.administration["authorization_id"].to_list() == ["PA1-1"]
        assert any("fhir.questionnaire_response is left out" in said for said in study.warnings)


def test_fhir_is_read_by_a_report_and_not_prepared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ndjson(tmp_path / "data" / "all.ndjson", HARBOR_PAYER)
    (tmp_path / "data" / "um.toml").write_text(FHIR, encoding="utf-8")
    with pytest.raises(SystemExit) as left:
        main(["prepare", str(tmp_path / "data"), "--out", str(tmp_path / "lake")])
    assert left.value.code == 2
    assert "medical_claim is read from FHIR ('fhir.explanation_of_benefit')" in capsys.readouterr().err


def test_a_preset_that_finds_no_fhir_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "um.toml").write_text(FHIR, encoding="utf-8")
    with pytest.raises(UserError, match="has no medical_claim"):
        um.open(tmp_path)
