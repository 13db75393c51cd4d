-- Which criteria and tests does a request face, what did the reviewer record, and what does each test give?
-- Grain: a request and a node of the tree in force for it. Values: 1 met, 0 unknown, -1 not met. Parameters: none.
-- A limitation that nobody raised is presumed not to apply; any row about it, even an unusable one, raises it.
with recorded as (
    select
        authorization_id,
        criterion_id,
        case determination when 'met' then 1 when 'not_met' then -1 else 0 end as value
    from criterion_review_row
    where reason is null
),
reviewed_at_all as (
    select distinct authorization_id, criterion_id
    from criterion_review_row
),
asked as (
    -- The questions that stand behind a presumed leaf.
    select distinct
        leaf.policy_id, leaf.policy_version, leaf.request_type, leaf.indication, leaf.node_id, atom.fact as question
    from policy_node as leaf
    inner join policy_node as atom
        on leaf.policy_id = atom.policy_id
        and leaf.policy_version = atom.policy_version
        and leaf.request_type = atom.request_type
        and leaf.indication = atom.indication
        and (leaf.node_id = atom.parent_id or leaf.node_id = atom.node_id)
    where leaf.is_presumed and atom.fact is not null
),
answered_at_all as (
    select distinct authorization_id, question
    from clinical_answer_row
    where question in (select question from asked)
),
raised as (
    select distinct r.authorization_id, q.node_id
    from request_tree as r
    inner join asked as q
        on r.policy_id = q.policy_id
        and r.policy_version = q.policy_version
        and r.request_type = q.request_type
        and r.indication = q.indication
    inner join answered_at_all as a on r.authorization_id = a.authorization_id and q.question = a.question
),
word as (
    select distinct fact, word
    from request_fact
    where word is not null
),
matched as (
    -- The words that are given are few: each is held against a node's values once, not once a request.
    select n.policy_id, n.policy_version, n.request_type, n.indication, n.node_id, w.word, max(v.result) as result
    from policy_node as n
    inner join word as w on n.fact = w.fact
    inner join policy_node_value as v
        on n.policy_id = v.policy_id
        and n.policy_version = v.policy_version
        and n.request_type = v.request_type
        and n.node_id = v.node_id
        and ((not v.is_prefix and w.word = v.value) or (v.is_prefix and starts_with(w.word, v.value)))
    group by 1, 2, 3, 4, 5, 6
)
select
    r.authorization_id,
    n.node_id,
    n.parent_id,
    n.depth,
    n.operator,
    n.needed,
    n.is_criterion,
    n.is_leaf,
    coalesce(d.value, 0) as recorded,
    n.is_presumed and s.authorization_id is null as presumed_in_review,
    n.is_presumed and a.authorization_id is null as presumed_in_evaluation,
    case
        when n.operator <> 'fact' then null
        when n.comparison = 'at_least' and f.number is not null
            then case when f.number + 1e-9 >= n.number then 1 else -1 end
        when n.comparison = 'at_most' and f.number is not null
            then case when f.number - 1e-9 <= n.number then 1 else -1 end
        when n.comparison = 'above' and f.number is not null
            then case when f.number - 1e-9 > n.number then 1 else -1 end
        when n.comparison = 'below' and f.number is not null
            then case when f.number + 1e-9 < n.number then 1 else -1 end
        when n.comparison = 'one_of' and f.word is not null then coalesce(m.result, -1)
        else 0
    end as tested
from request_tree as r
inner join policy_node as n
    on r.policy_id = n.policy_id
    and r.policy_version = n.policy_version
    and r.request_type = n.request_type
    and r.indication = n.indication
left join recorded as d on r.authorization_id = d.authorization_id and n.node_id = d.criterion_id and n.is_criterion
left join reviewed_at_all as s on r.authorization_id = s.authorization_id and n.node_id = s.criterion_id
left join raised as a on r.authorization_id = a.authorization_id and n.node_id = a.node_id
left join request_fact as f on r.authorization_id = f.authorization_id and n.fact = f.fact
left join matched as m
    on n.policy_id = m.policy_id
    and n.policy_version = m.policy_version
    and n.request_type = m.request_type
    and n.indication = m.indication
    and n.node_id = m.node_id
    and f.word = m.word
