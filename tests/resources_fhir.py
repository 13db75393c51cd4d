"""Invented FHIR resources: claims as CARIN Blue Button has them, requests and answers as Da Vinci PAS has them."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
CLAIM_TYPE = "http://terminology.hl7.org/CodeSystem/claim-type"
AMOUNT = "http://terminology.hl7.org/CodeSystem/adjudication"
PAS = "http://hl7.org/fhir/us/davinci-pas/StructureDefinition"
Json = dict[str, Any]


def concept(code: str, system: str | None = None) -> Json:
    """A concept of one coding."""
    return {"coding": [{**({"system": system} if system else {}), "code": code}]}


def extension(name: str, **value: Any) -> Json:
    """A PAS extension with a value, or with extensions inside it."""
    return {"url": f"{PAS}/{name}", **value}


def eob(claim: str, items: Sequence[Json], person: str = "P1", **more: Any) -> Json:
    """An adjudicated professional claim of Harbor's person."""
    return {
        "resourceType": "ExplanationOfBenefit",
        "id": f"eob-{claim}",
        "status": "active",
        "use": "claim",
        "outcome": "complete",
        "type": concept("professional", CLAIM_TYPE),
        "identifier": [{"type": concept("uc"), "value": claim}],
        "patient": {"reference": f"Patient/{person}"},
        "insurer": {"reference": "Organization/harbor"},
        "item": list(items),
        **more,
    }


def line(number: int, units: str, on: str = "2025-03-03", code: str = "J9207", *marks: str, **amounts: str) -> Json:
    """A claim line; amounts by their category."""
    return {
        "sequence": number,
        "productOrService": concept(code, HCPCS),
        "modifier": [concept(mark) for mark in marks],
        "servicedDate": on,
        "quantity": {"value": as_number(units)},
        "adjudication": [
            {"category": concept(category, AMOUNT), "amount": {"value": as_number(amount), "currency": "USD"}}
            for category, amount in amounts.items()
        ],
    }


def as_number(text: str) -> str:
    """A number that is written as its text is, `20.00` too."""
    return f"<{text}>"


def written(value: Any, indent: int | None = None) -> str:
    """A value as JSON, numbers as their text is."""
    return re.sub(r'"<([\d.]+)>"', r"\1", json.dumps(value, indent=indent))


def request(name: str, created: str = "2025-01-02", kind: str | None = "I", **more: Any) -> Json:
    """A request for 90 units of J9207 as a Claim of PAS. kind: its certification type."""
    item: Json = {
        "sequence": 1,
        "productOrService": concept("J9207", HCPCS),
        "quantity": {"value": 90},
        "diagnosisSequence": [1],
    }
    if kind:
        item["extension"] = [extension("extension-certificationType", valueCodeableConcept=concept(kind))]
    item |= more.pop("item", {})
    return {
        "resourceType": "Claim",
        "id": name,
        "status": "active",
        "use": "preauthorization",
        "patient": {"reference": "Patient/P1"},
        "created": created,
        "insurer": {"reference": "Organization/harbor"},
        "priority": concept("normal"),
        "diagnosis": [
            {"sequence": 1, "diagnosisCodeableConcept": concept("C50.911", "http://hl7.org/fhir/sid/icd-10-cm")}
        ],
        "item": [item],
        **more,
    }


def response(name: str, of: str, action: str, created: str, number: str | None = None, **more: Any) -> Json:
    """An answer to a request as a ClaimResponse of PAS. action: what the review decided (X12 306)."""
    review = [extension("extension-reviewActionCode", valueCodeableConcept=concept(action))]
    if number:
        review.append({"url": "number", "valueString": number})
    item: Json = {
        "itemSequence": 1,
        "adjudication": [
            {"category": concept("submitted"), "extension": [extension("extension-reviewAction", extension=review)]}
        ],
    }
    item |= more.pop("item", {})
    return {
        "resourceType": "ClaimResponse",
        "id": name,
        "status": "active",
        "use": "preauthorization",
        "patient": {"reference": "Patient/P1"},
        "created": created,
        "outcome": "complete",
        "request": {"reference": f"Claim/{of}"},
        "item": [item],
        **more,
    }


def period(start: str, end: str) -> Json:
    """What an item was approved for."""
    return {"extension": [extension("extension-itemPreAuthPeriod", valuePeriod={"start": start, "end": end})]}


def document(name: str, answers: Mapping[str, Json], **more: Any) -> Json:
    """A QuestionnaireResponse: linkId -> value, within a group."""
    items = [{"linkId": key, "answer": [value]} for key, value in answers.items()]
    return {
        "resourceType": "QuestionnaireResponse",
        "id": name,
        "status": "completed",
        "item": [{"linkId": "group", "item": items}],
        **more,
    }


HARBOR_PAYER = {"resourceType": "Organization", "id": "harbor", "name": "Harbor"}


def ndjson(path: Path, *resources: Json) -> Path:
    """Resources a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(written(resource) + "\n" for resource in resources), encoding="utf-8")
    return path


def bundle(path: Path, *resources: Json, kind: str = "collection") -> Path:
    """Resources as a Bundle, spread over lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    entries = [
        {"fullUrl": f"http://plan.example/fhir/{r['resourceType']}/{r.get('id', '')}", "resource": r} for r in resources
    ]
    path.write_text(written({"resourceType": "Bundle", "type": kind, "entry": entries}, 2), encoding="utf-8")
    return path
