-- What became of each approval when it ended?
-- Grain: a final approval. Parameters: $horizon, $has_eligibility (without it, nothing is known of approvals that nobody
-- asked to renew: death and disenrollment can't be told from stopping).
with joined as (
    select
        s.authorization_id,
        s.policy_id,
        s.payer,
        s.person_id,
        s.approved_from,
        s.approved_to,
        cast(s.approved_to + interval 60 day as date) as due_on,
        q.renewal_authorization_id,
        q.final_decision,
        q.is_finally_approved,
        q.approved_from as renewed_from,
        i.reauthorization_id,
        i.approved_from as reauthorized_from,
        l.death_date,
        e.last_on as enrolled_until,
        t.on_therapy,
        t.is_treated_on,
        t.doses_uncovered
    from request_judged as s
    left join renewal_request as q on s.authorization_id = q.subject_id
    left join reauthorization as i on s.authorization_id = i.subject_id
    left join person_life as l on s.person_id = l.person_id
    left join enrollment_end as e on s.person_id = e.person_id and s.payer = e.payer
    inner join therapy_around_end as t on s.authorization_id = t.authorization_id
    where s.is_finally_approved
),
told as (
    select
        *,
        case
            when is_finally_approved and date_diff('day', approved_to, renewed_from) <= 1 then 'renewed_on_time'
            when is_finally_approved then 'renewed_late'
            when renewal_authorization_id is not null then final_decision
            when not $has_eligibility then null
            when reauthorization_id is not null then 'reauthorized'
            when death_date <= due_on and death_date <= $horizon then 'deceased'
            when enrolled_until <= due_on and enrolled_until < $horizon then 'disenrolled'
            when due_on > $horizon then 'not_due'
            when is_treated_on then 'lapsed'
            else 'stopped'
        end as outcome
    from joined
)
select
    authorization_id,
    policy_id,
    payer,
    person_id,
    approved_from,
    approved_to,
    case when outcome = 'reauthorized' then reauthorization_id else renewal_authorization_id end as renewal_authorization_id,
    outcome,
    case
        when outcome in ('renewed_on_time', 'renewed_late') then date_diff('day', approved_to, renewed_from) - 1
        when outcome = 'reauthorized' then date_diff('day', approved_to, reauthorized_from) - 1
    end as gap_days,
    on_therapy,
    doses_uncovered
from told
