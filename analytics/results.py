"""The result tables: their columns, types, order, and the rates that are added to the counts of SQL.

One place for what comes out: the study, the files written and the docs are all built from it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

LIST, TEXT, COUNT, RATE, FLAG, DAY = "VARCHAR[]", "VARCHAR", "BIGINT", "DOUBLE", "BOOLEAN", "DATE"
UNITS, AMOUNT = "DECIMAL(18,4)", "DECIMAL(18,2)"


@dataclass(frozen=True)
class Result:
    """One result table.

    made_by: the SQL file that it comes from. columns: name -> DuckDB type, in order. key: what it is sorted by.
    rates: adds rates and intervals to the counts (None: the SQL is the table).
    persons: whether its rows are single persons, requests or claims.
    """

    name: str
    made_by: str
    columns: dict[str, str]
    key: tuple[str, ...]
    persons: bool = False
    rates: "Callable[[pl.DataFrame], pl.DataFrame] | None" = None


def _rate(*names: str) -> dict[str, str]:
    return {column: RATE for name in names for column in (name, f"{name}_low", f"{name}_high")}


def _dosing_rates(counts: "pl.DataFrame") -> "pl.DataFrame":
    import polars as pl

    from analytics.statistics import with_rate

    judged = pl.col("n_within") + pl.col("n_exceeds") + pl.col("n_exception")
    every = judged + pl.col("n_indeterminate")
    frame = with_rate(counts, "compliance_rate", "n_within", judged)
    if "n_within_known_bsa" not in counts.columns:
        return frame
    frame = with_rate(frame, "compliance_rate_known_bsa", "n_within_known_bsa", "n_judged_known_bsa", interval=False)
    frame = with_rate(frame, "compliance_rate_if_exceeding", "n_within", every, interval=False)
    return with_rate(
        frame, "compliance_rate_if_within", pl.col("n_within") + pl.col("n_indeterminate"), every, interval=False
    )


def _criterion_rates(counts: "pl.DataFrame") -> "pl.DataFrame":
    import polars as pl

    from analytics.statistics import with_rate

    frame = with_rate(counts, "met_rate", "n_met", pl.col("n_met") + pl.col("n_not_met"))
    frame = with_rate(frame, "approval_rate_met", "n_approved_met", "n_met")
    frame = with_rate(frame, "approval_rate_not_met", "n_approved_not_met", "n_not_met")
    return frame.with_columns(denied_fractional=pl.col("denied_share_of_720720") / 720720)


def _metric_rates(counts: "pl.DataFrame") -> "pl.DataFrame":
    from analytics.statistics import with_rate

    frame = counts
    for name, numerator, denominator in (
        ("standard_approved_rate", "n_standard_approved", "n_standard"),
        ("standard_denied_rate", "n_standard_denied", "n_standard"),
        ("standard_approved_after_appeal_rate", "n_appeals_overturned", "n_appeals_decided"),
        ("extended_approved_rate", "n_extended_approved", "n_extended"),
        ("expedited_approved_rate", "n_expedited_approved", "n_expedited"),
        ("expedited_denied_rate", "n_expedited_denied", "n_expedited"),
    ):
        frame = with_rate(frame, name, numerator, denominator, interval=False)
    return frame


def _agreement_rates(counts: "pl.DataFrame") -> "pl.DataFrame":
    import polars as pl

    from analytics.statistics import kappa

    cells = ("n_both_met", "n_reviewer_met_only", "n_evaluated_met_only", "n_both_not_met")
    values = [None if row[0] is None else kappa(*row) for row in counts.select(cells).iter_rows()]
    return counts.with_columns(
        n_agree=pl.col("n_both_met") + pl.col("n_both_not_met"), kappa=pl.Series(values, dtype=pl.Float64)
    )


def _renewal_rates(counts: "pl.DataFrame") -> "pl.DataFrame":
    from analytics.statistics import with_rate

    frame = with_rate(counts, "retention_rate", "n_retained", "n_eligible")
    frame = with_rate(frame, "retention_rate_on_therapy", "n_retained_on_therapy", "n_eligible_on_therapy")
    return with_rate(frame, "renewal_approval_rate", "n_renewed", "n_renewals_decided")


_STATUS_COUNTS = {f"n_{status}": COUNT for status in ("within", "exceeds", "exception", "indeterminate")}
OUTCOMES = (
    "renewed_on_time",
    "renewed_late",
    "denied",
    "pending",
    "withdrawn",
    "reauthorized",
    "deceased",
    "disenrolled",
    "not_due",
    "lapsed",
    "stopped",
)

_ADMINISTRATION_KEY = ("policy_id", "payer", "person_id", "hcpcs_code", "administered_on")

RESULTS: dict[str, Result] = {
    result.name: result
    for result in (
        Result(
            "administration",
            "administration",
            {
                "policy_id": TEXT,
                "policy_version": TEXT,
                "payer": TEXT,
                "person_id": TEXT,
                "hcpcs_code": TEXT,
                "administered_on": DAY,
                "claim_ids": LIST,
                "billed_units": UNITS,
                "administered_units": UNITS,
                "wasted_units": UNITS,
                "waste_attested": FLAG,
                "dose_mg": RATE,
                "flags": LIST,
                "bsa_m2": RATE,
                "bsa_source": TEXT,
                "dose_mg_per_m2": RATE,
                "authorization_id": TEXT,
                "status": TEXT,
                "breach_kind": TEXT,
                "exceeded_limits": LIST,
                "advisories": LIST,
                "unknown_reasons": LIST,
                "excess_units": UNITS,
                "allowed_amount": AMOUNT,
                "excess_allowed_amount": AMOUNT,
                "window_truncated": FLAG,
            },
            _ADMINISTRATION_KEY,
            persons=True,
        ),
        Result(
            "limit_result",
            "limit_result",
            {
                "policy_id": TEXT,
                "payer": TEXT,
                "person_id": TEXT,
                "hcpcs_code": TEXT,
                "administered_on": DAY,
                "regimen": TEXT,
                "limit_id": TEXT,
                "measured": RATE,
                "allowed": RATE,
                "result": TEXT,
                "reason": TEXT,
            },
            (*_ADMINISTRATION_KEY, "regimen", "limit_id"),
            persons=True,
        ),
        Result(
            "dosing_summary",
            "dosing_summary_count",
            {
                "policy_id": TEXT,
                "payer": TEXT,
                "month": DAY,
                "n_administrations": COUNT,
                "n_persons": COUNT,
                **_STATUS_COUNTS,
                **_rate("compliance_rate"),
                "compliance_rate_known_bsa": RATE,
                "compliance_rate_if_exceeding": RATE,
                "compliance_rate_if_within": RATE,
                "n_within_known_bsa": COUNT,
                "n_judged_known_bsa": COUNT,
                "billed_units": UNITS,
                "wasted_units": UNITS,
                "excess_units": UNITS,
                "excess_units_exception": UNITS,
                "excess_allowed_amount": AMOUNT,
                "excess_allowed_amount_exception": AMOUNT,
            },
            ("policy_id", "payer", "month"),
            rates=_dosing_rates,
        ),
        Result(
            "dosing_sensitivity",
            "dosing_sensitivity_count",
            {
                "policy_id": TEXT,
                "payer": TEXT,
                "grace_days": COUNT,
                "dose_tolerance_percent": COUNT,
                **_STATUS_COUNTS,
                "compliance_rate": RATE,
            },
            ("policy_id", "payer", "grace_days", "dose_tolerance_percent"),
            rates=_dosing_rates,
        ),
        Result(
            "request",
            "request",
            {
                "authorization_id": TEXT,
                "policy_id": TEXT,
                "policy_version": TEXT,
                "payer": TEXT,
                "request_type": TEXT,
                "decision": TEXT,
                "final_decision": TEXT,
                "hours_to_decision": RATE,
                "reviewed": TEXT,
                "evaluated": TEXT,
                "consistency": TEXT,
                "unmet_conjuncts": LIST,
                "approved_too_long": FLAG,
                "flags": LIST,
            },
            ("authorization_id",),
            persons=True,
        ),
        Result(
            "criterion_result",
            "criterion_result",
            {
                "authorization_id": TEXT,
                "criterion_id": TEXT,
                "reviewed": TEXT,
                "evaluated": TEXT,
                "presumed_in_review": FLAG,
                "presumed_in_evaluation": FLAG,
            },
            ("authorization_id", "criterion_id"),
            persons=True,
        ),
        Result(
            "approval_by_criterion",
            "approval_by_criterion_count",
            {
                "policy_id": TEXT,
                "policy_version": TEXT,
                "payer": TEXT,
                "request_type": TEXT,
                "sequence": COUNT,
                "criterion_id": TEXT,
                "label": TEXT,
                "is_conjunct": FLAG,
                "n_decided": COUNT,
                "n_persons": COUNT,
                "n_met": COUNT,
                "n_not_met": COUNT,
                "n_unknown": COUNT,
                **_rate("met_rate"),
                "n_approved_met": COUNT,
                "n_approved_not_met": COUNT,
                **_rate("approval_rate_met", "approval_rate_not_met"),
                "n_denied_any": COUNT,
                "n_denied_sole": COUNT,
                "denied_fractional": RATE,
            },
            # In tree order, as the policy's own pages have it.
            ("policy_id", "policy_version", "payer", "request_type", "sequence"),
            rates=_criterion_rates,
        ),
        Result(
            "authorization_metrics",
            "authorization_metrics_count",
            {
                "payer": TEXT,
                "drug": TEXT,
                "n_persons": COUNT,
                "n_standard": COUNT,
                "standard_approved_rate": RATE,
                "standard_denied_rate": RATE,
                "standard_approved_after_appeal_rate": RATE,
                "extended_approved_rate": RATE,
                "n_expedited": COUNT,
                "expedited_approved_rate": RATE,
                "expedited_denied_rate": RATE,
                "standard_mean_hours": RATE,
                "standard_median_hours": RATE,
                "expedited_mean_hours": RATE,
                "expedited_median_hours": RATE,
                "n_appeals_decided": COUNT,
                "n_extended": COUNT,
                "n_pending": COUNT,
                "pending_median_age_days": RATE,
            },
            ("payer", "drug"),
            rates=_metric_rates,
        ),
        Result(
            "reviewer_agreement",
            "reviewer_agreement_count",
            {
                "policy_id": TEXT,
                "policy_version": TEXT,
                "criterion_id": TEXT,
                "n_both": COUNT,
                "n_agree": COUNT,
                "kappa": RATE,
                "n_reviewer_met_only": COUNT,
                "n_evaluated_met_only": COUNT,
            },
            ("policy_id", "policy_version", "criterion_id"),
            rates=_agreement_rates,
        ),
        Result(
            "renewal",
            "renewal",
            {
                "authorization_id": TEXT,
                "policy_id": TEXT,
                "payer": TEXT,
                "person_id": TEXT,
                "approved_from": DAY,
                "approved_to": DAY,
                "renewal_authorization_id": TEXT,
                "outcome": TEXT,
                "gap_days": COUNT,
                "on_therapy": FLAG,
                "doses_uncovered": COUNT,
            },
            ("authorization_id",),
            persons=True,
        ),
        Result(
            "renewal_summary",
            "renewal_summary_count",
            {
                "policy_id": TEXT,
                "payer": TEXT,
                "quarter": DAY,
                "n_approvals": COUNT,
                "n_persons": COUNT,
                **{f"n_{outcome}": COUNT for outcome in OUTCOMES},
                "n_eligible": COUNT,
                **_rate("retention_rate"),
                "n_eligible_on_therapy": COUNT,
                "n_retained_on_therapy": COUNT,
                **_rate("retention_rate_on_therapy", "renewal_approval_rate"),
            },
            ("policy_id", "payer", "quarter"),
            rates=_renewal_rates,
        ),
        Result(
            "authorization_use",
            "authorization_use",
            {
                "authorization_id": TEXT,
                "payer": TEXT,
                "person_id": TEXT,
                "approved_units": UNITS,
                "units_used": UNITS,
                "n_administrations": COUNT,
                "first_administered_on": DAY,
                "last_administered_on": DAY,
                "over_approved_units": FLAG,
            },
            ("authorization_id",),
            persons=True,
        ),
        Result(
            "quality_result",
            "quality_result",
            {
                "table_name": TEXT,
                "expectation": TEXT,
                "column_name": TEXT,
                "severity": TEXT,
                "status": TEXT,
                "n_checked": COUNT,
                "n_failed": COUNT,
                "affects": LIST,
            },
            ("table_name", "expectation", "column_name"),
        ),
        Result(
            "quarantine",
            "quarantine",
            {"table_name": TEXT, "row_key": TEXT, "reason": TEXT, "row_json": TEXT},
            ("table_name", "reason", "row_key", "row_json"),
            persons=True,
        ),
        Result(
            "reconciliation",
            "reconciliation",
            {
                "table_name": TEXT,
                "rows_read": COUNT,
                "rows_used": COUNT,
                "rows_excluded": COUNT,
                "rows_quarantined": COUNT,
                "rows_out_of_scope": COUNT,
            },
            ("table_name",),
        ),
        Result(
            "reconciliation_reason",
            "reconciliation_reason",
            {"table_name": TEXT, "kind": TEXT, "reason": TEXT, "n_rows": COUNT},
            ("table_name", "kind", "reason"),
        ),
    )
}
