"""The result tables about renewals and the use of approvals."""

from datetime import timedelta

from analytics.results.listing import result

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
#: Outcomes of those who could not be retained; of renewed approvals; of those retained.
LEFT = ("deceased", "disenrolled", "not_due")
RENEWED = ("renewed_on_time", "renewed_late")
RETAINED = (*RENEWED, "reauthorized")
#: Whether an approval was renewed can be told so long after its end.
TOLD_AFTER = timedelta(days=60)

RESULTS = (
    result(
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
    result(
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
    result(
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
    result(
        "therapy_spell",
        """
        text: policy_id payer person_id
        count: gap_days spell_number
        date: started_on last_administered_on followed_until
        count: n_administrations days
        text: event
        boolean: is_followed
        """,
        "policy_id person_id gap_days spell_number",
        persons=True,
    ),
    result(
        "persistence",
        """
        text: policy_id payer
        count: gap_days day n_at_risk n_discontinued n_died n_censored
        rate: persistence_rate discontinued_rate died_rate
        """,
        "policy_id payer gap_days day",
        rates="persistence_rates",
    ),
)
