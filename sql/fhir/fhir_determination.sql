-- What did each answer say of each item of a request, and what was said of it last?
-- Grain: an item of a request (the Claim that it began with and the item's number) and a ClaimResponse. Parameters: none.
-- What a response says of the item stands over what it says of the whole. Of answers that say the same again, the first is
-- when it was decided (is_since_last_change).
with said as (
    select
        o.root_key,
        q.sequence,
        coalesce(q.certification in ('1', '2'), false) and o.depth > 0 as is_appeal,
        r._n,
        r.created,
        r.created_instant,
        r.outcome,
        coalesce(i.decision, r.decision) as decision,
        coalesce(i.authorization_number, r.authorization_number) as authorization_number,
        coalesce(i.approved_from, r.approved_from, i.to_be_done_from) as approved_from,
        coalesce(i.approved_to, r.approved_to, i.to_be_done_by) as approved_to,
        i.approved_units,
        coalesce(i.denial_reason, r.denial_reason) as denial_reason
    from fhir_request as q
    inner join fhir_claim_root as o on q._n = o.claim_key
    inner join fhir_response_claim as c on o.claim_key = c.claim_key
    inner join fhir_response as r on c._n = r._n
    left join fhir_response_item as i on r._n = i._n and q.sequence = i.sequence
    where q.is_newest and r.is_newest
),
told as (
    select
        *,
        coalesce(decision is not null and decision <> 'pending', false) as is_decided,
        row_number() over (
            partition by root_key, sequence, is_appeal, coalesce(decision is not null and decision <> 'pending', false)
            order by created_instant desc nulls last, _n desc
        ) as from_last
    from said
),
last_decision as (
    select root_key, sequence, is_appeal, decision from told where is_decided and from_last = 1
),
last_other as (
    select t.root_key, t.sequence, t.is_appeal, min(t.from_last) as from_last
    from told as t
    inner join last_decision as l
        on t.root_key = l.root_key and t.sequence = l.sequence and t.is_appeal = l.is_appeal
    where t.is_decided and t.decision <> l.decision
    group by 1, 2, 3
)
select
    t.root_key,
    t.sequence,
    t.is_appeal,
    t.is_decided,
    t.from_last,
    t.is_decided and (o.from_last is null or t.from_last < o.from_last) as is_since_last_change,
    t.created,
    t.created_instant,
    t.outcome,
    t.decision,
    t.authorization_number,
    t.approved_from,
    t.approved_to,
    t.approved_units,
    t.denial_reason
from told as t
left join last_other as o
    on t.root_key = o.root_key and t.sequence = o.sequence and t.is_appeal = o.is_appeal
