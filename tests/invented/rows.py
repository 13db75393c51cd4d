"""Invented findings, rows and the run record."""

from datetime import date
from typing import Any

import polars as pl

from analytics import runout
from analytics.quality.catalogue import catalogue
from tests.invented.people import LIST, A, B

_TYPES = {"n_checked": pl.Int64, "n_failed": pl.Int64, "threshold": pl.Float64, "affects": LIST}


def quality() -> pl.DataFrame:
    rows = [
        ("medical_claim.service_unit_quantity.not_null", "warning", "failed", 5000, 7, 0.0),
        ("medical_claim.service_unit_quantity.not_zero", "warning", "failed", 5000, 40, 0.0),
        ("medical_claim.quarantined", "critical", "passed", 5000, 47, 0.05),
        ("medical_claim.hcpcs_modifier.attested", "warning", "failed", 3120, 211, 0.0),
        ("medical_claim.service_unit_quantity.day_limit", "info", "failed", 3400, 30, 0.0),
        ("medical_claim.columns", "critical", "passed", 25, 0, 0.0),
        ("authorization.decided_at.order", "warning", "could_not_run", 0, 0, 0.0),
        ("authorization.appeal_decision.words", "warning", "failed", 64, 3, 0.0),
        ("observation.rows_in_scope", "info", "not_applicable", 0, 0, 1.0),
    ]
    known = catalogue()
    listed = [(known[name].table, name, known[name].column, *found, list(known[name].affects)) for name, *found in rows]
    names = [
        *("table_name", "expectation", "column_name", "severity", "status", "n_checked", "n_failed", "threshold"),
        "affects",
    ]
    return pl.DataFrame(listed, schema={name: _TYPES.get(name, pl.String) for name in names}, orient="row")


def reconciliation(requests: int) -> pl.DataFrame:
    rows = [("authorization", requests + 27, requests, 12, 15, 0), ("medical_claim", 250_000, 4700, 253, 47, 245_000)]
    names = ["table_name", "rows_read", "rows_used", "rows_excluded", "rows_quarantined", "rows_out_of_scope"]
    return pl.DataFrame(rows, schema=names, orient="row")


def reasons() -> pl.DataFrame:
    rows = [
        ("authorization", "excluded", "duplicate_row", 12),
        ("authorization", "quarantined", "approved_without_dates", 15),
        ("medical_claim", "excluded", "denied_line", 200),
        ("medical_claim", "excluded", "voided", 53),
        ("medical_claim", "quarantined", "missing_service_unit_quantity", 7),
        ("medical_claim", "quarantined", "zero_units", 40),
        ("medical_claim", "out_of_scope", "no_policy", 20_000),
        ("medical_claim", "out_of_scope", "other_drug", 225_000),
    ]
    return pl.DataFrame(rows, schema=["table_name", "kind", "reason", "n_rows"], orient="row")


def manifest(administration: pl.DataFrame, reviews: bool, eligibility: bool) -> dict[str, Any]:
    through = administration["administered_on"].max()
    assert isinstance(through, date)
    unpaid = runout.told(through, [])
    return {
        "product": "um-analytics",
        "version": "0.1.0",
        "as_of": through,
        "as_of_given": False,
        "claims_through": through,
        "authorizations_through": through,
        "horizon": through,
        **runout.as_record(unpaid),
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
