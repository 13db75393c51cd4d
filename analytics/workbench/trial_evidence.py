"""What the worked examples of a policy say beside answers, as rows where staging would put them."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from analytics.engine import Engine
from analytics.policy.codes import ndc_prefix
from analytics.policy.dosing import DosingExample
from analytics.policy.model import REQUEST_FACTS, CriteriaExample, Policy

#: The staged table of fills, as far as the rules read it.
FILL = "person_id VARCHAR, dispensing_date DATE, ndc_code VARCHAR, quantity DOUBLE, days_supply INTEGER, reason VARCHAR"
#: No day of an example comes near the end of its extract.
HORIZON = date(2200, 1, 1)

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


def _examples(policy: Policy) -> Iterator[tuple[str, DosingExample | CriteriaExample]]:
    """Every example by the key of its person and request."""
    yield from ((f"d{n}", example) for n, example in enumerate(policy.dosing_examples))
    yield from ((f"c{n}", example) for n, example in enumerate(policy.criteria_examples))


def administered(policy: Policy) -> list[Row]:
    """The medical claims of the examples beside those of the drug itself."""
    return [
        {
            "person_id": key,
            "hcpcs_code": claim.hcpcs_code,
            "service_date": example.on - timedelta(days=claim.days_before),
        }
        for key, example in _examples(policy)
        for claim in example.claims
        if claim.hcpcs_code is not None
    ]


def fills(policy: Policy) -> list[Row]:
    """The fills of the examples."""
    return [
        {
            "person_id": key,
            "dispensing_date": example.on - timedelta(days=claim.days_before),
            "ndc_code": ndc_prefix(claim.ndc),
            "days_supply": claim.days_supply,
        }
        for key, example in _examples(policy)
        # Identical rows of an extract are one.
        for claim in dict.fromkeys(example.claims)
        if claim.ndc is not None
    ]


def answers(policy: Policy) -> list[Row]:
    """What the requests of the examples document."""
    return [row for key, example in _examples(policy) for row in _answers(policy, key, example)]


def _answers(policy: Policy, key: str, example: DosingExample | CriteriaExample) -> list[Row]:
    rows = []
    for fact, value in example.facts.items():
        if fact not in REQUEST_FACTS:
            kind = policy.questions[fact].answer_type
            rows.append(
                {
                    "authorization_id": key,
                    "question": fact,
                    "answer": value,
                    "answer_yes_no": value.lower() if kind == "yes_no" else None,
                    "answer_on": value if kind == "date" else None,
                    "answer_number": Decimal(value) if kind == "number" else None,
                }
            )
    return rows


def therapies(engine: Engine, examples: Sequence[DosingExample | CriteriaExample]) -> Iterator[tuple[Row, Row]]:
    """For each example what it says of other drugs, and what the rules find; nothing is asked where none says any."""
    is_dosing = bool(examples) and isinstance(examples[0], DosingExample)
    found: dict[tuple[str, str, Any], str] = {}
    if any(example.therapy for example in examples):
        name, day = ("administration_therapy", "administered_on") if is_dosing else ("request_evidence", "null")
        engine.make(name)
        for person, drug, on, said in engine.rows(f"select person_id, therapy, {day}, evidence from {name}"):
            found[person, drug, on] = said or "not shown"
    for n, example in enumerate(examples):
        key, on = (f"d{n}", example.on) if is_dosing else (f"c{n}", None)
        expected = {f'therapy."{drug}"': said for drug, said in example.therapy.items()}
        yield expected, {f'therapy."{drug}"': found.get((key, drug, on)) for drug in example.therapy}
