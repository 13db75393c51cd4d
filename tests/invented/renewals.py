"""Invented renewals."""

import random
from datetime import timedelta
from typing import Any

import polars as pl

from tests.invented.people import OUTCOMES, TEXT

RENEWAL = {
    **dict.fromkeys(["authorization_id", "policy_id", "payer", "person_id"], TEXT),
    "approved_to": pl.Date,
    "outcome": TEXT,
    "on_therapy": pl.Boolean,
}


def renewal(draw: random.Random, request: dict[str, Any], eligibility: bool) -> dict[str, Any]:
    outcome = draw.choices(OUTCOMES, [40, 8, 4, 6, 2, 1, 8, 18, 5, 3, 5])[0]
    on_therapy = outcome != "stopped" and draw.random() < 0.85
    told = eligibility or outcome in ("renewed_on_time", "renewed_late", "denied", "pending", "withdrawn")
    end = request["received"] + timedelta(days=180)
    return request | {"approved_to": end, "outcome": outcome if told else None, "on_therapy": on_therapy}
