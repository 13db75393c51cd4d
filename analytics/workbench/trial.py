"""A policy's worked examples, judged by the same SQL that judges extracts, on rows that are never written to a file.

The rows stand where staging would put them, so that only the rules themselves run: some tens of small statements.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from analytics.config import Config
from analytics.engine import Engine
from analytics.intake import load_references
from analytics.policy.codes import normalized
from analytics.policy.dosing import AlsoGiven, DosingExample, PreviousAdministration
from analytics.policy.examples import NOT_LISTED
from analytics.policy.model import REQUEST_FACTS, CriteriaExample, Policy
from analytics.workbench import trial_evidence as evidence
from analytics.workbench.told import Told

PAYER = "the payer"

#: The staged tables as far as the rules read them: column and type.
CLAIM = (
    "policy_id VARCHAR, payer VARCHAR, person_id VARCHAR, service_date DATE, hcpcs_code VARCHAR, "
    "service_unit_quantity DECIMAL(18,4), has_jw BOOLEAN, has_jz BOOLEAN, source_key VARCHAR, claim_id VARCHAR, "
    "claim_line_number BIGINT, allowed_amount DECIMAL(18,2), place_of_service_code VARCHAR, reason VARCHAR, "
    "row_identity VARCHAR"
)
AUTHORIZATION = (
    "policy_id VARCHAR, authorization_id VARCHAR, payer VARCHAR, person_id VARCHAR, hcpcs_code VARCHAR, "
    "request_type VARCHAR, received_at TIMESTAMP, decided_at TIMESTAMP, decision VARCHAR, final_decision VARCHAR, "
    "appeal_decision VARCHAR, approved_from DATE, approved_to DATE, regimen VARCHAR, exception_approved BOOLEAN, "
    "bsa_m2 DOUBLE, priority VARCHAR, extended BOOLEAN, diagnosis_code VARCHAR, prescriber_specialty VARCHAR, "
    "requested_dose_mg_per_m2 DOUBLE, approved_units DECIMAL(18,4), reason VARCHAR, "
    "row_identity VARCHAR, row_text VARCHAR"
)
ANSWER = (
    "authorization_id VARCHAR, question VARCHAR, answer VARCHAR, answer_yes_no VARCHAR, answer_on DATE, "
    "answer_number DOUBLE, reason VARCHAR"
)
REVIEW = "authorization_id VARCHAR, criterion_id VARCHAR, determination VARCHAR, reason VARCHAR"
OBSERVATION = (
    "person_id VARCHAR, observation_date DATE, source_code VARCHAR, result DOUBLE, source_units VARCHAR, "
    "source_reference_range_high DOUBLE, measure VARCHAR, measure_value DOUBLE, reason VARCHAR"
)
LIFE = "person_id VARCHAR, birth_date DATE, death_date DATE"
EXTENT = "first_service_on DATE"
EXPOSURE = "person_id VARCHAR, hcpcs_code VARCHAR, service_date DATE"

BEGINNING = date(1970, 1, 1)
#: What is found at a criterion that the request doesn't face.
NOWHERE = ("not faced", "not faced")

Row = dict[str, Any]


def run(policy: Policy) -> tuple[list[Told], list[Told]]:
    """Every dosing and every criteria example of the policy, in its order, as the engine tells it."""
    if not policy.dosing_examples and not policy.criteria_examples:
        return [], []
    engine = Engine(threads=1)
    # For some tens of rows a plan costs more to improve than it ever saves.
    engine.connection.execute("pragma disable_optimizer")
    try:
        _load(engine, policy)
        return _dosing(engine, policy), _criteria(engine, policy)
    finally:
        engine.close()


def _load(engine: Engine, policy: Policy) -> None:
    load_references(engine, {policy.id: policy}, [(PAYER, policy.id)], {})
    defaults = Config()
    deepest = max(row[0] for row in engine.rows("select max(depth) from policy_node"))
    engine.parameters.update(
        bsa_smallest=defaults.bsa_smallest_m2,
        bsa_largest=defaults.bsa_largest_m2,
        weight_smallest=defaults.weight_smallest_kg,
        weight_largest=defaults.weight_largest_kg,
        has_review=True,
        has_answer=True,
        has_eligibility=False,
        deepest=deepest,
        claims_through=evidence.HORIZON,
    )
    claims = [row for n, example in enumerate(policy.dosing_examples) for row in _claims(policy, n, example)]
    approvals = [_approval(policy, n, example) for n, example in enumerate(policy.dosing_examples)]
    requests = [_request(policy, n, example) for n, example in enumerate(policy.criteria_examples)]
    reviews = [
        {"authorization_id": f"c{n}", "criterion_id": node, "determination": said}
        for n, example in enumerate(policy.criteria_examples)
        for node, said in example.recorded.items()
    ]
    _put(engine, "medical_claim_row", CLAIM, claims)
    _put(engine, "authorization_row", AUTHORIZATION, [*approvals, *requests])
    _put(engine, "clinical_answer_row", ANSWER, evidence.answers(policy))
    _put(engine, "criterion_review_row", REVIEW, reviews)
    _put(engine, "observation_row", OBSERVATION, [*_weights(policy), *evidence.labs(policy)])
    _put(engine, "person_life", LIFE, [])
    # Examples leave out no earlier dose.
    _put(engine, "medical_claim_extent", EXTENT, [{"first_service_on": BEGINNING}])
    _put(engine, "class_exposure", EXPOSURE, evidence.administered(policy))
    _put(engine, "pharmacy_claim_row", evidence.FILL, evidence.fills(policy))


def _put(engine: Engine, name: str, columns: str, rows: Sequence[Row]) -> None:
    pairs = [(column.split()[0], column.split(" ", 1)[1]) for column in columns.split(", ")]
    engine.load(name, pairs, [tuple(row.get(column) for column, _ in pairs) for row in rows])


def _claims(policy: Policy, n: int, example: DosingExample) -> list[Row]:
    """The lines of an example: units given, and units discarded with JW, today and before."""
    days = [(0, line.place, *_line(line)) for line in example.lines()]
    days += [(before.days_before, None, *_line(before)) for before in example.previous]
    return [
        {
            "policy_id": policy.id,
            "payer": PAYER,
            "person_id": f"d{n}",
            "service_date": example.on - timedelta(days=before),
            "hcpcs_code": code,
            "service_unit_quantity": units,
            "has_jw": is_jw,
            "has_jz": example.jz and not before and not is_jw,
            "source_key": "",
            "claim_id": f"d{n}-{before}",
            "place_of_service_code": place,
        }
        for before, place, code, given, jw in days
        for units, is_jw in ((given, False), (jw, True))
        if units
    ]


def _line(line: AlsoGiven | PreviousAdministration) -> tuple[str, Decimal, Decimal]:
    return line.hcpcs_code, line.administered_units, line.jw_units


def _approval(policy: Policy, n: int, example: DosingExample) -> Row:
    """The authorization of the day, with the regimen, the exception and the body size of the example."""
    return {
        **_of_request(policy, f"d{n}", example),
        # An authorization covers the code that a day goes by.
        "hcpcs_code": example.lines()[0].hcpcs_code,
        "approved_from": example.on - timedelta(days=example.authorized_days_before),
        "request_type": "initial",
        "approved_to": example.on,
        "regimen": example.regimen,
        "exception_approved": example.exception_approved,
        "bsa_m2": None if example.bsa_m2 is None else float(example.bsa_m2),
    }


def _weights(policy: Policy) -> list[Row]:
    """The body weights of the examples, each measured on its day."""
    return [
        {
            "person_id": f"d{n}",
            "observation_date": example.on,
            "measure": "weight",
            "measure_value": float(example.weight_kg),
        }
        for n, example in enumerate(policy.dosing_examples)
        if example.weight_kg is not None
    ]


def _request(policy: Policy, n: int, example: CriteriaExample) -> Row:
    carried = {fact: _as_carried(fact, value) for fact, value in example.facts.items() if fact in REQUEST_FACTS}
    return {
        **_of_request(policy, f"c{n}", example),
        "request_type": example.request_type,
        "approved_to": example.on + timedelta(days=90),
        **carried,
    }


def _as_carried(fact: str, value: str) -> str | float:
    return float(value) if REQUEST_FACTS[fact] == "number" else normalized(value)


def _of_request(policy: Policy, key: str, example: DosingExample | CriteriaExample) -> Row:
    """What every example's request has: received, decided and approved on the example's day."""
    return {
        "policy_id": policy.id,
        "authorization_id": key,
        "payer": PAYER,
        "person_id": key,
        "hcpcs_code": policy.products[0].hcpcs_code,
        "received_at": example.on,
        "decided_at": example.on,
        "decision": "approved",
        "final_decision": "approved",
        "approved_from": example.on,
        "priority": "standard",
    }


def _dosing(engine: Engine, policy: Policy) -> list[Told]:
    engine.make("administration_judged", "limit_outcome", "administration_day")
    names = ("status", "breach_kind", "exceeded", "advisories", "unknown_reasons", "excess_units")
    judged = {
        key: dict(zip(names, row, strict=True))
        for key, *row in engine.rows(
            "select d.person_id || d.administered_on, j.status, j.breach_kind, j.exceeded_limits, j.advisories, "
            "j.unknown_reasons, j.excess_units from administration_judged as j "
            "inner join administration_day as d on j.administration_id = d.administration_id"
        )
    }
    allowed: dict[str, dict[str, float]] = {}
    for key, limit, units in engine.rows(
        "select d.person_id || d.administered_on, o.limit_id, o.allowed from limit_outcome as o "
        "inner join administration_day as d on o.administration_id = d.administration_id"
    ):
        allowed.setdefault(key, {})[limit] = units
    told = []
    others = evidence.therapies(engine, policy.dosing_examples)
    for n, (example, (said, drugs)) in enumerate(zip(policy.dosing_examples, others, strict=True)):
        key = f"d{n}{example.on}"
        found = judged.get(key, {})
        units = {f'allowed_units."{limit}"': allowed.get(key, {}).get(limit) for limit in example.allowed_units}
        told.append(Told(example.title, _expected(example) | said, found | units | drugs))
    return told


def _expected(example: DosingExample) -> dict[str, Any]:
    expected: dict[str, Any] = {
        "status": example.status,
        "breach_kind": example.breach_kind,
        "exceeded": sorted(example.exceeded),
        "advisories": sorted(example.advisories),
        "unknown_reasons": sorted(example.unknown_reasons),
    }
    if example.excess_units is not None:
        expected["excess_units"] = example.excess_units
    return expected | {f'allowed_units."{limit}"': units for limit, units in example.allowed_units.items()}


def _criteria(engine: Engine, policy: Policy) -> list[Told]:
    engine.make("criterion_result", "node_value", "request_node")
    values: dict[tuple[str, str], tuple[str, str]] = {
        (key, node): (evaluated, reviewed)
        for key, node, evaluated, reviewed in engine.rows(
            "select authorization_id, criterion_id, evaluated, reviewed from criterion_result"
        )
    }
    picked = dict(engine.rows("select authorization_id, indication from request_tree"))
    facts = engine.rows("select authorization_id, fact, evidence from request_fact")
    rests_on = {(key, fact): said for key, fact, said in facts}
    raised: dict[str, list[str]] = {}
    for key, flag in engine.rows(
        "select v.authorization_id, v.node_id from node_value as v inner join request_node as n "
        "on v.authorization_id = n.authorization_id and v.node_id = n.node_id "
        "where n.parent_id is null and not n.is_criterion and v.evaluated = 1 order by 1, 2"
    ):
        raised.setdefault(key, []).append(flag)
    told = []
    others = evidence.therapies(engine, policy.criteria_examples)
    for n, (example, (said, drugs)) in enumerate(zip(policy.criteria_examples, others, strict=True)):
        expected: Row = {f'evaluated."{node}"': value for node, value in example.evaluated.items()}
        found: Row = {f'evaluated."{node}"': values.get((f"c{n}", node), NOWHERE)[0] for node in example.evaluated}
        expected |= {f'reviewed."{node}"': value for node, value in example.reviewed.items()}
        found |= {f'reviewed."{node}"': values.get((f"c{n}", node), NOWHERE)[1] for node in example.reviewed}
        expected["flags"], found["flags"] = sorted(example.flags), raised.get(f"c{n}", [])
        expected |= {f"evidence.{fact}": word for fact, word in example.evidence.items()}
        found |= {f"evidence.{fact}": rests_on.get((f"c{n}", fact)) for fact in example.evidence}
        if example.indication is not None:
            expected["indication"], found["indication"] = example.indication, picked[f"c{n}"] or NOT_LISTED
        told.append(Told(example.title, expected | said, found | drugs))
    return told
