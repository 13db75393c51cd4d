"""Rows of planted persons: a claim line, a request, its review and documents, coverage, a measurement."""

from collections.abc import Mapping
from datetime import date

from analytics.sample.planting import Part, claim_id, day, person_id, request_id
from analytics.sample.rows import Value, make_row, money
from analytics.sample.world import DRUG, HARBOR, Payer, add_months, days, npi

REVIEWED = {
    "A": {"1.indication": "met", "1.A": "met", "1.B": "met", "1.C": "met"},
    "B": {"I.1.A.dx_code": "met", "I.1.A.disease": "met", "I.1.A": "met", "L.2": "met", "L.3": "met"},
}


def claim(
    number: int,
    when: int | str,
    units: int | str,
    *modifiers: str,
    which: int = 1,
    line: int | str = 1,
    payer: Payer | None = HARBOR,
    **columns: Value,
) -> Part:
    """One claim line of a planted person, 90 dollars allowed per unit; columns given replace the usual ones."""
    on = day(number, when)
    cents = units * 9_000 if isinstance(units, int) else 0
    usual: dict[str, Value] = {
        "claim_id": claim_id(number, which),
        "claim_line_number": line,
        "person_id": person_id(number),
        "payer": payer.name if payer else None,
        "claim_start_date": on,
        "claim_line_start_date": on,
        "hcpcs_code": DRUG,
        "service_unit_quantity": units,
        "place_of_service_code": "11",
        "rendering_npi": npi(181_000_002),
        "billing_npi": npi(191_000_001),
        "diagnosis_code_1": "C50911",
        "allowed_amount": money(cents),
        "paid_amount": money(cents * 4 // 5),
        "paid_date": on,
        "data_source": payer.source if payer else HARBOR.source,
        "claim_frequency_code": 1,
        "claim_status": "paid",
        **{f"hcpcs_modifier_{slot}": modifier for slot, modifier in enumerate(modifiers, 1)},
    }
    return "medical_claim", make_row("medical_claim", **(usual | columns))


def request(
    number: int,
    received: int | str,
    decision: str,
    *,
    which: int = 1,
    payer: Payer | None = HARBOR,
    **columns: Value,
) -> Part:
    """One request of a planted person, decided two days after it was received unless pending or withdrawn."""
    received = day(number, received)
    decided = date.fromisoformat(received) + days(2)
    usual: dict[str, Value] = {
        "authorization_id": request_id(number, which),
        "person_id": person_id(number),
        "payer": payer.name if payer else None,
        "hcpcs_code": DRUG,
        "request_type": "initial",
        "received_at": f"{received}T09:00Z",
        "decided_at": None if decision in ("pending", "withdrawn") else f"{decided}T15:00Z",
        "decision": decision,
        "priority": "standard",
        "extended": False,
        "requested_dose_mg_per_m2": "40",
        "diagnosis_code": "C50.911",
        "prescriber_npi": npi(181_000_002),
        "prescriber_specialty": "207RH0003X",
    }
    return "authorization", make_row("authorization", **(usual | columns))


def approved(
    number: int,
    first: int | str,
    *,
    which: int = 1,
    payer: Payer = HARBOR,
    reviewed: bool = True,
    **columns: Value,
) -> tuple[Part, ...]:
    """A request approved from `first` for the policy's length, with a plain review and plain answers."""
    start = date.fromisoformat(day(number, first))
    months = 6 if payer.policy == "B" else 12
    usual: dict[str, Value] = {
        "approved_from": start,
        "approved_to": add_months(start, months) - days(1),
        "regimen": "q3w",
    }
    received = (start - days(5)).isoformat()
    row = request(number, received, "approved", which=which, payer=payer, **(usual | columns))
    if not reviewed:
        return (row,)
    known = {"metastatic": "yes"}
    if payer.policy == "B":
        resistant = {f"{drug}_resistant": "yes" for drug in ("anthracycline", "taxane", "capecitabine")}
        known |= {"single_agent": "yes"} | resistant
    marks = REVIEWED[payer.policy or "A"]
    if payer.policy == "B" and columns.get("request_type") == "renewal":
        marks = {"II.1": "met", "II.2": "met", "II.3": "met"}
        known |= {"tumor_response": "stable", "unacceptable_toxicity": "no"}
    return (row, *reviews(number, marks, which), *answers(number, known, which))


def reviews(number: int, marks: Mapping[str, str], which: int = 1) -> tuple[Part, ...]:
    """What the reviewer recorded, criterion by criterion."""
    request = request_id(number, which)
    return tuple(
        (
            "criterion_review",
            make_row("criterion_review", authorization_id=request, criterion_id=criterion, determination=word),
        )
        for criterion, word in marks.items()
    )


def answers(number: int, known: Mapping[str, str], which: int = 1) -> tuple[Part, ...]:
    """What the request documented, question by question."""
    request = request_id(number, which)
    return tuple(
        (
            "clinical_answer",
            make_row("clinical_answer", authorization_id=request, question=question, answer=answer),
        )
        for question, answer in known.items()
    )


def enrolled(number: int, *, payer: Payer = HARBOR, **columns: Value) -> Part:
    """A planted person's coverage; born 1966-04-15, enrolled since 2022 and still, unless said otherwise."""
    usual: dict[str, Value] = {
        "person_id": person_id(number),
        "payer": payer.name,
        "birth_date": "1966-04-15",
        "enrollment_start_date": "2022-01-01",
    }
    return "eligibility", make_row("eligibility", **(usual | columns))


def observed(number: int, when: int | str, code: str, result: str, units: str, high: str = "") -> Part:
    """One observation of a planted person."""
    return "observation", make_row(
        "observation",
        person_id=person_id(number),
        observation_date=day(number, when),
        source_code=code,
        result=result,
        source_units=units,
        source_reference_range_high=high,
    )


def size(number: int, bsa: str, when: int | str = -4) -> Part:
    """A measured body surface area in m²."""
    return observed(number, when, "3140-1", bsa, "m2")
