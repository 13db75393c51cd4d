-- How often was each criterion met, how were those requests decided, and which criteria do denials rest on?
-- Grain: policy, version, payer, request type and criterion of decided requests, first decision. Parameters: $has_review.
-- denied_share_of_720720: each denial is shared out in equal parts among its unmet conjuncts, counted in whole
-- 720720ths (which 1 to 16 divide), so that no order of adding changes the sum.
with decided as (
    select r.*, t.indication, c.criterion_id, c.reviewed
    from request_judged as r
    inner join request_tree as t on r.authorization_id = t.authorization_id
    inner join criterion_result as c on r.authorization_id = c.authorization_id
    where r.is_decided
),
labelled as (
    select
        d.*,
        n.sequence,
        n.parent_id,
        n.operator,
        n.label,
        n.remark,
        n.is_conjunct,
        n.is_conjunct and not d.is_approved and coalesce(d.reviewed = 'not_met', false) as is_reason,
        sum(case when n.is_conjunct and not d.is_approved and d.reviewed = 'not_met' then 1 else 0 end) over (
            partition by d.authorization_id
        ) as n_reasons
    from decided as d
    inner join policy_node as n
        on d.policy_id = n.policy_id
        and d.policy_version = n.policy_version
        and d.request_type = n.request_type
        and d.indication = n.indication
        and d.criterion_id = n.node_id
)
select
    policy_id,
    policy_version,
    payer,
    request_type,
    criterion_id,
    min(sequence) as sequence,
    min(parent_id) as parent_id,
    min(operator) as operator,
    min(label) as label,
    min(remark) as remark,
    bool_or(is_conjunct) as is_conjunct,
    count(*) as n_decided,
    count(distinct person_id) as n_persons,
    case when $has_review then count(*) filter (where reviewed = 'met') end as n_met,
    case when $has_review then count(*) filter (where reviewed = 'not_met') end as n_not_met,
    case when $has_review then count(*) filter (where reviewed = 'unknown') end as n_unknown,
    case when $has_review then count(*) filter (where reviewed = 'met' and is_approved) end as n_approved_met,
    case when $has_review then count(*) filter (where reviewed = 'not_met' and is_approved) end as n_approved_not_met,
    case when $has_review and bool_or(is_conjunct) then count(*) filter (where is_reason) end as n_denied_any,
    case when $has_review and bool_or(is_conjunct) then count(*) filter (where is_reason and n_reasons = 1) end as n_denied_sole,
    case
        when $has_review and bool_or(is_conjunct)
            then cast(coalesce(sum(case when is_reason then cast(floor(720720 / n_reasons) as bigint) end), 0) as bigint)
    end as denied_share_of_720720
from labelled
group by 1, 2, 3, 4, 5
