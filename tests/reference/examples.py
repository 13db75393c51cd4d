"""Rows for worked examples: everything that an example does not speak of is plain and in order."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.reference.policies import A
from tests.reference.schema import Raw
from tests.reference.twin import Result, compute

PLAN_A, PLAN_B = "Alder Health", "EmblemHealth"


def claim(day: str, units: object, payer: str | None = PLAN_A, **more: str | None) -> Raw:
    """A claim line of its own claim, named by day and units unless told otherwise."""
    return {
        "claim_id": f"{day}/{units}",
        "claim_line_number": "1",
        "person_id": "P1",
        "payer": payer,
        "claim_line_start_date": day,
        "hcpcs_code": "J9207",
        "service_unit_quantity": str(units),
        **more,
    }


def request(id: str = "R1", **more: str | None) -> Raw:
    """A pending initial request, unless told otherwise."""
    return {
        "authorization_id": id,
        "person_id": "P1",
        "payer": PLAN_A,
        "hcpcs_code": "J9207",
        "request_type": "initial",
        "received_at": "2024-01-02",
        "decision": "pending",
        **more,
    }


def approval(id: str, first: str, last: str, **more: str | None) -> Raw:
    decided = {"decision": "approved", "decided_at": f"{first}T10:00", "received_at": first}
    return request(id, **{**decided, "approved_from": first, "approved_to": last, **more})


def size(result: str, day: str = "2024-03-01", loinc: str = "3140-1", units: str | None = None) -> Raw:
    row: Raw = {"person_id": "P1", "observation_date": day, "source_code": loinc, "result": result}
    return {**row, "source_units": units}


def run(claims: list[Raw], requests: list[Raw] | None = None, as_of: date | None = None, **others: list[Raw]) -> Result:
    tables = {"medical_claim": claims, "authorization": requests or [], **others}
    return compute(tables, as_of, {PLAN_A: A})


def given(result: Result, n: int = -1) -> dict[str, Any]:
    return result.tables["administration"][n]


def reasons(result: Result) -> dict[str, int]:
    return {row["reason"]: row["n_rows"] for row in result.tables["reconciliation_reason"]}
