-- What was asked for, and what became of it?
-- Grain: an item of a request for prior authorization, through all changes and appeals of it. Parameters: none.
-- It is called by its authorization number, or the request's id where it has none yet; where several rows would be called
-- the same, the request's id and the item's number are added.
with asked as (
    select
        q.*,
        o.root_key,
        o.depth,
        coalesce(q.certification in ('1', '2'), false) and o.depth > 0 as is_appeal
    from fhir_request as q
    inner join fhir_claim_root as o on q._n = o.claim_key
    where q.is_newest
),
item as (
    select
        *,
        row_number() over (
            partition by root_key, sequence, is_appeal
            order by depth desc, received_instant desc nulls last, _n desc
        ) as from_last,
        row_number() over (
            partition by root_key, sequence, is_appeal order by depth, received_instant nulls last, _n
        ) as from_first
    from asked
),
answered as (
    -- The last word, and the first time that it was said.
    select
        root_key,
        sequence,
        is_appeal,
        max(case when is_decided and from_last = 1 then decision end) as decision,
        max(case when is_decided and from_last = 1 then approved_from end) as approved_from,
        max(case when is_decided and from_last = 1 then approved_to end) as approved_to,
        max(case when is_decided and from_last = 1 then approved_units end) as approved_units,
        max(case when is_decided and from_last = 1 then denial_reason end) as denial_reason,
        max(case when is_decided and from_last = 1 then authorization_number end) as decided_number,
        max(case when not is_decided and from_last = 1 then authorization_number end) as pended_number,
        min(case when is_since_last_change then created_instant end) as decided_instant,
        max(case when decision = 'pending' or outcome = 'queued' or outcome = 'error' then 1 else 0 end) as n_pended,
        max(case when decision is null and outcome in ('complete', 'partial') then 1 else 0 end) as n_unsaid
    from fhir_determination
    group by 1, 2, 3
),
decided_when as (
    select d.root_key, d.sequence, d.is_appeal, min(d.created) as decided_at
    from fhir_determination as d
    inner join answered as a
        on d.root_key = a.root_key and d.sequence = a.sequence and d.is_appeal = a.is_appeal
        and d.created_instant = a.decided_instant and d.is_since_last_change
    group by 1, 2, 3
),
appeal as (
    select
        i.root_key,
        i.sequence,
        i.received_at,
        a.decision,
        w.decided_at,
        a.approved_from,
        a.approved_to,
        a.approved_units
    from item as i
    left join answered as a on i.root_key = a.root_key and i.sequence = a.sequence and a.is_appeal
    left join decided_when as w on i.root_key = w.root_key and i.sequence = w.sequence and w.is_appeal
    where i.is_appeal and i.from_first = 1
),
request as (
    select
        i.root_key,
        i.sequence,
        f.claim_id,
        i.person_id,
        i.payer,
        i.hcpcs_code,
        f.request_type,
        i.named_authorization,
        f.received_at,
        f.received_instant,
        coalesce(a.decided_number, a.pended_number) as authorization_number,
        case
            when i.is_cancelled = 'true' then 'withdrawn'
            when a.decision is not null then a.decision
            when a.n_unsaid = 1 and a.n_pended = 0 then null
            else 'pending'
        end as decision,
        w.decided_at,
        i.priority,
        coalesce(a.approved_from, p.approved_from) as approved_from,
        coalesce(a.approved_to, p.approved_to) as approved_to,
        coalesce(
            a.approved_units, p.approved_units,
            case when a.decision = 'approved' or p.decision = 'approved' then i.requested_units end
        ) as approved_units,
        i.diagnosis_code,
        i.prescriber_npi,
        i.prescriber_specialty,
        a.denial_reason,
        p.received_at as appeal_received_at,
        p.decided_at as appeal_decided_at,
        case
            when p.root_key is null then null
            when p.decision in ('approved', 'partially_approved') then 'overturned'
            when p.decision = 'denied' then 'upheld'
            else 'pending'
        end as appeal_decision
    from item as i
    inner join item as f
        on i.root_key = f.root_key and i.sequence = f.sequence and f.from_first = 1 and not f.is_appeal
    left join answered as a on i.root_key = a.root_key and i.sequence = a.sequence and not a.is_appeal
    left join decided_when as w on i.root_key = w.root_key and i.sequence = w.sequence and not w.is_appeal
    left join appeal as p on i.root_key = p.root_key and i.sequence = p.sequence
    where i.from_last = 1 and not i.is_appeal
),
named as (
    select
        *,
        case
            when count(*) over (partition by coalesce(authorization_number, claim_id)) = 1
                then coalesce(authorization_number, claim_id)
            else concat_ws('/', authorization_number, claim_id, sequence)
        end as authorization_id
    from request
),
prior as (
    -- The approval that a renewal names, by its number: of several, the last that came before it.
    select
        n.root_key,
        n.sequence,
        b.authorization_id,
        row_number() over (
            partition by n.root_key, n.sequence
            order by case when b.hcpcs_code = n.hcpcs_code then 0 else 1 end, b.received_instant desc, b.authorization_id
        ) as place
    from named as n
    inner join named as b on n.named_authorization = b.authorization_number
    where n.authorization_id <> b.authorization_id and n.person_id = b.person_id
        and b.received_instant < n.received_instant
)
select
    n.root_key,
    n.authorization_id,
    n.person_id,
    n.payer,
    n.hcpcs_code,
    n.request_type,
    case when n.request_type = 'renewal' then coalesce(p.authorization_id, n.named_authorization) end
        as prior_authorization_id,
    n.received_at,
    case when n.decision in ('approved', 'partially_approved', 'denied') then n.decided_at end as decided_at,
    n.decision,
    n.priority,
    case when n.decision in ('approved', 'partially_approved') or n.appeal_decision = 'overturned' then n.approved_from end
        as approved_from,
    case when n.decision in ('approved', 'partially_approved') or n.appeal_decision = 'overturned' then n.approved_to end
        as approved_to,
    case when n.decision in ('approved', 'partially_approved') or n.appeal_decision = 'overturned' then n.approved_units end
        as approved_units,
    n.diagnosis_code,
    n.prescriber_npi,
    n.prescriber_specialty,
    n.denial_reason,
    n.appeal_received_at,
    n.appeal_decided_at,
    n.appeal_decision
from named as n
left join prior as p on n.root_key = p.root_key and n.sequence = p.sequence and p.place = 1
