-- Do reviewers and the documented facts agree?
-- Grain: policy, version and leaf criterion; decided requests where both are known and neither was presumed.
-- Parameters: $has_review, $has_answer.
with leaf as (
    select
        r.policy_id,
        r.policy_version,
        c.criterion_id,
        case
            when c.reviewed <> 'unknown' and c.evaluated <> 'unknown' and not c.presumed_in_review and not c.presumed_in_evaluation
                then concat(c.reviewed, '/', c.evaluated)
        end as pair
    from request_judged as r
    inner join criterion_result as c on r.authorization_id = c.authorization_id
    inner join request_node as n on c.authorization_id = n.authorization_id and c.criterion_id = n.node_id
    where r.is_decided and n.is_leaf
)
select
    policy_id,
    policy_version,
    criterion_id,
    case when $has_review and $has_answer then count(pair) end as n_both,
    case when $has_review and $has_answer then count(*) filter (where pair = 'met/met') end as n_both_met,
    case when $has_review and $has_answer then count(*) filter (where pair = 'not_met/not_met') end as n_both_not_met,
    case when $has_review and $has_answer then count(*) filter (where pair = 'met/not_met') end as n_reviewer_met_only,
    case when $has_review and $has_answer then count(*) filter (where pair = 'not_met/met') end as n_evaluated_met_only
from leaf
group by 1, 2, 3
