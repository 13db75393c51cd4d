-- What does each node of a request's trees come to, in the review and by the documented facts?
-- Grain: a request and a node at one depth; run once a depth, from the leaves to the root. Parameters: $depth.
-- Kleene's least for `all`, greatest for `any`, its negation for `none`, the n-th greatest for `at_least` n. What a reviewer recorded at a node stands over
-- what its children give; the facts know no such record.
with child as (
    select
        authorization_id,
        parent_id as node_id,
        min(reviewed) as least_reviewed,
        max(reviewed) as greatest_reviewed,
        min(evaluated) as least_evaluated,
        max(evaluated) as greatest_evaluated,
        sum(case when reviewed = 1 then 1 else 0 end) as n_met_reviewed,
        sum(case when reviewed = -1 then 0 else 1 end) as n_open_reviewed,
        sum(case when evaluated = 1 then 1 else 0 end) as n_met_evaluated,
        sum(case when evaluated = -1 then 0 else 1 end) as n_open_evaluated
    from node_value
    where depth = $depth + 1
    group by 1, 2
)
select
    n.authorization_id,
    n.node_id,
    n.parent_id,
    n.depth,
    case
        when not n.is_criterion then null
        when n.recorded <> 0 then n.recorded
        when n.presumed_in_review then 1
        when n.is_leaf then 0
        when n.operator = 'all' then c.least_reviewed
        when n.operator = 'at_least' and c.n_met_reviewed >= n.needed then 1
        when n.operator = 'at_least' and c.n_open_reviewed >= n.needed then 0
        when n.operator = 'at_least' then -1
        else c.greatest_reviewed
    end as reviewed,
    case
        when n.presumed_in_evaluation then 1
        when n.operator = 'fact' then n.tested
        when n.operator = 'all' then c.least_evaluated
        when n.operator = 'any' then c.greatest_evaluated
        when n.operator = 'at_least' and c.n_met_evaluated >= n.needed then 1
        when n.operator = 'at_least' and c.n_open_evaluated >= n.needed then 0
        when n.operator = 'at_least' then -1
        else -c.greatest_evaluated
    end as evaluated
from request_node as n
left join child as c on n.authorization_id = c.authorization_id and n.node_id = c.node_id
where n.depth = $depth
