"""The twin's one verb: all result tables of an extract."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.reference.approvals import approval_by_criterion, authorization_metrics, reviewer_agreement
from tests.reference.bodies import approvals
from tests.reference.dosing import doses
from tests.reference.dosing_rows import administration_row, limit_rows
from tests.reference.dosing_tables import authorization_use, dosing_sensitivity, dosing_summary
from tests.reference.evidence import administration_therapy, request_evidence
from tests.reference.facts import Facts
from tests.reference.reading import Extract, read, settle_reviews
from tests.reference.renewals import Outcomes, renewal_summary
from tests.reference.requests import criterion_rows, request_rows, requests
from tests.reference.schema import Raw

Rows = list[dict[str, Any]]


@dataclass
class Result:
    """All result tables as plain rows, the dates that bound them, and how resistance was told (`paths`)."""

    tables: dict[str, Rows]
    as_of: date
    claims_through: date | None
    authorizations_through: date | None
    horizon: date
    paths: set[str] = field(default_factory=set)


def compute(
    tables: Mapping[str, Sequence[Raw]],
    as_of: date | None = None,
    policies: Mapping[str, str] | None = None,
    bsa_smallest: float = 1.2,
    bsa_largest: float = 2.71,
) -> Result:
    """Every result table from raw text rows by table name; `policies` maps payer (or `*`) to policy id.

    Raises ValueError where no claim line or request is in scope.
    """
    extract = read({name: list(rows) for name, rows in tables.items()}, as_of, dict(policies or {}))
    facts = Facts(extract)
    settle_reviews(extract, {row["authorization_id"]: facts.tree(row) for row in extract.used("authorization")})
    given = doses(extract, facts, bsa_smallest, bsa_largest)
    first_days = [
        row["service_date"]
        for row in extract.rows["medical_claim"]
        if row["service_date"] is not None and row["service_date"] <= extract.as_of
    ]
    asked = requests(extract, facts)
    administration = [administration_row(dose, extract, min(first_days)) for dose in given]
    renewal = Outcomes(extract, facts, [dose.administration for dose in given]).rows()
    found: dict[str, Rows] = {
        "administration": administration,
        "limit_result": [row for dose in given for row in limit_rows(dose)],
        "dosing_summary": dosing_summary(administration),
        "dosing_sensitivity": dosing_sensitivity(given),
        "request": request_rows(asked),
        "criterion_result": criterion_rows(asked),
        "approval_by_criterion": approval_by_criterion(asked),
        "authorization_metrics": authorization_metrics(asked, extract.as_of),
        "reviewer_agreement": reviewer_agreement(asked),
        "renewal": renewal,
        "renewal_summary": renewal_summary(renewal, extract.has("eligibility")),
        "authorization_use": authorization_use(given, approvals(extract)),
        "administration_therapy": administration_therapy(given, extract, facts),
        "request_evidence": request_evidence(extract, facts),
        **_fates(extract),
    }
    return Result(
        found,
        extract.as_of,
        extract.claims_through,
        extract.authorizations_through,
        extract.horizon,
        facts.paths,
    )


def _fates(extract: Extract) -> dict[str, Rows]:
    """What became of every row: the quarantined ones, and the counts by table and reason."""
    quarantine: Rows = []
    reconciliation: Rows = []
    reasons: Rows = []
    for name, rows in sorted(extract.rows.items()):
        kinds = Counter(row.fate[0] if row.fate is not None else "used" for row in rows)
        columns = {f"rows_{kind}": kinds[kind] for kind in ("used", "excluded", "quarantined", "out_of_scope")}
        reconciliation.append({"table_name": name, "rows_read": len(rows), **columns})
        fates = Counter(row.fate for row in rows if row.fate is not None)
        for (kind, reason), n in sorted(fates.items()):
            reasons.append({"table_name": name, "kind": kind, "reason": reason, "n_rows": n})
        for row in rows:
            if row.fate is not None and row.fate[0] == "quarantined":
                quarantine.append({"table_name": name, "row_key": row.index, "reason": row.fate[1]})
    return {"quarantine": quarantine, "reconciliation": reconciliation, "reconciliation_reason": reasons}
