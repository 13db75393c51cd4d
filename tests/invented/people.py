"""Payers, trees and persons of the invented study."""

import random
from datetime import date, timedelta
from typing import Any

import polars as pl

A, B = "policy-a", "policy-b"
PAYERS = {"Alder Health": A, "Birch Plan": B, "Cedar Care": B}


OUTCOMES = ["renewed_on_time", "renewed_late", "reauthorized", "denied", "pending", "withdrawn", "lapsed", "stopped"]
OUTCOMES += ["deceased", "disenrolled", "not_due"]


# id, label, conjunct, parent
TREES = {
    (A, "2023-12-20"): [
        ("1", "All of these", False, None),
        ("1.indication", "Breast cancer", True, "1"),
        ("1.A", "Adult", True, "1"),
        ("1.B", "One of three kinds of disease", True, "1"),
        ("1.B.i", "Recurrent or unresectable", False, "1.B"),
        ("1.B.ii", "Metastatic", False, "1.B"),
        ("1.B.iii", "No response to preoperative therapy", False, "1.B"),
        ("1.C", "An oncologist is involved", True, "1"),
    ],
    (B, "2019-07-15"): [
        ("I", "All of these", False, None),
        ("I.1.A.dx_code", "A listed diagnosis", True, "I"),
        ("I.1.A.disease", "Recurrent or metastatic", True, "I"),
        ("I.1.A", "One of the ways of use", True, "I"),
        ("I.1.A.i", "With capecitabine", False, "I.1.A"),
        ("I.1.A.iii", "With trastuzumab", False, "I.1.A"),
        ("L", "No limitation applies", False, "I"),
        ("L.1", "Not adjuvant", True, "L"),
        ("L.2", "At most 40 mg per square metre", True, "L"),
    ],
}
TREES[B, "2024-02-16"] = [row for row in TREES[B, "2019-07-15"] if row[0] != "I.1.A.iii"]


TEXT, LIST = pl.String, pl.List(pl.String)


def one_person(draw: random.Random, number: int) -> dict[str, Any]:
    payer = draw.choices(list(PAYERS), weights=[40, 50, 10])[0]
    start = date(2023, 6, 1) + timedelta(days=draw.randrange(620))
    return {"person_id": f"person-{number:05}", "payer": payer, "policy_id": PAYERS[payer], "start": start}


def frame_of(rows: list[dict[str, Any]], schema: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def is_approved(decision: str) -> bool:
    return decision in ("approved", "partially_approved")
