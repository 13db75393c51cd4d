"""What the worked examples of a policy say beside answers, as rows where staging would put them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from analytics.policy.codes import ndc_prefix
from analytics.policy.model import REQUEST_FACTS, CriteriaExample, Policy

#: The staged table of fills, as far as the rules read it.
FILL = "person_id VARCHAR, dispensing_date DATE, ndc_code VARCHAR, quantity DOUBLE, days_supply INTEGER, reason VARCHAR"

Row = dict[str, Any]


def labs(policy: Policy) -> list[Row]:
    """The laboratory results of the examples."""
    return [
        {
            "person_id": f"c{n}",
            "observation_date": example.on - timedelta(days=lab.days_before),
            "source_code": lab.loinc,
            "result": float(lab.result),
            "source_units": lab.unit,
            "source_reference_range_high": None if lab.upper_limit is None else float(lab.upper_limit),
        }
        for n, example in enumerate(policy.criteria_examples)
        for lab in example.labs
    ]


def administered(policy: Policy) -> list[Row]:
    """The earlier administrations of the examples."""
    return [
        {
            "person_id": f"c{n}",
            "hcpcs_code": claim.hcpcs_code,
            "service_date": example.on - timedelta(days=claim.days_before),
        }
        for n, example in enumerate(policy.criteria_examples)
        for claim in example.claims
        if claim.hcpcs_code is not None
    ]


def fills(policy: Policy) -> list[Row]:
    """The earlier fills of the examples."""
    return [
        {
            "person_id": f"c{n}",
            "dispensing_date": example.on - timedelta(days=claim.days_before),
            "ndc_code": ndc_prefix(claim.ndc),
            "days_supply": claim.days_supply,
        }
        for n, example in enumerate(policy.criteria_examples)
        for claim in example.claims
        if claim.ndc is not None
    ]


def answers(policy: Policy) -> list[Row]:
    """What the requests of the examples document."""
    return [row for n, example in enumerate(policy.criteria_examples) for row in _answers(policy, n, example)]


def _answers(policy: Policy, n: int, example: CriteriaExample) -> list[Row]:
    rows = []
    for fact, value in example.facts.items():
        if fact not in REQUEST_FACTS:
            kind = policy.questions[fact].answer_type
            rows.append(
                {
                    "authorization_id": f"c{n}",
                    "question": fact,
                    "answer": value,
                    "answer_yes_no": value.lower() if kind == "yes_no" else None,
                    "answer_on": value if kind == "date" else None,
                    "answer_number": Decimal(value) if kind == "number" else None,
                }
            )
    return rows
