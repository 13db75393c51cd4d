"""Invented findings, rows and the run record."""

from datetime import date
from typing import Any

import polars as pl

from tests.invented.people import LIST, A, B


def quality() -> pl.DataFrame:
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
    return pl.DataFrame(rows, schema=names, orient="row").with_columns(affects=pl.lit(["dosing"], dtype=LIST))


def reconciliation() -> pl.DataFrame:
    rows = [("authorization", 1400, 1391, 4, 5, 0), ("medical_claim", 250_000, 4700, 253, 47, 245_000)]
    names = ["table_name", "rows_read", "rows_used", "rows_excluded", "rows_quarantined", "rows_out_of_scope"]
    return pl.DataFrame(rows, schema=names, orient="row")


def reasons() -> pl.DataFrame:
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


def manifest(administration: pl.DataFrame, reviews: bool, eligibility: bool) -> dict[str, Any]:
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
