"""An invented study to build pages from: result tables with the documented columns, drawn from a fixed seed.

Everything is drawn once per person, so that the tables agree with each other as those of a real study do.
"""

import random
from collections import Counter
from datetime import date, timedelta
from functools import cache
from types import SimpleNamespace
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


@cache
def invented_study(seed: int = 7, persons: int = 900, reviews: bool = True, eligibility: bool = True) -> Any:
    """A study of so many persons; without `reviews` or `eligibility` as if those extracts were not there."""
    draw = random.Random(seed)
    people = [_person(draw, number) for number in range(persons)]
    administration = _frame([row for person in people for row in _administrations(draw, person)], _ADMINISTRATION)
    requests = [row for person in people for row in _requests(draw, person)]
    results = [row for request in requests for row in _criteria(draw, request, reviews)]
    request = _frame(requests, _REQUEST)
    renewal = _frame(
        [_renewal(draw, row, eligibility) for row in requests if _approved(row["final_decision"])], _RENEWAL
    )
    criterion_result = _frame(results, _CRITERION)
    return SimpleNamespace(
        administration=administration,
        limit_result=_limits(administration),
        dosing_sensitivity=_sensitivity(draw, administration),
        request=request.drop("priority"),
        criterion_result=criterion_result,
        approval_by_criterion=_outline(request),
        authorization_metrics=_metrics(request),
        reviewer_agreement=criterion_result.join(request, on="authorization_id")
        .select("policy_id", "policy_version", "criterion_id")
        .unique(maintain_order=True),
        renewal=renewal,
        quality_result=_quality(),
        reconciliation=_reconciliation(),
        reconciliation_reason=_reasons(),
        manifest=_manifest(administration, reviews, eligibility),
    )


def _person(draw: random.Random, number: int) -> dict[str, Any]:
    payer = draw.choices(list(PAYERS), weights=[40, 50, 10])[0]
    start = date(2023, 6, 1) + timedelta(days=draw.randrange(620))
    return {"person_id": f"person-{number:05}", "payer": payer, "policy_id": PAYERS[payer], "start": start}


def _frame(rows: list[dict[str, Any]], schema: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


_TEXT, _LIST = pl.String, pl.List(pl.String)
_ADMINISTRATION = {
    **dict.fromkeys(["policy_id", "policy_version", "payer", "person_id", "hcpcs_code"], _TEXT),
    "administered_on": pl.Date,
    **dict.fromkeys(["billed_units", "administered_units", "wasted_units"], pl.Decimal(18, 4)),
    "bsa_m2": pl.Float64,
    **dict.fromkeys(["status", "breach_kind"], _TEXT),
    "excess_units": pl.Decimal(18, 4),
    **dict.fromkeys(["allowed_amount", "excess_allowed_amount"], pl.Decimal(18, 2)),
}


def _administrations(draw: random.Random, person: dict[str, Any]) -> list[dict[str, Any]]:
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
        rows.append(
            person
            | {
                "policy_version": "2023-12-20" if person["policy_id"] == A else "2024-02-16",
                "hcpcs_code": "J9207",
                "administered_on": on,
                "billed_units": units + excess,
                "administered_units": units,
                "wasted_units": excess if draw.random() < 0.4 else 0,
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


def _limits(administration: pl.DataFrame) -> pl.DataFrame:
    frames = []
    for regimen, limit, kinds in (
        ("q3w", "q3w.dose", ["over_dose"]),
        ("q3w", "q3w.frequency", ["early", "extra"]),
        ("q3w", "q3w.units", ["over_units"]),
    ):
        result = (
            pl.when(pl.col("status") == "indeterminate")
            .then(pl.lit("unknown"))
            .when(pl.col("breach_kind").is_in(kinds))
            .then(pl.lit("exceeded"))
            .otherwise(pl.lit("ok"))
        )
        part = administration.select("policy_id", "payer", "person_id", "administered_on", result=result)
        frames.append(part.with_columns(regimen=pl.lit(regimen), limit_id=pl.lit(limit)))
    return pl.concat(frames)


def _sensitivity(draw: random.Random, administration: pl.DataFrame) -> pl.DataFrame:
    """Each administration over a limit is forgiven from some number of days or percent on, or never."""
    rows = administration.select("policy_id", "payer", "status").to_dicts()
    for row in rows:
        row["days"] = draw.choice([1, 2, 3, 9, 9, 9])
        row["percent"] = draw.choice([5, 10, 99, 99])
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


_REQUEST = {
    **dict.fromkeys(["authorization_id", "person_id", "policy_id", "policy_version", "payer", "request_type"], _TEXT),
    **dict.fromkeys(["decision", "final_decision", "priority"], _TEXT),
    "unmet_conjuncts": _LIST,
}


def _approved(decision: str) -> bool:
    return decision in ("approved", "partially_approved")


def _requests(draw: random.Random, person: dict[str, Any]) -> list[dict[str, Any]]:
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
        )
    return rows


_CRITERION = {
    **dict.fromkeys(["authorization_id", "criterion_id", "reviewed", "evaluated"], _TEXT),
    **dict.fromkeys(["presumed_in_review", "presumed_in_evaluation"], pl.Boolean),
}


def _criteria(draw: random.Random, request: dict[str, Any], reviews: bool) -> list[dict[str, Any]]:
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


def _outline(request: pl.DataFrame) -> pl.DataFrame:
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


def _metrics(request: pl.DataFrame) -> pl.DataFrame:
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


_RENEWAL = {
    **dict.fromkeys(["authorization_id", "policy_id", "payer", "person_id"], _TEXT),
    "approved_to": pl.Date,
    "outcome": _TEXT,
    "on_therapy": pl.Boolean,
}


def _renewal(draw: random.Random, request: dict[str, Any], eligibility: bool) -> dict[str, Any]:
    outcome = draw.choices(OUTCOMES, [40, 8, 4, 6, 2, 1, 8, 18, 5, 3, 5])[0]
    on_therapy = outcome != "stopped" and draw.random() < 0.85
    told = eligibility or outcome in ("renewed_on_time", "renewed_late", "denied", "pending", "withdrawn")
    end = request["received"] + timedelta(days=180)
    return request | {"approved_to": end, "outcome": outcome if told else None, "on_therapy": on_therapy}


def _quality() -> pl.DataFrame:
    rows = [
        (
            "medical_claim",
            "medical_claim.service_unit_quantity.not_null",
            "service_unit_quantity",
            "warning",
            "failed",
            5000,
            7,
        ),
        ("medical_claim", "medical_claim.zero_units", "service_unit_quantity", "warning", "failed", 5000, 40),
        ("medical_claim", "medical_claim.columns", None, "critical", "passed", 25, 0),
        ("authorization", "authorization.decided_after_received", "decided_at", "info", "could_not_run", None, None),
        ("observation", "observation.units", "source_units", "info", "not_applicable", 0, 0),
    ]
    names = ["table_name", "expectation", "column_name", "severity", "status", "n_checked", "n_failed"]
    return pl.DataFrame(rows, schema=names, orient="row").with_columns(affects=pl.lit(["dosing"], dtype=_LIST))


def _reconciliation() -> pl.DataFrame:
    rows = [("authorization", 1400, 1391, 4, 5, 0), ("medical_claim", 250_000, 4700, 253, 47, 245_000)]
    names = ["table_name", "rows_read", "rows_used", "rows_excluded", "rows_quarantined", "rows_out_of_scope"]
    return pl.DataFrame(rows, schema=names, orient="row")


def _reasons() -> pl.DataFrame:
    rows = [
        ("authorization", "excluded", "duplicate_row", 4),
        ("authorization", "quarantined", "approved_without_dates", 5),
        ("medical_claim", "excluded", "denied_line", 200),
        ("medical_claim", "excluded", "voided", 53),
        ("medical_claim", "quarantined", "missing_service_unit_quantity", 7),
        ("medical_claim", "quarantined", "zero_units", 40),
        ("medical_claim", "out_of_scope", "no_policy", 20_000),
        ("medical_claim", "out_of_scope", "other_drug", 225_000),
    ]
    return pl.DataFrame(rows, schema=["table_name", "kind", "reason", "n_rows"], orient="row")


def _manifest(administration: pl.DataFrame, reviews: bool, eligibility: bool) -> dict[str, Any]:
    through = administration["administered_on"].max()
    return {
        "product": "um-analytics",
        "version": "0.1.0",
        "as_of": through,
        "as_of_given": False,
        "claims_through": through,
        "authorizations_through": through,
        "horizon": through,
        "period": {"from": administration["administered_on"].min(), "to": through},
        "policies": [
            {
                "policy_id": A,
                "title": "Policy of the first document",
                "drug": "inventumab",
                "source": "First document",
                "payers": ["Alder Health"],
                "versions": [{"version": "2023-12-20", "effective_from": None, "effective_until": None}],
            },
            {
                "policy_id": B,
                "title": "Policy of the second document",
                "drug": "inventumab",
                "source": "Second document",
                "payers": ["Birch Plan", "Cedar Care"],
                "versions": [
                    {
                        "version": "2019-07-15",
                        "effective_from": None,
                        "effective_until": date(2024, 2, 16),
                        "remark": "Of its third way of use only condition c can be met.",
                    },
                    {"version": "2024-02-16", "effective_from": date(2024, 2, 16), "effective_until": None},
                ],
            },
        ],
        "payers_without_policy": ["Dogwood <Mutual>"],
        "missing_tables": []
        if reviews and eligibility
        else ["criterion_review"] * (not reviews) + ["eligibility"] * (not eligibility),
        "warnings": ["4 values of approved_units can't be read and read as empty.", "40 rows have zero units (0.8%)."],
        "tables_read": [{"table_name": "medical_claim", "files": ["medical_claim.csv"], "rows_read": 250_000}],
        "gate": {
            "failed": False,
            "measures": {
                "dosing": {"verdict": "usable with care", "reason": "7 of 5,000 rows have no units (0.1%)."},
                "approvals": {"verdict": "usable", "reason": "Nothing was found."},
                "renewals": {"verdict": "usable", "reason": "Nothing was found."},
            },
        },
    }


def test_the_invented_tables_agree() -> None:
    study = invented_study()
    assert study.administration.height > 1000
    assert set(study.request["final_decision"].unique()) >= {"approved", "denied", "pending"}
    totals = study.dosing_sensitivity.group_by("grace_days", "dose_tolerance_percent").agg(
        n=pl.sum_horizontal(pl.col("^n_.*$").sum())
    )
    assert totals["n"].unique().to_list() == [study.administration.height]
