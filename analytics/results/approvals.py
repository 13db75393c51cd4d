"""The result tables about requests and criteria."""

from analytics.results.listing import result

RESULTS = (
    result(
        "request",
        """
        text: authorization_id policy_id policy_version payer person_id request_type priority
        boolean: extended
        date: received_on decided_on
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
    result(
        "criterion_result",
        """
        text: authorization_id criterion_id reviewed evaluated
        boolean: presumed_in_review presumed_in_evaluation
        """,
        "authorization_id criterion_id",
        persons=True,
    ),
    result(
        "request_evidence",
        """
        text: authorization_id policy_id payer person_id therapy documented on_claims
        date: latest_on
        text: evidence
        """,
        "authorization_id therapy",
        persons=True,
    ),
    result(
        "approval_by_criterion",
        """
        text: policy_id policy_version payer request_type
        count: sequence
        text: criterion_id parent_id operator label remark
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
    result(
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
    result(
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
    result(
        "authorization_way",
        """
        text: authorization_id policy_id payer person_id priority
        date: received_on
        text: decision final_decision
        date: finally_decided_on
        double: hours_to_decision
        date: approved_from approved_to
        boolean: is_ended
        date: first_administered_on
        count: days_to_first_dose
        text: renewal_authorization_id
        date: renewal_received_on
        count: days_to_renewal_request
        text: renewal_final_decision
        double: renewal_hours_to_decision
        """,
        "authorization_id",
        persons=True,
    ),
)
