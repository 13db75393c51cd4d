"""Invented administrations and limits."""

import random
from collections import Counter
from datetime import date, timedelta
from typing import Any

import polars as pl

from tests.invented.people import TEXT, A

ADMINISTRATION = {
    **dict.fromkeys(["policy_id", "policy_version", "payer", "person_id", "hcpcs_code"], TEXT),
    "administered_on": pl.Date,
    **dict.fromkeys(["billed_units", "administered_units", "wasted_units"], pl.Decimal(18, 4)),
    "bsa_m2": pl.Float64,
    **dict.fromkeys(["status", "breach_kind"], TEXT),
    "excess_units": pl.Decimal(18, 4),
    **dict.fromkeys(["allowed_amount", "excess_allowed_amount"], pl.Decimal(18, 2)),
}


def administrations(draw: random.Random, person: dict[str, Any]) -> list[dict[str, Any]]:
    rows, careless = [], draw.random() < 0.3
    for cycle in range(draw.randrange(1, 9)):
        on = person["start"] + timedelta(days=21 * cycle)
        if on > date(2025, 3, 20):
            break
        known = draw.random() < 0.9
        over = draw.random() < (0.35 if careless else 0.02)
        status = "indeterminate" if not known and draw.random() < 0.7 else "exceeds" if over else "within"
        if status == "exceeds" and draw.random() < 0.1:
            status = "exception"
        units = draw.randrange(50, 80)
        excess = draw.randrange(1, 25) if status in ("exceeds", "exception") else 0
        wasted = excess if draw.random() < 0.4 else 0
        rows.append(
            person
            | {
                "policy_version": "2023-12-20" if person["policy_id"] == A else "2024-02-16",
                "hcpcs_code": "J9207",
                "administered_on": on,
                "billed_units": units + excess,
                "administered_units": units + excess - wasted,
                "wasted_units": wasted,
                "bsa_m2": 1.8 if known else None,
                "status": status,
                "breach_kind": draw.choices(["over_dose", "over_units", "early", "extra"], [60, 4, 20, 16])[0]
                if excess
                else None,
                "excess_units": excess,
                "allowed_amount": (units + excess) * 100,
                "excess_allowed_amount": excess * 100,
            }
        )
    return rows


KEY = ["policy_id", "payer", "person_id", "hcpcs_code", "administered_on"]
VIAL = 15


def providers(administration: pl.DataFrame) -> pl.DataFrame:
    """A person keeps to one provider, and now and then sees another; the great ones have most; some lines name none."""
    draw, rows, homes = random.Random(1), [], dict[str, int]()
    for row in administration.sort(KEY).select(KEY).iter_rows(named=True):
        home = homes.setdefault(row["person_id"], min(int(draw.expovariate(0.12)), 40))
        number = home if draw.random() < 0.9 else draw.randrange(40)
        rows.append(row | {"npi": None if draw.random() < 0.02 else f"1{number * 7919:09}"})
    return pl.DataFrame(rows, schema={name: administration.schema[name] for name in KEY} | {"npi": TEXT})


def waste(administration: pl.DataFrame) -> pl.DataFrame:
    """What is discarded, and how much of it in whole vials; few people pay for a vial too many."""
    vials = (pl.col("wasted_units") / VIAL).floor().cast(pl.Int64)
    share = pl.col("allowed_amount").cast(pl.Float64) / pl.col("billed_units").cast(pl.Float64)
    frame = administration.select(*KEY, "wasted_units", "billed_units", "allowed_amount", avoidable_vials=vials)
    return frame.with_columns(
        avoidable_units=(pl.col("avoidable_vials") * VIAL).cast(pl.Decimal(18, 4)),
        wasted_vials=(pl.col("wasted_units") / VIAL).cast(pl.Decimal(18, 4)),
        wasted_allowed_amount=(share * pl.col("wasted_units").cast(pl.Float64)).cast(pl.Decimal(18, 2)),
        avoidable_allowed_amount=(share * pl.col("avoidable_vials") * VIAL).cast(pl.Decimal(18, 2)),
    )


def with_hours(request: pl.DataFrame) -> pl.DataFrame:
    """Requests with the hours that their decisions took; a few were dated before they came."""
    draw = random.Random(2)
    hours = [
        None
        if decision in ("pending", "withdrawn") or draw.random() < 0.02
        else round(draw.lognormvariate(3.5, 0.8), 2)
        for decision in request["decision"]
    ]
    return request.with_columns(hours_to_decision=pl.Series(hours, dtype=pl.Float64))


def limits(administration: pl.DataFrame) -> pl.DataFrame:
    """One day's units can be over where the dose isn't known."""
    frames, of_units = [], pl.col("bsa_m2").is_null() & (pl.col("breach_kind") == "over_units").fill_null(False)
    for regimen, limit, kinds in (
        ("q3w", "q3w.dose", ["over_dose"]),
        ("q3w", "q3w.frequency", ["early", "extra"]),
        ("q3w", "q3w.units", ["over_units"]),
    ):
        result = (
            pl.when((pl.col("status") == "indeterminate") | (of_units & (pl.lit(limit) == "q3w.dose")))
            .then(pl.lit("unknown"))
            .when(pl.col("breach_kind").is_in(kinds))
            .then(pl.lit("exceeded"))
            .otherwise(pl.lit("ok"))
        )
        part = administration.select("policy_id", "payer", "person_id", "administered_on", result=result)
        frames.append(part.with_columns(regimen=pl.lit(regimen), limit_id=pl.lit(limit)))
    return pl.concat(frames)


def sensitivity(draw: random.Random, administration: pl.DataFrame) -> pl.DataFrame:
    """Each administration over a limit is forgiven from some number of days or percent on, or never.

    All but a few of those too early are forgiven with three days of grace.
    """
    rows, own = administration.select("policy_id", "payer", "status", "breach_kind").to_dicts(), random.Random(3)
    for row in rows:
        row["days"] = draw.choice([1, 2, 3, 9, 9, 9])
        row["percent"] = draw.choice([5, 10, 99, 99])
        is_early = row.pop("breach_kind") == "early"
        row["days"] = min(row["days"], 3) if is_early and own.random() < 0.95 else 9
    counts = []
    for grace in range(4):
        for tolerance in (0, 5, 10):
            found: Counter[tuple[str, str, str]] = Counter()
            for row in rows:
                forgiven = row["status"] in ("exceeds", "exception") and (
                    grace >= row["days"] or tolerance >= row["percent"]
                )
                found[row["policy_id"], row["payer"], "within" if forgiven else row["status"]] += 1
            for policy, payer in sorted({(row["policy_id"], row["payer"]) for row in rows}):
                states = {
                    f"n_{state}": found[policy, payer, state]
                    for state in ("within", "exceeds", "exception", "indeterminate")
                }
                key = {"policy_id": policy, "payer": payer, "grace_days": grace, "dose_tolerance_percent": tolerance}
                counts.append(key | states)
    return pl.DataFrame(counts)
