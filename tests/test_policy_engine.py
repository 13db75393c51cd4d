"""The worked examples of every policy file, told by the product itself from extracts written for them."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from analytics.policy import Policy, load_policies
from analytics.policy.dosing import AlsoGiven, DosingExample, PreviousAdministration
from analytics.policy.model import REQUEST_FACTS, CriteriaExample
from analytics.results.words import STATUSES
from analytics.study import Study
from tests.policies import FOLDER
from tests.support import authorization, claim, opened

POLICIES = load_policies(private=FOLDER)
PAYERS = {policy_id: f"Payer of {policy_id}" for policy_id in POLICIES}
DOSING = {f"{p.id}-d{n}": (p, example) for p in POLICIES.values() for n, example in enumerate(p.dosing_examples)}
CRITERIA = {f"{p.id}-c{n}": (p, example) for p in POLICIES.values() for n, example in enumerate(p.criteria_examples)}
CASES: Mapping[str, tuple[Policy, DosingExample | CriteriaExample]] = {**DOSING, **CRITERIA}

Row = dict[str, str | None]


def claims(person: str, policy: Policy, example: DosingExample) -> Iterator[Row]:
    """The claim lines of an example: units given, and units discarded with JW, today and before."""
    all_days = [(0, line.place, *units_of(line)) for line in example.lines()]
    all_days += [(before.days_before, None, *units_of(before)) for before in example.previous]
    for place, (days, site, code, given, jw) in enumerate(all_days):
        for number, units, modifier in (("1", given, "JZ" if example.jz and not days else None), ("2", jw, "JW")):
            if units:
                yield claim(
                    claim_id=f"{person}-{days}-{place}",
                    claim_line_number=number,
                    person_id=person,
                    payer=PAYERS[policy.id],
                    claim_line_start_date=str(example.on - timedelta(days=days)),
                    hcpcs_code=code,
                    service_unit_quantity=str(units),
                    hcpcs_modifier_1=modifier,
                    place_of_service_code=site,
                )


def units_of(line: AlsoGiven | PreviousAdministration) -> tuple[str, Decimal, Decimal]:
    return line.hcpcs_code, line.administered_units, line.jw_units


def covering(person: str, policy: Policy, example: DosingExample) -> Row:
    """The authorization of the day, with the regimen and the exception of the example."""
    return authorization(
        authorization_id=person,
        person_id=person,
        payer=PAYERS[policy.id],
        hcpcs_code=example.lines()[0].hcpcs_code,
        received_at=str(example.on),
        decided_at=str(example.on),
        approved_from=str(example.on - timedelta(days=example.authorized_days_before)),
        approved_to=str(example.on),
        regimen=example.regimen,
        exception_approved="yes" if example.exception_approved else "no",
        bsa_m2=None if example.bsa_m2 is None else str(example.bsa_m2),
    )


def request(key: str, policy: Policy, example: CriteriaExample) -> Row:
    """The request of an example, received and decided on its day."""
    return authorization(
        authorization_id=key,
        person_id=key,
        payer=PAYERS[policy.id],
        hcpcs_code=policy.products[0].hcpcs_code,
        request_type=example.request_type,
        received_at=str(example.on),
        decided_at=str(example.on),
        approved_from=str(example.on),
        approved_to=str(example.on + timedelta(days=90)),
        **{fact: value for fact, value in example.facts.items() if fact in REQUEST_FACTS},
    )


def earlier(key: str, policy: Policy, example: DosingExample | CriteriaExample) -> tuple[list[Row], list[Row]]:
    """The other claims of an example: medical ones, of another payer, and fills."""
    medical: list[Row] = []
    fills: list[Row] = []
    for number, each in enumerate(example.claims):
        day = str(example.on - timedelta(days=each.days_before))
        if each.hcpcs_code is not None:
            medical.append(
                claim(
                    claim_id=f"{key}-{number}",
                    person_id=key,
                    payer="Another payer",
                    claim_line_start_date=day,
                    hcpcs_code=each.hcpcs_code,
                    service_unit_quantity="1",
                )
            )
        else:
            supply = None if each.days_supply is None else str(each.days_supply)
            fills.append({"person_id": key, "dispensing_date": day, "ndc_code": each.ndc, "days_supply": supply})
    return medical, fills


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Study]:
    tables: dict[str, list[Row]] = {
        # A claim of long before shows that no dose before the first of each example is hidden.
        "medical_claim": [
            claim(claim_id="old", payer="nobody", hcpcs_code="J0000", claim_line_start_date="2010-01-01"),
            *(row for key, case in DOSING.items() for row in claims(key, *case)),
            *(row for key, case in CASES.items() for row in earlier(key, *case)[0]),
        ],
        "pharmacy_claim": [row for key, case in CASES.items() for row in earlier(key, *case)[1]],
        "authorization": [covering(key, *case) for key, case in DOSING.items()]
        + [request(key, *case) for key, case in CRITERIA.items()],
        "clinical_answer": [
            {"authorization_id": key, "question": fact, "answer": value}
            for key, (_, example) in CASES.items()
            for fact, value in example.facts.items()
            if fact not in REQUEST_FACTS
        ],
        "observation": [
            {
                "person_id": key,
                "observation_date": str(example.on),
                "source_code": "29463-7",
                "result": str(example.weight_kg),
            }
            for key, (_, example) in DOSING.items()
            if example.weight_kg is not None
        ]
        + [
            {
                "person_id": key,
                "observation_date": str(example.on - timedelta(days=lab.days_before)),
                "source_code": lab.loinc,
                "result": str(lab.result),
                "source_units": lab.unit,
                "source_reference_range_high": None if lab.upper_limit is None else str(lab.upper_limit),
            }
            for key, (_, example) in CRITERIA.items()
            for lab in example.labs
        ],
        "criterion_review": [
            {"authorization_id": key, "criterion_id": node, "determination": said}
            for key, (_, example) in CRITERIA.items()
            for node, said in example.recorded.items()
        ],
    }
    config = "[policies]\n" + "".join(f'"{payer}" = "{policy}"\n' for policy, payer in PAYERS.items())
    folder: Path = tmp_path_factory.mktemp("examples")
    with opened(folder, tables, config, policies=FOLDER) as opened_study:
        yield opened_study


@pytest.mark.parametrize("key", DOSING)
def test_dosing_example(study: Study, key: str) -> None:
    _, example = DOSING[key]
    rows = study.administration.rows(named=True)
    row = next(row for row in rows if row["person_id"] == key and row["administered_on"] == example.on)
    assert row["status"] == example.status, example.title
    assert row["breach_kind"] == example.breach_kind
    assert row["exceeded_limits"] == sorted(example.exceeded)
    assert row["advisories"] == sorted(example.advisories)
    assert row["unknown_reasons"] == sorted(example.unknown_reasons)
    if example.excess_units is not None:
        assert row["excess_units"] == example.excess_units
    limits = {
        limit["limit_id"]: limit["allowed"]
        for limit in study.limit_result.rows(named=True)
        if limit["person_id"] == key and limit["administered_on"] == example.on
    }
    assert {limit: limits[limit] for limit in example.allowed_units} == example.allowed_units
    drugs = study.frame("administration_therapy").filter(person_id=key, administered_on=example.on)
    assert known_of(drugs.rows(named=True), example) == example.therapy


@pytest.mark.parametrize("key", CRITERIA)
def test_criteria_example(study: Study, key: str) -> None:
    _, example = CRITERIA[key]
    rows = {
        row["criterion_id"]: row for row in study.criterion_result.rows(named=True) if row["authorization_id"] == key
    }
    assert {node: rows[node]["evaluated"] for node in example.evaluated} == example.evaluated, example.title
    assert {node: rows[node]["reviewed"] for node in example.reviewed} == example.reviewed, example.title
    facts = study.engine.rows("select fact, evidence from request_fact where authorization_id = $key", key=key)
    assert {fact: dict(facts).get(fact) for fact in example.evidence} == example.evidence
    drugs = study.frame("request_evidence").filter(authorization_id=key)
    assert known_of(drugs.rows(named=True), example) == example.therapy
    found = next(row for row in study.request.rows(named=True) if row["authorization_id"] == key)
    assert found["flags"] == sorted(example.flags)


def known_of(rows: list[dict[str, Any]], example: DosingExample | CriteriaExample) -> dict[str, str]:
    """What is known of the other drugs that an example speaks of."""
    return {row["therapy"]: row["evidence"] or "not shown" for row in rows if row["therapy"] in example.therapy}


def test_every_dosing_example_can_be_explained(study: Study) -> None:
    """In the words of every kind of limit that the language has: none is left out, and the verdict is the example's."""
    for key, (policy, example) in DOSING.items():
        text = " ".join(str(study.explain(person=key, on=example.on)).split())
        assert STATUSES[example.status] in text, example.title
        version = policy.version_on(example.on)
        tested = study.limit_result.filter(person_id=key, administered_on=example.on)["limit_id"].unique()
        assert set(tested) <= {limit.id for limit in version.limits()}
        for limit in tested:
            assert f"{limit} " in text, example.title
        if example.status == "exceeds" and not example.advisories:
            assert "It would have been within the limits" in text or "No smaller dose and no later day" in text


def test_every_criteria_example_can_be_explained(study: Study) -> None:
    for key, (_, example) in CRITERIA.items():
        text = " ".join(str(study.explain(key)).split())
        faced = study.criterion_result.filter(authorization_id=key)["criterion_id"]
        for criterion in faced:
            assert f"{criterion} " in text, example.title
        for fact in example.facts:
            assert f"{fact} " in text or f"{fact}:" in text, example.title
