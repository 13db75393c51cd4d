-- What did the reviewer find of each criterion, and what do the documented facts say?
-- Grain: a request and a criterion of the tree in force. Parameters: $has_review, $has_answer (whether those extracts
-- are there: without them nothing was reviewed, or documented, and both stay null).
select
    v.authorization_id,
    v.node_id as criterion_id,
    case when $has_review then case v.reviewed when 1 then 'met' when -1 then 'not_met' else 'unknown' end end as reviewed,
    case when $has_answer then case v.evaluated when 1 then 'met' when -1 then 'not_met' else 'unknown' end end as evaluated,
    case when $has_review then n.presumed_in_review end as presumed_in_review,
    case when $has_answer then n.presumed_in_evaluation end as presumed_in_evaluation
from node_value as v
inner join request_node as n on v.authorization_id = n.authorization_id and v.node_id = n.node_id
where n.is_criterion
