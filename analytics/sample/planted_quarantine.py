"""Planted claims and requests that can't be used: each reason."""

from typing import Any

from analytics.sample.planted_rows import claim, enrolled, request, size
from analytics.sample.planting import Part, Planted, claim_id, day, person_id, plant, quarantined, request_id


def treated(number: int) -> tuple[Part, ...]:
    """A person who is in scope: enrolled, measured, one dose."""
    return (enrolled(number), size(number, "1.80"), claim(number, 0, 72, "JZ"))


def _bad_claim(number: int, reason: str, story: str, holding: str = "", **columns: Any) -> Planted:
    """A treated person's second claim line with one fault."""
    bad = claim(number, 21, 72, "JZ", which=2, **columns)
    found = quarantined("medical_claim", reason, holding or claim_id(number, 2))
    return plant(number, f"claim_{reason}", story, (treated(number), bad), found)


def _bad_request(
    number: int, reason: str, story: str, holding: str = "", decision: str = "approved", **columns: Any
) -> Planted:
    """An approved request with one fault; nobody was treated."""
    dates: dict[str, Any] = {"approved_from": day(number, 0), "approved_to": day(number, 364)}
    bad = request(number, -5, decision, **(dates | columns))
    found = quarantined("authorization", reason, holding or person_id(number))
    return plant(number, f"request_{reason}", story, (enrolled(number), bad), found)


CLAIMS = (
    _bad_claim(201, "missing_claim_id", "A claim line without claim id.", person_id(201), claim_id=""),
    _bad_claim(202, "missing_claim_line_number", "A claim line without line number.", claim_line_number=""),
    _bad_claim(203, "missing_person_id", "A claim line without person.", person_id=""),
    _bad_claim(204, "missing_payer", "A claim line of the drug without payer.", payer=None),
    _bad_claim(
        205,
        "missing_claim_line_start_date",
        "A claim line without any service date.",
        claim_line_start_date="",
        claim_start_date="",
    ),
    _bad_claim(206, "missing_service_unit_quantity", "A claim line without units.", service_unit_quantity=""),
    _bad_claim(207, "unreadable_claim_line_number", "The line number is 'one'.", claim_line_number="one"),
    _bad_claim(
        208,
        "unreadable_claim_line_start_date",
        "The service date is 05/27/2024: month first.",
        claim_line_start_date="05/27/2024",
    ),
    _bad_claim(209, "unreadable_service_unit_quantity", "The units are '72 mg'.", service_unit_quantity="72 mg"),
    _bad_claim(210, "unknown_claim_status", "The claim's status is 'adjusted'.", claim_status="adjusted"),
    _bad_claim(211, "zero_units", "No units at all: 0.", service_unit_quantity=0),
)

REQUESTS = (
    _bad_request(221, "missing_authorization_id", "A request without id.", authorization_id=""),
    _bad_request(222, "missing_person_id", "A request without person.", request_id(222), person_id=""),
    _bad_request(223, "missing_payer", "A request for the drug without payer.", payer=None),
    _bad_request(224, "missing_request_type", "A request that is neither initial nor renewal.", request_type=""),
    _bad_request(225, "missing_received_at", "A request without date.", received_at=""),
    _bad_request(226, "missing_decision", "A request without decision.", decision=""),
    _bad_request(227, "unreadable_received_at", "Received on 'May 1'.", received_at="May 1"),
    _bad_request(228, "unreadable_decided_at", "Decided on 2024-5-3: not two digits each.", decided_at="2024-5-3"),
    _bad_request(229, "unreadable_approved_from", "Approved from 2024-02-30.", approved_from="2024-02-30"),
    _bad_request(230, "unreadable_approved_to", "Approved until 'one year'.", approved_to="one year"),
    _bad_request(231, "unknown_request_type", "The request's type is 'extension'.", request_type="extension"),
    _bad_request(232, "unknown_decision", "The decision is 'ok'.", decision="ok"),
    _bad_request(233, "unknown_appeal_decision", "The appeal's decision is 'won'.", appeal_decision="won"),
    _bad_request(234, "appeal_without_denial", "An approval that an appeal overturned.", appeal_decision="overturned"),
    _bad_request(235, "approved_without_dates", "An approval without days.", approved_from="", approved_to=""),
    plant(
        236,
        "request_conflicting_rows",
        "One request twice, once approved and once denied.",
        (
            enrolled(236),
            request(236, -5, "approved", approved_from=day(236, 0), approved_to=day(236, 364)),
            request(236, -5, "denied"),
        ),
        quarantined("authorization", "conflicting_rows", request_id(236)),
    ),
)


QUARANTINE: tuple[Planted, ...] = CLAIMS + REQUESTS
