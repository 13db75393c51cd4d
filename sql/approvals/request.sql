-- How was each request decided, and does the decision agree with what the reviewer recorded?
-- Grain: a usable authorization. Parameters: none.
with root as (
    select c.authorization_id, c.reviewed, c.evaluated
    from criterion_result as c
    inner join request_node as n on c.authorization_id = n.authorization_id and c.criterion_id = n.node_id
    where n.parent_id is null
),
unmet as (
    select c.authorization_id, array_sort(array_agg(c.criterion_id)) as unmet_conjuncts
    from criterion_result as c
    inner join request_tree as r on c.authorization_id = r.authorization_id
    inner join policy_node as n
        on r.policy_id = n.policy_id
        and r.policy_version = n.policy_version
        and r.request_type = n.request_type
        and r.indication = n.indication
        and c.criterion_id = n.node_id
    where n.is_conjunct and c.reviewed = 'not_met'
    group by 1
),
flag as (
    select v.authorization_id, array_sort(array_agg(v.node_id)) as flags
    from node_value as v
    inner join request_node as n on v.authorization_id = n.authorization_id and v.node_id = n.node_id
    where n.parent_id is null and not n.is_criterion and v.evaluated = 1
    group by 1
)
select
    r.authorization_id,
    r.policy_id,
    r.policy_version,
    r.payer,
    r.person_id,
    r.request_type,
    r.priority,
    r.extended,
    r.received_on,
    case when r.is_decided then cast(r.decided_at as date) end as decided_on,
    r.decision,
    r.appeal_decision,
    r.final_decision,
    case when r.decided_at >= r.received_at then date_diff('microsecond', r.received_at, r.decided_at) / 3600000000 end as hours_to_decision,
    o.reviewed,
    o.evaluated,
    case
        when not r.is_decided or o.reviewed is null then null
        when r.is_approved and o.reviewed = 'not_met' then 'approved_unmet'
        when r.is_approved and o.reviewed = 'unknown' then 'approved_undocumented'
        when not r.is_approved and o.reviewed = 'met' then 'denied_all_met'
        when not r.is_approved and o.reviewed = 'unknown' then 'denied_undocumented'
        else 'consistent'
    end as consistency,
    case when o.reviewed is not null then coalesce(u.unmet_conjuncts, cast([] as varchar[])) end as unmet_conjuncts,
    case
        when r.is_finally_approved
            then r.approved_to > cast(r.approved_from + l.length_months * interval 1 month + (l.length_days - 1) * interval 1 day as date)
    end as approved_too_long,
    coalesce(f.flags, cast([] as varchar[])) as flags
from request_judged as r
inner join root as o on r.authorization_id = o.authorization_id
inner join request_tree as t on r.authorization_id = t.authorization_id
inner join policy_length as l
    on t.policy_id = l.policy_id
    and t.policy_version = l.policy_version
    and t.request_type = l.request_type
    and t.indication = l.indication
    and coalesce(r.exception_approved, false) = l.is_exception
left join unmet as u on r.authorization_id = u.authorization_id
left join flag as f on r.authorization_id = f.authorization_id
