-- How far did each initial request get, and when: decision, first dose, renewal?
-- Grain: a usable initial request. Parameters: $horizon.
-- is_ended: finally approved, and the approved period ended at least three months before the horizon, so that its doses
-- are billed and its renewal would have been asked for. The first dose is the earliest of the payer, person and code on
-- a day of the approved period, whichever approval covers it. Days are negative where the later step came first.
with initial as (
    select
        *,
        case when appeal_decision = 'overturned' and decision = 'denied' then appeal_decided_at else decided_at end as finally_decided_at
    from request_judged
    where request_type = 'initial'
),
first_dose as (
    select i.authorization_id, min(a.administered_on) as first_administered_on
    from initial as i
    inner join administration_day as a
        on i.payer = a.payer
        and i.person_id = a.person_id
        and i.hcpcs_code = a.hcpcs_code
        and a.administered_on between i.approved_from and i.approved_to
    where i.is_finally_approved and a.administered_units > 0
    group by 1
)
select
    i.authorization_id,
    i.policy_id,
    i.payer,
    i.person_id,
    i.priority,
    i.received_on,
    i.decision,
    i.final_decision,
    cast(i.finally_decided_at as date) as finally_decided_on,
    case
        when i.is_decided and i.decided_at >= i.received_at
            then date_diff('microsecond', i.received_at, i.decided_at) / 3600000000
    end as hours_to_decision,
    case when i.is_finally_approved then i.approved_from end as approved_from,
    case when i.is_finally_approved then i.approved_to end as approved_to,
    i.is_finally_approved and cast(i.approved_to + interval 3 month as date) <= $horizon as is_ended,
    f.first_administered_on,
    date_diff('day', cast(i.finally_decided_at as date), f.first_administered_on) as days_to_first_dose,
    q.renewal_authorization_id,
    r.received_on as renewal_received_on,
    date_diff('day', f.first_administered_on, r.received_on) as days_to_renewal_request,
    r.final_decision as renewal_final_decision,
    case
        when r.is_decided and r.decided_at >= r.received_at
            then date_diff('microsecond', r.received_at, r.decided_at) / 3600000000
    end as renewal_hours_to_decision
from initial as i
left join first_dose as f on i.authorization_id = f.authorization_id
left join renewal_request as q on i.authorization_id = q.subject_id
left join request_judged as r on q.renewal_authorization_id = r.authorization_id
