"""The result tables: their columns, types and order, in one place for the study, the files and the docs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

# Types by their short names in the listings below.
_TYPES = {
    "text": "VARCHAR",
    "texts": "VARCHAR[]",
    "count": "BIGINT",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "units": "DECIMAL(18,4)",
    "amount": "DECIMAL(18,2)",
}

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


@dataclass(frozen=True)
class Result:
    """One result table.

    made_by: the SQL file that it comes from. columns: name -> DuckDB type, in order. key: what it is sorted by.
    rates: the function of :mod:`analytics.rates` that adds rates to the counts (None: the SQL is the table).
    persons: whether its rows are single persons, requests or claims.
    """

    name: str
    made_by: str
    columns: dict[str, str]
    key: tuple[str, ...]
    persons: bool = False
    rates: str | None = None

    def rated(self, counts: "pl.DataFrame") -> "pl.DataFrame":
        """The counts with their rates."""
        from analytics import rates

        function: Callable[[pl.DataFrame], pl.DataFrame] = getattr(rates, str(self.rates))
        return function(counts)


def _result(name: str, listing: str, key: str, *, persons: bool = False, rates: str | None = None) -> Result:
    """A result from a listing of `type: column column …` lines; `rate` stands for a rate with its two limits."""
    columns: dict[str, str] = {}
    for line in listing.strip().splitlines():
        kind, names = line.strip().split(": ")
        for column in names.split():
            if kind == "rate":
                columns.update({f"{column}{part}": "DOUBLE" for part in ("", "_low", "_high")})
            else:
                columns[column] = _TYPES[kind]
    return Result(name, f"{name}_count" if rates else name, columns, tuple(key.split()), persons, rates)


_RESULTS = (
    _result(
        "administration",
        """
        text: policy_id policy_version payer person_id hcpcs_code
        date: administered_on
        texts: claim_ids
        units: billed_units administered_units wasted_units
        boolean: waste_attested
        double: dose_mg
        texts: flags
        double: bsa_m2
        text: bsa_source
        double: dose_mg_per_m2
        text: authorization_id status breach_kind
        texts: exceeded_limits advisories unknown_reasons
        units: excess_units
        amount: allowed_amount excess_allowed_amount
        boolean: window_truncated
        """,
        "policy_id payer person_id hcpcs_code administered_on",
        persons=True,
    ),
    _result(
        "limit_result",
        """
        text: policy_id payer person_id hcpcs_code
        date: administered_on
        text: regimen limit_id
        double: measured allowed
        text: result reason
        """,
        "policy_id payer person_id hcpcs_code administered_on regimen limit_id",
        persons=True,
    ),
    _result(
        "dosing_summary",
        """
        text: policy_id payer
        date: month
        count: n_administrations n_persons n_within n_exceeds n_exception n_indeterminate
        rate: compliance_rate
        double: compliance_rate_known_bsa compliance_rate_if_exceeding compliance_rate_if_within
        count: n_within_known_bsa n_judged_known_bsa
        units: billed_units wasted_units excess_units excess_units_exception
        amount: excess_allowed_amount excess_allowed_amount_exception
        """,
        "policy_id payer month",
        rates="dosing_rates",
    ),
    _result(
        "dosing_sensitivity",
        """
        text: policy_id payer
        count: grace_days dose_tolerance_percent n_within n_exceeds n_exception n_indeterminate
        double: compliance_rate
        """,
        "policy_id payer grace_days dose_tolerance_percent",
        rates="dosing_rates",
    ),
    _result(
        "dosing_sensitivity_change",
        """
        text: policy_id
        count: grace_days dose_tolerance_percent next_grace_days next_dose_tolerance_percent
        text: state_before state_after
        count: n_administrations n_persons
        """,
        "policy_id grace_days dose_tolerance_percent next_grace_days next_dose_tolerance_percent "
        "state_before state_after",
    ),
    _result(
        "request",
        """
        text: authorization_id policy_id policy_version payer person_id request_type priority
        boolean: extended
        text: decision appeal_decision final_decision
        double: hours_to_decision
        text: reviewed evaluated consistency
        texts: unmet_conjuncts
        boolean: approved_too_long
        texts: flags
        """,
        "authorization_id",
        persons=True,
    ),
    _result(
        "criterion_result",
        """
        text: authorization_id criterion_id reviewed evaluated
        boolean: presumed_in_review presumed_in_evaluation
        """,
        "authorization_id criterion_id",
        persons=True,
    ),
    _result(
        "approval_by_criterion",
        """
        text: policy_id policy_version payer request_type
        count: sequence
        text: criterion_id parent_id label remark
        boolean: is_conjunct
        count: n_decided n_persons n_met n_not_met n_unknown
        rate: met_rate
        count: n_approved_met n_approved_not_met
        rate: approval_rate_met approval_rate_not_met
        count: n_denied_any n_denied_sole
        double: denied_fractional
        """,
        # In tree order, as the policy's own pages have it.
        "policy_id policy_version payer request_type sequence",
        rates="criterion_rates",
    ),
    _result(
        "authorization_metrics",
        """
        text: payer drug
        count: n_persons n_standard
        double: standard_approved_rate standard_denied_rate standard_approved_after_appeal_rate
        double: extended_approved_rate
        count: n_expedited
        double: expedited_approved_rate expedited_denied_rate standard_mean_hours standard_median_hours
        double: expedited_mean_hours expedited_median_hours
        count: n_appeals_decided n_extended n_pending
        double: pending_median_age_days
        """,
        "payer drug",
        rates="metric_rates",
    ),
    _result(
        "reviewer_agreement",
        """
        text: policy_id policy_version criterion_id
        count: n_both n_agree
        double: kappa
        count: n_reviewer_met_only n_evaluated_met_only
        """,
        "policy_id policy_version criterion_id",
        rates="agreement_rates",
    ),
    _result(
        "renewal",
        """
        text: authorization_id policy_id payer person_id
        date: approved_from approved_to
        text: renewal_authorization_id outcome
        count: gap_days
        boolean: on_therapy
        count: doses_uncovered
        """,
        "authorization_id",
        persons=True,
    ),
    _result(
        "renewal_summary",
        """
        text: policy_id payer
        date: quarter
        count: n_approvals n_persons n_renewed_on_time n_renewed_late n_denied n_pending n_withdrawn
        count: n_reauthorized n_deceased n_disenrolled n_not_due n_lapsed n_stopped n_eligible
        rate: retention_rate
        count: n_eligible_on_therapy n_retained_on_therapy
        rate: retention_rate_on_therapy renewal_approval_rate
        """,
        "policy_id payer quarter",
        rates="renewal_rates",
    ),
    _result(
        "authorization_use",
        """
        text: authorization_id payer person_id
        units: approved_units units_used
        count: n_administrations
        date: first_administered_on last_administered_on
        boolean: over_approved_units
        """,
        "authorization_id",
        persons=True,
    ),
    _result(
        "quality_result",
        """
        text: table_name expectation column_name severity status
        count: n_checked n_failed
        texts: affects
        """,
        "table_name expectation column_name",
    ),
    _result(
        "quarantine",
        """
        text: table_name row_key reason row_json
        """,
        "table_name reason row_key row_json",
        persons=True,
    ),
    _result(
        "reconciliation",
        """
        text: table_name
        count: rows_read rows_used rows_excluded rows_quarantined rows_out_of_scope rows_repaired
        """,
        "table_name",
    ),
    _result(
        "reconciliation_reason",
        """
        text: table_name kind reason
        count: n_rows
        """,
        "table_name kind reason",
    ),
)
RESULTS: dict[str, Result] = {result.name: result for result in _RESULTS}
