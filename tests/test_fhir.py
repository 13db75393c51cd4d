"""FHIR: paths, files of every form, and what becomes of claims, requests, answers, laboratory and coverage."""

import gzip
import json
import os
import stat
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analytics.errors import UserError
from analytics.extracts.schema import TABLES
from analytics.fhir.flatten import Flattened, flatten
from analytics.fhir.functions import Frame, Known
from analytics.fhir.language import PathFault
from analytics.fhir.paths import finder
from analytics.fhir.source import KEYS, FhirSource, fhir_source
from tests.resources_fhir import (
    HARBOR_PAYER,
    HCPCS,
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
    written,
)
from tests.support import ROOT

Table = list[dict[str, Any]]
PRESET = tomllib.loads((ROOT / "analytics" / "presets" / "fhir.toml").read_text(encoding="utf-8"))


READ_FOR = {
    "ExplanationOfBenefit": ("medical_claim", "pharmacy_claim"),
    "Claim": ("authorization",),
    "QuestionnaireResponse": ("clinical_answer",),
    "Observation": ("observation",),
    "Coverage": ("eligibility",),
}


def preset_sources(payer: str = "", **words: dict[str, str]) -> list[FhirSource]:
    """The preset's sources, with a setting and words of the run."""
    common = {**PRESET["fhir"], "settings": {"payer": payer}}
    common["words"] = {**common["words"], **{name: {**common["words"][name], **own} for name, own in words.items()}}
    return [
        fhir_source(table, raw["name"], {**common, **{key: raw[key] for key in KEYS if key in raw}})
        for table, raws in PRESET["source"].items()
        for raw in raws
    ]


def read(tmp_path: Path, *files: Path, only: Sequence[str] = (), **given: Any) -> tuple[dict[str, Table], Flattened]:
    """The tables that the preset makes of files, by the table's name; of each row what it has.

    only: the tables that are read, where these are enough.
    """
    out = tmp_path / "out"
    out.mkdir(exist_ok=True)
    sources = [source for source in preset_sources(**given) if not only or source.table in only]
    done = flatten(files, sources, out)
    tables = {}
    for source in sources:
        frame = pl.read_parquet(done.files[source.name])
        tables[source.table] = [{k: v for k, v in row.items() if v is not None} for row in frame.to_dicts()]
    return tables, done


def of(tmp_path: Path, *resources: Json, **given: Any) -> dict[str, Table]:
    """The tables that the preset makes of resources: those that such resources are read for."""
    kinds = {resource["resourceType"] for resource in resources}
    only = [table for kind, tables in READ_FOR.items() if kind in kinds for table in tables]
    return read(tmp_path, ndjson(tmp_path / "in" / "all.ndjson", *resources), only=only, **given)[0]


PATIENT = {
    "id": "x",
    "name": [{"given": ["A", "B"], "use": "old"}, {"given": ["C"]}],
    "active": True,
    "extension": [{"url": "http://plan.example/ext-race", "valueCoding": {"code": "7"}}],
    "deceasedBoolean": False,
    "item": [{"n": "1", "item": [{"n": "1.1"}, {"n": "1.2"}]}, {"n": "2"}],
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("id", ["x"]),
        ("name.given", ["A", "B", "C"]),
        ("name[1].given", ["C"]),
        ("name.given[1]", ["B"]),
        ("name.where(use = 'old').given.last()", ["B"]),
        ("name.where(not use).given", ["C"]),
        ("name.where(use in ('old', 'usual')).given.first()", ["A"]),
        ("name.where(use in %uses or given = 'C').given", ["A", "B", "C"]),
        ("(nothing | id)", ["x"]),
        ("extension('http://plan.example/ext-race').value[x].code", ["7"]),
        ("extension('ext-race').value[x].code()", ["7"]),
        ("extension('race').value[x]", []),
        ("deceased[x]", [False]),
        ("iif(active, 'yes', 'no')", ["yes"]),
        ("iif(deceasedBoolean, 'yes', 'no')", ["no"]),
        ("repeat(item).n", ["1", "1.1", "1.2", "2"]),
        ("item.where(n > 1).n", ["2"]),
        ("item.exists(n = '3')", [False]),
        ("%resource.item.where(n = %row.wanted).n", ["2"]),
        ("'a\\'b'", ["a'b"]),
        ("item.n.word(numbers)", ["one", "2"]),
        ("%setting.payer", ["Harbor"]),
        ("(id | item.n).join('-')", ["x-1-2"]),
    ],
)
def test_paths_find(path: str, found: list[Any]) -> None:
    known = Known({"payer": "Harbor"}, {"uses": ("old",)}, {"numbers": {"1": "one"}})
    assert finder(path, known)([PATIENT], Frame(PATIENT, {"wanted": "2"})) == found


@pytest.mark.parametrize("wrong", [True, "x", 3, {"url": "race"}, [None], [{"url": ["race"]}], [{"url": None}]])
def test_what_has_the_wrong_form_is_passed_over(wrong: Any) -> None:
    element = {"extension": wrong, "modifierExtension": [{"url": "http://plan.example/race", "valueCode": "7"}]}
    assert finder("extension('race').value[x]", Known())([element], Frame()) == ["7"]
    assert finder("code()", Known())([{"coding": wrong}], Frame()) == []


def test_beginnings_that_paths_share_are_found_once_for_each_row(tmp_path: Path) -> None:
    paths = {
        "person_id": "%resource.subject.where(kind = 'a').id",
        "result": "part.where(kind.code = 'a').value",
        "source_units": "part.where(kind.code = 'b').value",
        "source_reference_range_high": "part.where(kind.code in ('b', 'a')).value.last()",
        "source_code": "%resource.subject.where(kind = %row.part.kind.code).id",
    }
    source = fhir_source("observation", "labs", {"resource": "Lab", "each": "item", "paths": paths})
    rows = [
        {"part": [{"kind": {"code": code}, "value": value} for code, value in row]}
        for row in ([("b", "1"), ("a", "2"), ("a", "3")], [("a", "4"), ("b", "5")], [])
    ]
    subject = [{"kind": "b", "id": "B"}, {"kind": "a", "id": "A"}]
    lab = {"resourceType": "Lab", "id": "1", "subject": subject, "item": rows}
    out = tmp_path / "out"
    out.mkdir()
    done = flatten([ndjson(tmp_path / "a.ndjson", lab)], [source], out)
    assert pl.read_parquet(done.files["labs"]).select(*paths).rows() == [
        ("A", "2", "1", "3", "B"),
        ("A", "4", "5", "5", "B"),
        ("A", None, None, None, None),
    ]


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ("Patient/p1", ["Patient/p1"]),
        ("http://plan.example/fhir/Patient/p1/_history/3", ["Patient/p1"]),
        ("urn:uuid:ab-1", ["urn:uuid:ab-1"]),
        ("#own", ["#own"]),
    ],
)
def test_references_are_told_by_type_and_id(reference: str, found: list[str]) -> None:
    assert finder("target()", Known())([{"reference": reference}], Frame()) == found


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("name..given", "where a name should be"),
        ("name.wehre(use)", "the nearest is 'where'"),
        ("name.where(use", "its end"),
        ("name?", "can't be read"),
        ("%unheard", "none of the lists"),
        ("name.where(a.resolve(B).c)", "inside a bracket or a condition"),
        ("name.word(unheard)", "words 'unheard'"),
        ("name given", "has 'given' where it should end"),
    ],
)
def test_paths_without_meaning_are_said(path: str, said: str) -> None:
    with pytest.raises(PathFault, match=said):
        finder(path, Known())


def test_a_wrong_path_is_one_sentence_with_its_source_and_column(tmp_path: Path) -> None:
    source = fhir_source("observation", "labs", {"resource": "Observation", "paths": {"person_id": "subject..x"}})
    with pytest.raises(UserError, match=r"The FHIR source 'labs': the path 'person_id' has '\.' where"):
        flatten([], [source], tmp_path)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"resource": "observation", "paths": {"person_id": "x"}}, "needs 'resource'"),
        ({"resource": "Observation", "paths": {}}, "needs 'paths'"),
        ({"resource": "Observation", "paths": {"persons": "x"}}, "'persons', which is no column .*'person_id'"),
        ({"resource": "Observation", "paths": {"person_id": "x"}, "path": "y"}, "no use for the key 'path'"),
        ({"assemble": "observation", "parts": {}}, "only its own table"),
        ({"resource": "Observation", "paths": {"person_id": "x"}, "words": {"a": {"b": 1}}}, "has words"),
        ({"resource": "Observation", "paths": {"person_id": "x"}, "lists": "a"}, "has lists = 'a'"),
        ({"resource": "Observation", "paths": {"person_id": "x"}, "each": 3}, "has each = 3"),
        ({"resource": "Observation", "paths": {"person_id": "x"}, "when": True}, "has when = True"),
    ],
)
def test_a_source_says_what_is_wrong_with_it(said: Json, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        fhir_source("observation", "labs", said)


def test_parts_that_lack_a_path_are_one_sentence(tmp_path: Path) -> None:
    raw = PRESET["source"]["authorization"][0]
    parts = {name: {**part, "paths": {**part["paths"]}} for name, part in raw["parts"].items()}
    del parts["response"]["paths"]["outcome"]
    source = fhir_source(
        "authorization",
        "requests",
        {**PRESET["fhir"], "settings": {"payer": ""}, "assemble": "authorization", "parts": parts},
    )
    with pytest.raises(UserError, match=r"'requests' have no path for 'outcome', which authorization"):
        flatten([ndjson(tmp_path / "a.ndjson", request("q1"))], [source], tmp_path)


LAB = {
    "resourceType": "Observation",
    "id": "o1",
    "status": "final",
    "subject": {"reference": "Patient/P1"},
    "effectiveDateTime": "2025-03-01T09:30:00-05:00",
    "code": concept("1920-8", "http://loinc.org"),
    "valueQuantity": {"value": 20.50, "unit": "U/L", "code": "U/L"},
    "referenceRange": [{"high": {"value": 40}}],
}
LAB_ROW = {
    "person_id": "P1",
    "observation_date": "2025-03-01",
    "source_code": "1920-8",
    "result": "20.5",
    "source_units": "U/L",
    "source_reference_range_high": "40",
}


def test_observations(tmp_path: Path) -> None:
    panel = {
        **{key: value for key, value in LAB.items() if key != "valueQuantity"},
        "id": "o2",
        "code": concept("24325-3", "http://loinc.org"),
        "component": [
            {"code": concept("1742-6", "http://loinc.org"), "valueQuantity": {"value": 31, "unit": "U/L"}},
            {"code": concept("1975-2", "http://loinc.org"), "valueQuantity": {"value": 0.2, "comparator": "<"}},
        ],
    }
    wrong = {**LAB, "id": "o3", "status": "entered-in-error"}
    rows = of(tmp_path, LAB, panel, wrong)["observation"]
    assert rows[0] == LAB_ROW
    assert [(row["source_code"], row.get("result")) for row in rows[1:]] == [("1742-6", "31"), ("1975-2", None)]


def test_claim_lines(tmp_path: Path) -> None:
    first = line(
        1, "72.0", "2025-03-03", "J9207", "JG", "JZ", submitted="300.00", eligible="250", paidtoprovider="200.10"
    )
    first |= {"locationCodeableConcept": concept("11"), "careTeamSequence": [2]}
    first["detail"] = [{"sequence": 1, "productOrService": concept("70020-1910-01", "http://hl7.org/fhir/sid/ndc")}]
    second = {
        **line(2, "18", "2025-03-03", "J9207", "JW"),
        "servicedPeriod": {"start": "2025-03-03", "end": "2025-03-04"},
    }
    del second["servicedDate"]
    claim = eob(
        "C1",
        [first, second],
        billablePeriod={"start": "2025-03-01", "end": "2025-03-31"},
        payment={"date": "2025-03-20"},
        provider={"reference": "#clinic"},
        contained=[
            {
                "resourceType": "Organization",
                "id": "clinic",
                "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "1093817465"}],
            }
        ],
        careTeam=[
            {"sequence": 1, "provider": {"identifier": {"value": "9"}}, "role": concept("referring")},
            {"sequence": 2, "provider": {"reference": "Practitioner/dr"}, "role": concept("rendering")},
        ],
        diagnosis=[
            {"sequence": 1, "diagnosisCodeableConcept": concept("C50.911", "http://hl7.org/fhir/sid/icd-10-cm")},
            {"sequence": 2, "diagnosisCodeableConcept": concept("I10", "http://hl7.org/fhir/sid/icd-10-cm")},
        ],
    )
    doctor = {
        "resourceType": "Practitioner",
        "id": "dr",
        "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "1245319599"}],
    }
    rows = of(tmp_path, claim, doctor, HARBOR_PAYER)["medical_claim"]
    common = {
        "claim_id": "C1",
        "person_id": "P1",
        "payer": "Harbor",
        "claim_line_start_date": "2025-03-03",
        "claim_start_date": "2025-03-01",
        "hcpcs_code": "J9207",
        "rendering_npi": "1245319599",
        "billing_npi": "1093817465",
        "diagnosis_code_1": "C50.911",
        "diagnosis_code_2": "I10",
        "paid_date": "2025-03-20",
        "claim_status": "paid",
    }
    one = {
        "claim_line_number": "1",
        "claim_line_end_date": "2025-03-03",
        "service_unit_quantity": "72.0",
        "hcpcs_modifier_1": "JG",
        "hcpcs_modifier_2": "JZ",
        "place_of_service_code": "11",
        "charge_amount": "300.00",
        "allowed_amount": "250",
        "paid_amount": "200.10",
        "ndc_code": "70020-1910-01",
    }
    two = {
        "claim_line_number": "2",
        "claim_line_end_date": "2025-03-04",
        "service_unit_quantity": "18",
        "hcpcs_modifier_1": "JW",
    }
    assert rows == [common | one, common | two]


def status_of(tmp_path: Path, **more: Any) -> dict[str, Any]:
    item = more.pop("item", None) or line(1, "60", eligible="100", paidtoprovider="80")
    row = of(tmp_path, eob("C1", [item], **more))["medical_claim"][0]
    return {key: row.get(key) for key in ("claim_status", "claim_frequency_code", "original_claim_id")}


BILLED = {"category": concept("typeofbill"), "code": concept("0137")}
RELATED = {"relationship": concept("prior"), "reference": {"value": "C0"}}


@pytest.mark.parametrize(
    ("more", "status", "frequency", "original"),
    [
        ({}, "paid", None, None),
        ({"related": [RELATED]}, "paid", "7", "C0"),
        ({"related": [RELATED], "supportingInfo": [BILLED]}, "paid", "7", "C0"),
        ({"related": [{**RELATED, "relationship": concept("replacedby")}]}, "paid", "8", None),
        ({"related": [{"relationship": concept("prior"), "claim": {"reference": "Claim/C0"}}]}, "paid", "7", "C0"),
        ({"status": "cancelled"}, "paid", "8", None),
        ({"outcome": "error"}, "denied", None, None),
        ({"payment": {"type": concept("denied")}}, "denied", None, None),
        ({"item": line(1, "60", denialreason="0", eligible="0")}, "denied", None, None),
        # A reason beside something allowed explains a reduction.
        ({"item": line(1, "60", denialreason="0", eligible="50")}, "paid", None, None),
    ],
)
def test_voids_replacements_and_denials(
    tmp_path: Path, more: Json, status: str, frequency: str | None, original: str | None
) -> None:
    assert status_of(tmp_path, **more) == {
        "claim_status": status,
        "claim_frequency_code": frequency,
        "original_claim_id": original,
    }


def test_claims_not_adjudicated_and_prior_authorizations_are_no_claims(tmp_path: Path) -> None:
    item = [line(1, "60")]
    tables = of(tmp_path, eob("C1", item, outcome="queued"), eob("C2", item, use="preauthorization"), eob("C3", item))
    assert [row["claim_id"] for row in tables["medical_claim"]] == ["C3"]
    files = [tmp_path / "in" / "all.ndjson"]
    assert any("2 ExplanationOfBenefit hold nothing" in said for said in read(tmp_path, *files)[1].warnings)


def test_pharmacy_claims(tmp_path: Path) -> None:
    ndc = "http://hl7.org/fhir/sid/ndc"
    fill = {
        "sequence": 1,
        "productOrService": concept("70020-1911-01", ndc),
        "servicedDate": "2025-02-01",
        "quantity": {"value": 2},
    }
    days = {"sequence": 1, "category": concept("dayssupply"), "valueQuantity": {"value": 21}}
    tables = of(tmp_path, eob("R1", [fill], type=concept("pharmacy"), supportingInfo=[days]))
    assert tables["medical_claim"] == []
    assert tables["pharmacy_claim"] == [
        {
            "person_id": "P1",
            "dispensing_date": "2025-02-01",
            "ndc_code": "70020-1911-01",
            "quantity": "2",
            "days_supply": "21",
        }
    ]


def test_coverage_with_its_patient_and_payer_in_whatever_order(tmp_path: Path) -> None:
    patient = {
        "resourceType": "Patient",
        "id": "P1",
        "birthDate": "1960-05-01",
        "deceasedDateTime": "2025-06-01T10:00:00Z",
    }
    coverage = {
        "resourceType": "Coverage",
        "id": "c",
        "status": "active",
        "beneficiary": {"reference": "Patient/P1"},
        "payor": [{"reference": "http://plan.example/fhir/Organization/harbor"}],
        "period": {"start": "2024-01-01"},
    }
    row = {
        "person_id": "P1",
        "payer": "Harbor",
        "birth_date": "1960-05-01",
        "death_date": "2025-06-01",
        "enrollment_start_date": "2024-01-01",
    }
    assert of(tmp_path, coverage, patient, HARBOR_PAYER)["eligibility"] == [row]
    assert of(tmp_path, HARBOR_PAYER, patient, coverage)["eligibility"] == [row]
    assert of(tmp_path, coverage, patient, payer="Given")["eligibility"] == [row | {"payer": "Given"}]


def authorization_of(tmp_path: Path, *resources: Json) -> Table:
    return of(tmp_path, *resources, HARBOR_PAYER)["authorization"]


def test_a_request_and_its_answer(tmp_path: Path) -> None:
    approved = period("2025-01-05", "2025-07-04")
    approved["extension"].append(
        extension("extension-itemAuthorizedDetail", extension=[{"url": "quantity", "valueQuantity": {"value": 540}}])
    )
    asked = request(
        "q1",
        "2025-01-02T09:00:00-05:00",
        careTeam=[
            {
                "sequence": 1,
                "provider": {"reference": "PractitionerRole/onc"},
                "qualification": concept("207RH0003X", "http://nucc.org/provider-taxonomy"),
            }
        ],
        extension=[extension("extension-levelOfServiceCode", valueCodeableConcept=concept("U"))],
    )
    role = {"resourceType": "PractitionerRole", "id": "onc", "practitioner": {"reference": "Practitioner/dr"}}
    doctor = {
        "resourceType": "Practitioner",
        "id": "dr",
        "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "1245319599"}],
    }
    answer = response("r1", "q1", "A1", "2025-01-05T12:00:00-05:00", "AUTH1", item=approved)
    assert authorization_of(tmp_path, asked, answer, role, doctor) == [
        {
            "authorization_id": "AUTH1",
            "person_id": "P1",
            "payer": "Harbor",
            "hcpcs_code": "J9207",
            "request_type": "initial",
            "received_at": "2025-01-02T09:00:00-05:00",
            "decided_at": "2025-01-05T12:00:00-05:00",
            "decision": "approved",
            "priority": "expedited",
            "approved_from": "2025-01-05",
            "approved_to": "2025-07-04",
            "approved_units": "540",
            "diagnosis_code": "C50.911",
            "prescriber_npi": "1245319599",
            "prescriber_specialty": "207RH0003X",
        }
    ]


@pytest.mark.parametrize(
    ("action", "decision", "is_decided"),
    [
        ("A1", "approved", True),
        ("A2", "partially_approved", True),
        ("A3", "denied", True),
        ("A4", "pending", False),
        ("A6", "partially_approved", True),
        ("C", "withdrawn", False),
        ("CT", "pending", False),
        ("NA", "withdrawn", False),
        ("A5", "A5", False),
    ],
)
def test_the_review_action_decides_not_the_outcome(
    tmp_path: Path, action: str, decision: str, is_decided: bool
) -> None:
    answer = response("r1", "q1", action, "2025-01-05", outcome="complete", item=period("2025-01-05", "2025-07-04"))
    row = authorization_of(tmp_path, request("q1"), answer)[0]
    assert (row["decision"], row.get("decided_at")) == (decision, "2025-01-05" if is_decided else None)
    assert ("approved_from" in row) is (decision in ("approved", "partially_approved"))


def test_without_an_answer_a_request_is_pending_and_without_a_review_action_nothing_is_guessed(tmp_path: Path) -> None:
    silent = response("r2", "q2", "A1", "2025-01-05", item={"adjudication": []})
    failed = {**response("r3", "q3", "A1", "2025-01-05", item={"adjudication": []}), "outcome": "error"}
    rows = authorization_of(tmp_path, request("q1"), request("q2"), silent, request("q3"), failed)
    assert {row["authorization_id"]: row.get("decision") for row in rows} == {
        "q1": "pending",
        "q2": None,
        "q3": "pending",
    }


def test_of_several_answers_the_last_that_decides_counts(tmp_path: Path) -> None:
    held = period("2025-01-05", "2025-07-04")
    answers = [
        response("r1", "q1", "A4", "2025-01-03"),
        response("r2", "q1", "A3", "2025-01-04"),
        response("r3", "q1", "A1", "2025-01-05T01:00:00+02:00", "AUTH1", item=held),
        # An inquiry's answer says the same again, and a later one that it is looked at anew.
        response("r4", "q1", "A1", "2025-02-01", "AUTH1", item=held),
        response("r5", "q1", "A4", "2025-03-01"),
    ]
    for order in (answers, answers[::-1]):
        (row,) = authorization_of(tmp_path, request("q1"), *order)
        assert (row["decision"], row["decided_at"]) == ("approved", "2025-01-05T01:00:00+02:00")


def test_what_was_asked_for_is_what_an_approval_in_total_gives(tmp_path: Path) -> None:
    whole = authorization_of(tmp_path, request("q1"), response("r1", "q1", "A1", "2025-01-05"))
    part = authorization_of(tmp_path, request("q1"), response("r1", "q1", "A2", "2025-01-05"))
    assert whole[0]["approved_units"] == "90" and "approved_units" not in part[0]


def test_a_change_belongs_to_the_request_that_it_changes(tmp_path: Path) -> None:
    changed = request(
        "q2", "2025-01-10", "S", related=[{"claim": {"reference": "Claim/q1"}}], item={"quantity": {"value": 45}}
    )
    answers = [response("r1", "q1", "A4", "2025-01-03"), response("r2", "q2", "A1", "2025-01-12", "AUTH1")]
    (row,) = authorization_of(tmp_path, changed, request("q1"), *answers)
    expected = {
        "authorization_id": "AUTH1",
        "request_type": "initial",
        "received_at": "2025-01-02",
        "decided_at": "2025-01-12",
        "approved_units": "45",
    }
    assert {key: row[key] for key in expected} == expected


@pytest.mark.parametrize("kind", ["3", "I"])
def test_an_item_taken_back_is_withdrawn(tmp_path: Path, kind: str) -> None:
    cancelled = {"modifierExtension": [extension("extension-infoCancelled", valueBoolean=kind != "3")]}
    changed = request("q2", "2025-01-10", kind, related=[{"claim": {"reference": "Claim/q1"}}], item=cancelled)
    (row,) = authorization_of(tmp_path, request("q1"), changed)
    assert row["decision"] == "withdrawn" and row["authorization_id"] == "q1"


def test_a_change_of_nothing_that_was_read_is_left_to_the_quarantine(tmp_path: Path) -> None:
    (row,) = authorization_of(tmp_path, request("q1", kind="S"))
    assert row["request_type"] == "S"


def test_an_appeal_is_told_of_the_request_that_was_denied(tmp_path: Path) -> None:
    denied = response("r1", "q1", "A3", "2025-01-04", "REF1")
    denied["item"][0]["adjudication"][0]["extension"][0]["extension"].append(
        {"url": "reasonCode", "valueCodeableConcept": concept("0V")}
    )
    names = extension("extension-authorizationNumber", valueString="REF1")
    kind = extension("extension-certificationType", valueCodeableConcept=concept("2"))
    appeal = request("q2", "2025-01-20", None, item={"extension": [names, kind]})
    overturned = response("r2", "q2", "A1", "2025-01-25", "AUTH9", item=period("2025-01-25", "2025-07-24"))
    (row,) = authorization_of(tmp_path, request("q1"), denied, appeal, overturned)
    expected = {
        "authorization_id": "REF1",
        "decision": "denied",
        "decided_at": "2025-01-04",
        "denial_reason": "0V",
        "appeal_received_at": "2025-01-20",
        "appeal_decided_at": "2025-01-25",
        "appeal_decision": "overturned",
        "approved_from": "2025-01-25",
        "approved_to": "2025-07-24",
    }
    assert {key: row.get(key) for key in expected} == expected
    (waiting,) = authorization_of(tmp_path, request("q1"), denied, appeal)
    assert waiting["appeal_decision"] == "pending" and "approved_from" not in waiting


def test_a_renewal_names_the_approval_that_it_continues(tmp_path: Path) -> None:
    names = extension("extension-authorizationNumber", valueString="AUTH1")
    kind = extension("extension-certificationType", valueCodeableConcept=concept("R"))
    renewal = request("q2", "2025-06-20", None, item={"extension": [names, kind]})
    first = response("r1", "q1", "A1", "2025-01-05", "AUTH1", item=period("2025-01-05", "2025-07-04"))
    again = response("r2", "q2", "A1", "2025-06-25", "AUTH2", item=period("2025-07-05", "2026-01-04"))
    rows = authorization_of(tmp_path, request("q1"), first, renewal, again)
    assert [(row["authorization_id"], row["request_type"], row.get("prior_authorization_id")) for row in rows] == [
        ("AUTH1", "initial", None),
        ("AUTH2", "renewal", "AUTH1"),
    ]
    # Kept under one number, each has its own name all the same.
    kept = response("r2", "q2", "A1", "2025-06-25", "AUTH1", item=period("2025-07-05", "2026-01-04"))
    rows = authorization_of(tmp_path, request("q1"), first, renewal, kept)
    assert [(row["authorization_id"], row.get("prior_authorization_id")) for row in rows] == [
        ("AUTH1/q1/1", None),
        ("AUTH1/q2/1", "AUTH1/q1/1"),
    ]


def test_an_inquiry_is_no_request(tmp_path: Path) -> None:
    inquiry = request(
        "i1", meta={"profile": ["http://hl7.org/fhir/us/davinci-pas/StructureDefinition/profile-claim-inquiry|2.2.1"]}
    )
    assert authorization_of(tmp_path, inquiry) == []


def test_the_same_id_of_two_persons_is_two_requests(tmp_path: Path) -> None:
    other = {**request("q1"), "patient": {"reference": "Patient/P2"}}
    answer = response("r1", "q1", "A3", "2025-01-05")
    rows = authorization_of(tmp_path, request("q1"), other, answer)
    assert [(row["person_id"], row["decision"]) for row in rows] == [("P1", "denied"), ("P2", "pending")]


def test_documented_answers(tmp_path: Path) -> None:
    answers = {
        "metastatic": {"valueBoolean": True},
        "her2_status": {"valueCoding": {"code": "negative"}},
        "taxane_resistant": {"valueCoding": {"system": "http://loinc.org", "code": "LA33-6", "display": "Yes"}},
        "endocrine_regimens_without_benefit": {"valueInteger": 3},
        "ast_uln": {"valueQuantity": {"value": 1.5, "code": "{ULN}"}},
        "taxane_last_dose_on": {"valueDate": "2024-11-02"},
        "7.2": {"valueString": "yes"},
        "name": {"valueString": "somebody"},
    }
    info = [{"sequence": 1, "valueReference": {"reference": "QuestionnaireResponse/d1"}}]
    tables = of(
        tmp_path,
        request("q1", supportingInfo=info),
        document("d1", answers),
        document("unasked", {"metastatic": {"valueBoolean": False}}),
        question={"7.2": "single_agent"},
    )
    assert {(row["question"], row["answer"]) for row in tables["clinical_answer"]} == {
        ("metastatic", "true"),
        ("her2_status", "negative"),
        ("taxane_resistant", "Yes"),
        ("endocrine_regimens_without_benefit", "3"),
        ("ast_uln", "1.5"),
        ("taxane_last_dose_on", "2024-11-02"),
        ("single_agent", "yes"),
    }
    assert {row["authorization_id"] for row in tables["clinical_answer"]} == {"q1"}


def test_answers_are_found_by_the_order_that_they_are_about(tmp_path: Path) -> None:
    order = {"reference": "MedicationRequest/m1"}
    asked = request("q1", item={"extension": [extension("extension-requestedService", valueReference=order)]})
    context = [{"url": "http://hl7.org/fhir/us/davinci-dtr/StructureDefinition/qr-context", "valueReference": order}]
    tables = of(tmp_path, asked, document("d1", {"metastatic": {"valueBoolean": True}}, extension=context))
    assert tables["clinical_answer"] == [{"authorization_id": "q1", "question": "metastatic", "answer": "true"}]


def test_a_bundle_is_answered_by_its_own_document(tmp_path: Path) -> None:
    info = [{"sequence": 1, "valueReference": {"reference": "QuestionnaireResponse/d"}}]
    files = [
        bundle(
            tmp_path / f"{n}.json",
            request(f"q{n}", supportingInfo=info),
            document("d", {"metastatic": {"valueBoolean": said}}),
        )
        for n, said in ((1, True), (2, False))
    ]
    tables, _ = read(tmp_path, *files)
    assert [(row["authorization_id"], row["answer"]) for row in tables["clinical_answer"]] == [
        ("q1", "true"),
        ("q2", "false"),
    ]


def test_an_answer_that_repeats_the_request_leaves_it_its_documents(tmp_path: Path) -> None:
    info = [{"sequence": 1, "valueReference": {"reference": "QuestionnaireResponse/d"}}]
    asked, other = (request(name, supportingInfo=info) for name in ("q1", "q2"))
    files = [
        bundle(tmp_path / "1.json", asked, document("d", {"metastatic": {"valueBoolean": True}})),
        bundle(tmp_path / "2.json", other, document("d", {"metastatic": {"valueBoolean": False}})),
        bundle(tmp_path / "3.json", response("r1", "q1", "A3", "2025-01-05"), asked),
    ]
    tables, _ = read(tmp_path, *files)
    answers = [(row["authorization_id"], row["answer"]) for row in tables["clinical_answer"]]
    assert answers == [("q1", "true"), ("q2", "false")]


MANY = [
    eob("C1", [line(1, "60"), line(2, "30", "2025-03-24")]),
    LAB,
    request("q1"),
    response("r1", "q1", "A1", "2025-01-05", "AUTH1", item=period("2025-01-05", "2025-07-04")),
    HARBOR_PAYER,
]


def test_every_form_of_file_gives_the_same(tmp_path: Path) -> None:
    expected, _ = read(tmp_path, ndjson(tmp_path / "a.ndjson", *MANY))
    assert [len(expected[name]) for name in ("medical_claim", "authorization", "observation")] == [2, 1, 1]
    packed = tmp_path / "b.ndjson.gz"
    packed.write_bytes(gzip.compress((tmp_path / "a.ndjson").read_bytes()))
    listed = tmp_path / "c.json"
    listed.write_text("\ufeff" + written(MANY, 1), encoding="utf-8")
    searched = bundle(tmp_path / "d.json", *MANY, kind="searchset")
    one_line = tmp_path / "e.json"
    one_line.write_text(json.dumps(json.loads(searched.read_text())), encoding="utf-8")
    held = ndjson(tmp_path / "f.ndjson", json.loads(searched.read_text()), json.loads(searched.read_text()))
    given = {
        "resourceType": "Parameters",
        "parameter": [{"name": "responseBundle", "resource": json.loads(searched.read_text())}],
    }
    answer = ndjson(tmp_path / "h.json", given)
    single = [ndjson(tmp_path / "g" / f"{n}.json", each) for n, each in enumerate(MANY)]
    for files in ([packed], [listed], [searched], [one_line], [held], [answer], single):
        assert read(tmp_path, *files)[0] == expected, files


def test_a_bundle_larger_than_what_is_read_at_once(tmp_path: Path) -> None:
    padded = [{**LAB, "id": f"o{n}", "note": [{"text": 'ü\\"}' * 9_000}]} for n in range(60)]
    path = bundle(tmp_path / "big.json", *padded)
    assert path.stat().st_size > 2_500_000
    assert read(tmp_path, path)[0]["observation"] == [LAB_ROW] * 60


def test_the_last_version_of_a_resource_counts(tmp_path: Path) -> None:
    new = {**LAB, "meta": {"lastUpdated": "2025-03-02T00:00:00Z"}, "valueQuantity": {"value": 7}}
    old = {**LAB, "meta": {"lastUpdated": "2025-03-01T23:30:00-05:00"}}
    # Half past eleven in New York is after midnight in UTC.
    tables, done = read(tmp_path, ndjson(tmp_path / "a.ndjson", old, new))
    assert [row["result"] for row in tables["observation"]] == ["20.5"]
    assert done.superseded["Observation"] == 1
    assert "Of the FHIR resources, 1 Observation are older versions of others and left out." in done.warnings


def test_bad_lines_are_counted_and_named(tmp_path: Path) -> None:
    path = ndjson(tmp_path / "a.ndjson", LAB)
    with path.open("ab") as stream:
        stream.write(b'{"resourceType": "Observation", \n\n[1]\n\xff\xfe\n{}\n')
    tables, done = read(tmp_path, path)
    assert tables["observation"] == [LAB_ROW]
    assert (
        done.warnings[0] == "'a.ndjson': 3 lines (2, 4, 5) are not a JSON object and left out: export the file again."
    )
    assert done.passed_over["without a resourceType"] == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "'x.json' is empty"),
        (b"PK\x03\x04", "'x.json' is not JSON"),
        (b"<Bundle/>", "'x.json' is XML"),
        (b"[1, 2]", "holds something else than resources"),
        (b'{\n "resourceType": "Bundle",\n "entry": [\n  {"resource": {"id": "1"}},\n', "it ends in the middle"),
        (b'{\n "resourceType": "Bundle" "entry": []}', "',' is missing"),
        (b'{\n "resourceType": tru,\n "x": 1, "y": "long enough to be no end"}', "not complete, correct JSON"),
        (b'{"a": 1\n{"b": 2\n', "No line of 'x.json' is a JSON object"),
        (b'{\n "a": "\xff"\n}', "not UTF-8 text"),
    ],
)
def test_files_that_are_no_fhir_json_are_one_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(UserError, match=sentence):
        read(tmp_path, path)


def test_a_cut_off_gzip_file_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "x.ndjson.gz"
    path.write_bytes(gzip.compress(os.urandom(4000).hex().encode() + json.dumps(LAB).encode())[:1500])
    with pytest.raises(UserError, match=r"'x\.ndjson\.gz' is not"):
        read(tmp_path, path)


def test_what_is_written_is_private_text_under_our_names_and_nothing_else_stays(tmp_path: Path) -> None:
    _, done = read(tmp_path, ndjson(tmp_path / "a.ndjson", *MANY))
    for source in preset_sources():
        path = done.files[source.name]
        schema = pl.read_parquet_schema(path)
        assert set(schema) <= set(TABLES[source.table].names) and set(schema.values()) == {pl.String}
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert {column.name for column in TABLES[source.table].columns if column.required} <= set(schema)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {path.name for path in done.files.values()}


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    files = []
    for name in ("one", "two"):
        _, done = read(tmp_path / name, ndjson(tmp_path / name / "a.ndjson", *MANY))
        files.append([path.read_bytes() for path in done.files.values()])
    assert files[0] == files[1]


def test_codes_of_an_unknown_system_are_read_and_ndc_is_none(tmp_path: Path) -> None:
    own = {**line(1, "60"), "productOrService": concept("J9207", "http://plan.example/codes")}
    drug = {**line(2, "60"), "productOrService": concept("70020-1910-01", "http://hl7.org/fhir/sid/ndc")}
    both = line(3, "60")
    both["productOrService"]["coding"].insert(0, {"system": "http://plan.example/codes", "code": "X1"})
    assert both["productOrService"]["coding"][1]["system"] == HCPCS
    rows = of(tmp_path, eob("C1", [own, drug, both]))["medical_claim"]
    assert [row.get("hcpcs_code") for row in rows] == ["J9207", None, "J9207"]
