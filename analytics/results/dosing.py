"""The result tables about dosing."""

from analytics.results.listing import result

RESULTS = (
    result(
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
    result(
        "administration_provider",
        """
        text: policy_id payer person_id hcpcs_code
        date: administered_on
        text: npi
        """,
        "policy_id payer person_id hcpcs_code administered_on",
        persons=True,
    ),
    result(
        "administration_therapy",
        """
        text: policy_id payer person_id hcpcs_code
        date: administered_on
        text: therapy authorization_id documented on_claims
        date: nearest_on
        count: days_away
        text: evidence
        """,
        "policy_id payer person_id hcpcs_code administered_on therapy",
        persons=True,
    ),
    result(
        "administration_waste",
        """
        text: policy_id payer person_id hcpcs_code
        date: administered_on
        units: billed_units administered_units wasted_units avoidable_units wasted_vials
        count: avoidable_vials
        amount: allowed_amount wasted_allowed_amount avoidable_allowed_amount
        """,
        "policy_id payer person_id hcpcs_code administered_on",
        persons=True,
    ),
    result(
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
    result(
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
    result(
        "dosing_sensitivity",
        """
        text: policy_id payer
        count: grace_days dose_tolerance_percent n_within n_exceeds n_exception n_indeterminate
        double: compliance_rate
        """,
        "policy_id payer grace_days dose_tolerance_percent",
        rates="dosing_rates",
    ),
    result(
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
)
