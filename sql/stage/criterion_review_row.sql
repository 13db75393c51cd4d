-- Which criterion reviews can be used, and why not the others?
-- Grain: one row in scope; reason is null where it is used. Parameters: none.
with checked as (
    select
        r.* exclude (row_reason),
        case
            when r.row_reason is not null then r.row_reason
            when j.authorization_id is null then 'unknown_authorization'
            when n.node_id is null then 'unknown_criterion'
        end as own_reason
    from criterion_review_in_scope as r
    left join request_tree as j on r.authorization_id = j.authorization_id
    left join policy_node as n
        on j.policy_id = n.policy_id
        and j.policy_version = n.policy_version
        and j.request_type = n.request_type
        and j.indication = n.indication
        and r.criterion_id = n.node_id
        and n.is_recordable
),
counted as (
    select
        *,
        row_number() over (partition by own_reason is null, row_identity order by row_text) as copy_number
    from checked
),
keyed as (
    select
        *,
        count(*) over (partition by own_reason is null and copy_number = 1, authorization_id, criterion_id) as n_same_key
    from counted
)
select
    * exclude (own_reason, copy_number, n_same_key),
    case
        when own_reason is not null then own_reason
        when copy_number > 1 then 'duplicate_row'
        when n_same_key > 1 then 'conflicting_rows'
    end as reason
from keyed
