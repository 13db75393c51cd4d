"""Invented renewals."""

import random
from datetime import timedelta
from typing import Any

import polars as pl

from analytics.rates import persistence_rates
from tests.invented.people import OUTCOMES, TEXT

RENEWAL = {
    **dict.fromkeys(["authorization_id", "policy_id", "payer", "person_id"], TEXT),
    "approved_to": pl.Date,
    "outcome": TEXT,
    "on_therapy": pl.Boolean,
    "gap_days": pl.Int64,
    "doses_uncovered": pl.Int64,
}


def renewal(draw: random.Random, request: dict[str, Any], eligibility: bool) -> dict[str, Any]:
    outcome = draw.choices(OUTCOMES, [40, 8, 4, 6, 2, 1, 8, 18, 5, 3, 5])[0]
    on_therapy = outcome != "stopped" and draw.random() < 0.85
    told = eligibility or outcome in ("renewed_on_time", "renewed_late", "denied", "pending", "withdrawn")
    end = request["received"] + timedelta(days=180)
    # Dice of its own, so that what is drawn after it stays as it was.
    dice = random.Random(f"{request['authorization_id']}")
    late = outcome == "renewed_late" or (outcome == "reauthorized" and dice.random() < 0.5)
    gap = dice.choice([3, 6, 12, 20, 45]) if late else 0
    retained = outcome in ("renewed_on_time", "renewed_late", "reauthorized")
    return request | {
        "approved_to": end,
        "outcome": outcome if told else None,
        "on_therapy": on_therapy,
        "gap_days": gap if retained and told else None,
        "doses_uncovered": dice.choice([1, 1, 2, 4]) if dice.random() < (0.3 if late else 0.03) else 0,
    }


SPELL = {
    **dict.fromkeys(["policy_id", "payer", "person_id"], TEXT),
    "gap_days": pl.Int64,
    "days": pl.Int64,
    "event": TEXT,
    "is_followed": pl.Boolean,
}


def spells(draw: random.Random, administration: pl.DataFrame, eligibility: bool) -> list[dict[str, Any]]:
    """First spells of all who are treated: some stop under a short gap who go on, or die, under a longer one."""
    rows = []
    people = administration.select("policy_id", "payer", "person_id").unique().sort(pl.all())
    for person in people.iter_rows(named=True):
        cycles = 1
        while draw.random() < 0.89:
            cycles += 1
        days = {gap: 21 * cycles + draw.randrange(6) for gap in (30, 60, 90)}
        days = dict.fromkeys(days, days[60])
        event = dict.fromkeys(
            days, draw.choices(["discontinued", "died", "end_of_data", "disenrolled"], [62, 14, 16, 8])[0]
        )
        followed = draw.random() < 0.9
        if draw.random() < 0.12:
            days[30], event[30] = 21 * draw.randrange(1, cycles + 1), "discontinued"
        if event[60] == "discontinued" and draw.random() < 0.15:
            event[90] = draw.choice(["died", "end_of_data"])
            days[90] += draw.randrange(10, 60)
        rows += [
            person
            | {
                "gap_days": gap,
                "days": days[gap],
                "event": event[gap] if eligibility else None,
                "is_followed": followed,
            }
            for gap in days
        ]
    return rows


def persistence(spell: pl.DataFrame) -> pl.DataFrame:
    """The table `persistence` from invented spells."""
    followed = spell.filter(pl.col("is_followed") & pl.col("event").is_not_null())
    event = pl.col("event")
    counts = (
        pl.concat([followed, followed.with_columns(payer=pl.lit(None, dtype=TEXT))])
        .group_by("policy_id", "payer", "gap_days", pl.col("days").alias("day"))
        .agg(
            n_discontinued=(event == "discontinued").sum().cast(pl.Int64),
            n_died=(event == "died").sum().cast(pl.Int64),
            n_censored=event.is_in(["disenrolled", "end_of_data"]).sum().cast(pl.Int64),
        )
    )
    return persistence_rates(counts.sort("policy_id", "payer", "gap_days", "day"))
