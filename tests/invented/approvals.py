"""Invented requests and criteria."""

import random
from datetime import date, timedelta
from typing import Any

import polars as pl

from tests.invented.people import LIST, TEXT, TREES, A, frame_of

REQUEST = {
    **dict.fromkeys(["authorization_id", "person_id", "policy_id", "policy_version", "payer", "request_type"], TEXT),
    "extended": pl.Boolean,
    **dict.fromkeys(["received_on", "decided_on"], pl.Date),
    **dict.fromkeys(["decision", "appeal_decision", "final_decision", "priority"], TEXT),
    "unmet_conjuncts": LIST,
}


def requests(draw: random.Random, person: dict[str, Any]) -> list[dict[str, Any]]:
    rows = []
    for number in range(draw.choice([1, 1, 2])):
        received = person["start"] + timedelta(days=180 * number)
        version = (
            "2023-12-20" if person["policy_id"] == A else "2019-07-15" if received < date(2024, 2, 16) else "2024-02-16"
        )
        conjuncts = [row[0] for row in TREES[person["policy_id"], version] if row[2]]
        unmet = [criterion for criterion in conjuncts if draw.random() < 0.07]
        undecided = draw.random() < 0.06
        denied = draw.random() < (0.8 if unmet else 0.06)
        decision = draw.choice(["pending", "withdrawn"]) if undecided else "denied" if denied else "approved"
        final = "approved" if decision == "denied" and draw.random() < 0.15 else decision
        rows.append(
            person
            | {
                "authorization_id": f"{person['person_id']}-{number}",
                "policy_version": version,
                "request_type": "renewal" if number else "initial",
                "decision": decision,
                "final_decision": final,
                "priority": "expedited" if draw.random() < 0.12 else "standard",
                "unmet_conjuncts": unmet,
                "received": received,
            }
            | _course(f"{person['person_id']}-{number}", received, decision, final)
        )
    return rows


def _course(ident: str, received: date, decision: str, final: str) -> dict[str, Any]:
    """What a request went through. Dice of its own, so that what is drawn after it stays as it was."""
    dice = random.Random(ident)
    decided = decision in ("approved", "denied")
    appealed = final != decision or (decision == "denied" and dice.random() < 0.2)
    return {
        "received_on": received,
        "decided_on": received + timedelta(days=dice.randrange(9)) if decided and dice.random() < 0.99 else None,
        "extended": dice.random() < 0.06,
        "appeal_decision": None if not appealed else "overturned" if final != decision else "upheld",
    }


CRITERION = {
    **dict.fromkeys(["authorization_id", "criterion_id", "reviewed", "evaluated"], TEXT),
    **dict.fromkeys(["presumed_in_review", "presumed_in_evaluation"], pl.Boolean),
}


def criteria(draw: random.Random, request: dict[str, Any], reviews: bool) -> list[dict[str, Any]]:
    tree = TREES[request["policy_id"], request["policy_version"]]
    unmet, values = set(request["unmet_conjuncts"]), {}
    for criterion, _, conjunct, _ in reversed(tree):
        children = [values[row[0]] for row in tree if row[3] == criterion]
        if criterion in unmet:
            value = "not_met"
        elif children and not conjunct:
            value = "not_met" if "not_met" in children else "unknown" if "unknown" in children else "met"
        else:
            value = "unknown" if draw.random() < 0.04 else "met" if conjunct or draw.random() < 0.6 else "not_met"
        values[criterion] = value
    rows = []
    for criterion, _, _, _ in tree:
        agrees = draw.random() < 0.93
        evaluated = values[criterion] if agrees else draw.choice(["met", "not_met", "unknown"])
        rows.append(
            {
                "authorization_id": request["authorization_id"],
                "criterion_id": criterion,
                "reviewed": values[criterion] if reviews else None,
                "evaluated": evaluated,
                "presumed_in_review": criterion == "L.1" if reviews else None,
                "presumed_in_evaluation": False,
            }
        )
    return rows


def outline(request: pl.DataFrame) -> pl.DataFrame:
    """The criteria of every tree with decided requests, in tree order."""
    decided = request.filter(pl.col("decision").is_in(["approved", "partially_approved", "denied"]))
    keys = ["policy_id", "policy_version", "payer", "request_type"]
    rows = []
    for key in decided.select(keys).unique().sort(keys).iter_rows():
        for criterion, label, conjunct, _ in TREES[key[0], key[1]]:
            rows.append(
                dict(zip(keys, key, strict=True)) | {"criterion_id": criterion, "label": label, "is_conjunct": conjunct}
            )
    return pl.DataFrame(rows)


def metrics(request: pl.DataFrame) -> pl.DataFrame:
    rows = []
    for (payer,), frame in request.sort("payer").group_by("payer", maintain_order=True):
        row: dict[str, Any] = {"payer": payer, "drug": "inventumab"}
        decided = frame.filter(pl.col("decision").is_in(["approved", "denied"]))
        for part in ("standard", "expedited"):
            some = decided.filter(pl.col("priority") == part)
            row[f"n_{part}"] = some.height
            row[f"{part}_approved_rate"] = (some["decision"] == "approved").mean()
            row |= {f"{part}_mean_hours": 51.25, f"{part}_median_hours": 40.5}
        appealed = decided.filter((pl.col("decision") == "denied") & (pl.col("priority") == "standard"))
        row["n_appeals_decided"] = appealed.height
        row["standard_approved_after_appeal_rate"] = (appealed["final_decision"] == "approved").mean()
        row |= {"n_extended": 0, "extended_approved_rate": None}
        row |= {"n_pending": frame.filter(pl.col("decision") == "pending").height, "pending_median_age_days": 12.0}
        rows.append(row)
    return pl.DataFrame(rows)


def with_consistency(request: pl.DataFrame, results: pl.DataFrame) -> pl.DataFrame:
    """The requests with how their decision agrees with what the review comes to, which stands at the tree's root."""
    roots = [tree[0][0] for tree in TREES.values()]
    reviewed = results.filter(pl.col("criterion_id").is_in(roots)).select("authorization_id", "reviewed")
    approved, word = pl.col("decision") == "approved", pl.col("reviewed")
    consistency = (
        pl.when(~pl.col("decision").is_in(["approved", "denied"]) | word.is_null())
        .then(None)
        .when(approved & (word == "not_met"))
        .then(pl.lit("approved_unmet"))
        .when(approved & (word == "unknown"))
        .then(pl.lit("approved_undocumented"))
        .when(~approved & (word == "met"))
        .then(pl.lit("denied_all_met"))
        .when(~approved & (word == "unknown"))
        .then(pl.lit("denied_undocumented"))
        .otherwise(pl.lit("consistent"))
    )
    return request.join(reviewed, on="authorization_id", how="left").with_columns(consistency=consistency)


WAY = {
    **dict.fromkeys(["authorization_id", "policy_id", "payer", "person_id", "priority"], TEXT),
    "received_on": pl.Date,
    **dict.fromkeys(["decision", "final_decision"], TEXT),
    "finally_decided_on": pl.Date,
    "hours_to_decision": pl.Float64,
    **dict.fromkeys(["approved_from", "approved_to"], pl.Date),
    "is_ended": pl.Boolean,
    "first_administered_on": pl.Date,
    "days_to_first_dose": pl.Int64,
    "renewal_authorization_id": TEXT,
    "renewal_received_on": pl.Date,
    "days_to_renewal_request": pl.Int64,
    "renewal_final_decision": TEXT,
    "renewal_hours_to_decision": pl.Float64,
}


def ways(request: pl.DataFrame, horizon: date) -> pl.DataFrame:
    """How far each initial request got: most approvals are used, and whoever asks again renews the approval before."""
    by_id, rows = {row["authorization_id"]: row for row in request.iter_rows(named=True)}, []
    for row in request.filter(pl.col("request_type") == "initial").iter_rows(named=True):
        dice, way = random.Random(f"way {row['authorization_id']}"), dict(row)
        if row["final_decision"] == "approved":
            start = row["decided_on"] or row["received_on"]
            way |= {"finally_decided_on": start, "approved_from": start, "approved_to": start + timedelta(days=180)}
            way["is_ended"] = start + timedelta(days=271) <= horizon
            if dice.random() < 0.93:
                days = int(dice.expovariate(0.1))
                way |= {"first_administered_on": start + timedelta(days=days), "days_to_first_dose": days}
            if (again := by_id.get(f"{row['person_id']}-1")) is not None:
                way |= {
                    "renewal_authorization_id": again["authorization_id"],
                    "renewal_received_on": again["received_on"],
                    "renewal_final_decision": again["final_decision"],
                    "renewal_hours_to_decision": again["hours_to_decision"],
                }
                if way.get("first_administered_on"):
                    way["days_to_renewal_request"] = (again["received_on"] - way["first_administered_on"]).days
        rows.append({"is_ended": False} | {name: way[name] for name in WAY if way.get(name) is not None})
    return frame_of(rows, WAY)


EVIDENCE = dict.fromkeys(
    ["authorization_id", "policy_id", "payer", "person_id", "therapy", "documented", "on_claims"], TEXT
)
#: What requests and claims say of a drug, and how often: many shapes are rare.
SAID = [(None, 50), ("yes", 40), ("no", 10)]
SHOWN = {None: [60, 38, 2], "yes": [70, 28, 2], "no": [12, 86, 2]}


def said_of(dice: random.Random, asks: bool) -> dict[str, str | None]:
    """What is said of another drug, and what claims show; a policy may ask for nothing."""
    said = dice.choices([word for word, _ in SAID], [weight for _, weight in SAID])[0] if asks else None
    shown = dice.choices(["yes", "no", "not_evaluable"], SHOWN[said])[0]
    return {"documented": said, "on_claims": shown}


#: A drug before that initial requests document by what a criterion asks for: both tables count the same answers.
ASKED_BY = {"capecitabine before": "I.1.A.i"}
_DOCUMENTED = {"met": "yes", "not_met": "no"}


def evidence(request: pl.DataFrame, results: pl.DataFrame) -> pl.DataFrame:
    """Drugs before each request: the first policy asks for nothing of one of them, the second by a criterion too."""
    dice = random.Random(4)
    rows = [
        row | {"therapy": therapy} | said_of(dice, row["policy_id"] != A or therapy == "taxane before")
        for row in request.sort("authorization_id").iter_rows(named=True)
        for therapy in ("anthracycline before", "taxane before")
    ]
    for therapy, criterion in ASKED_BY.items():
        answers = results.filter(criterion_id=criterion).select("authorization_id", answer="reviewed")
        asked = request.join(answers, on="authorization_id").sort("authorization_id")
        for row in asked.iter_rows(named=True):
            said = _DOCUMENTED.get(row["answer"]) if row["request_type"] == "initial" else None
            # Claims show nearly all that is documented, and next to nothing that is denied.
            shown = dice.choices(["yes", "no"], [99, 1] if said == "yes" else [2, 98])[0]
            rows.append(row | {"therapy": therapy, "documented": said, "on_claims": shown})
    return frame_of(rows, EVIDENCE)


def therapies(administration: pl.DataFrame) -> pl.DataFrame:
    """Drugs around each administration of the second policy."""
    dice, schema = random.Random(5), {name: kind for name, kind in EVIDENCE.items() if name != "authorization_id"}
    rows = [
        row | {"therapy": "with capecitabine"} | said_of(dice, asks=True)
        for row in administration.sort("person_id", "administered_on").iter_rows(named=True)
        if row["policy_id"] != A
    ]
    return frame_of(rows, schema)
