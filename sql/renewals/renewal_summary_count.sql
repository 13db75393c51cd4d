-- What became of approvals, by the quarter in which they ended?
-- Grain: policy, payer and quarter of approved_to (its first day). Parameters: $has_eligibility.
-- Deceased, disenrolled and not yet due ones can't be retained and are not eligible.
select
    policy_id,
    payer,
    cast(date_trunc('quarter', approved_to) as date) as quarter,
    count(*) as n_approvals,
    count(distinct person_id) as n_persons,
    count(*) filter (where outcome = 'renewed_on_time') as n_renewed_on_time,
    count(*) filter (where outcome = 'renewed_late') as n_renewed_late,
    count(*) filter (where outcome = 'denied') as n_denied,
    count(*) filter (where outcome = 'pending') as n_pending,
    count(*) filter (where outcome = 'withdrawn') as n_withdrawn,
    case when $has_eligibility then count(*) filter (where outcome = 'reauthorized') end as n_reauthorized,
    case when $has_eligibility then count(*) filter (where outcome = 'deceased') end as n_deceased,
    case when $has_eligibility then count(*) filter (where outcome = 'disenrolled') end as n_disenrolled,
    case when $has_eligibility then count(*) filter (where outcome = 'not_due') end as n_not_due,
    case when $has_eligibility then count(*) filter (where outcome = 'lapsed') end as n_lapsed,
    case when $has_eligibility then count(*) filter (where outcome = 'stopped') end as n_stopped,
    case when $has_eligibility then count(*) filter (where outcome not in ('deceased', 'disenrolled', 'not_due')) end as n_eligible,
    case when $has_eligibility then count(*) filter (where outcome in ('renewed_on_time', 'renewed_late', 'reauthorized')) end as n_retained,
    case
        when $has_eligibility then count(*) filter (where on_therapy and outcome not in ('deceased', 'disenrolled', 'not_due'))
    end as n_eligible_on_therapy,
    case
        when $has_eligibility then count(*) filter (where on_therapy and outcome in ('renewed_on_time', 'renewed_late', 'reauthorized'))
    end as n_retained_on_therapy,
    count(*) filter (where outcome in ('renewed_on_time', 'renewed_late')) as n_renewed,
    count(*) filter (where outcome in ('renewed_on_time', 'renewed_late', 'denied')) as n_renewals_decided
from renewal
group by 1, 2, 3
