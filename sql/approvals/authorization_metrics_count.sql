-- How fast and how were requests decided, in the figures that CMS-0057-F asks for?
-- Grain: payer and drug. Rates of decided requests, first decision; appeals of standard requests. Parameters: $as_of.
with request_time as (
    select
        r.*,
        p.drug,
        case when r.decided_at >= r.received_at then date_diff('microsecond', r.received_at, r.decided_at) end as microseconds
    from request_judged as r
    inner join policy as p on r.policy_id = p.policy_id
)
select
    payer,
    drug,
    count(*) filter (where is_decided and priority is distinct from 'expedited') as n_standard,
    count(*) filter (where is_approved and priority is distinct from 'expedited') as n_standard_approved,
    count(*) filter (where decision = 'denied' and priority is distinct from 'expedited') as n_standard_denied,
    count(*) filter (where is_decided and priority is distinct from 'expedited' and appeal_decision in ('overturned', 'upheld')) as n_appeals_decided,
    count(*) filter (where is_decided and priority is distinct from 'expedited' and appeal_decision = 'overturned') as n_appeals_overturned,
    count(*) filter (where is_decided and extended) as n_extended,
    count(*) filter (where is_approved and extended) as n_extended_approved,
    count(*) filter (where is_decided and priority = 'expedited') as n_expedited,
    count(*) filter (where is_approved and priority = 'expedited') as n_expedited_approved,
    count(*) filter (where decision = 'denied' and priority = 'expedited') as n_expedited_denied,
    cast(sum(microseconds) filter (where is_decided and priority is distinct from 'expedited') as double)
    / count(microseconds) filter (where is_decided and priority is distinct from 'expedited') / 3600000000 as standard_mean_hours,
    median(microseconds) filter (where is_decided and priority is distinct from 'expedited') / 3600000000 as standard_median_hours,
    cast(sum(microseconds) filter (where is_decided and priority = 'expedited') as double)
    / count(microseconds) filter (where is_decided and priority = 'expedited') / 3600000000 as expedited_mean_hours,
    median(microseconds) filter (where is_decided and priority = 'expedited') / 3600000000 as expedited_median_hours,
    count(*) filter (where decision = 'pending') as n_pending,
    median(date_diff('day', received_on, $as_of)) filter (where decision = 'pending') as pending_median_age_days,
    count(distinct person_id) as n_persons
from request_time
group by 1, 2
