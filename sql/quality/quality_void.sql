-- Does a void or replacement find the claim that it is about?
-- Grain: one claim of a data source, in scope, that voids or replaces. Parameters: none.
with void as (
    select
        coalesce(data_source, '') as source_key,
        claim_id,
        max(original_claim_id) as original_claim_id
    from medical_claim_row
    where claim_id is not null and claim_frequency_code in ('7', '8')
    group by 1, 2
),
-- The claims named are few: the others are passed over without being gathered.
original as (
    select distinct coalesce(m.data_source, '') as source_key, m.claim_id
    from medical_claim_row as m
    inner join (select distinct source_key, original_claim_id from void) as v
        on coalesce(m.data_source, '') = v.source_key and m.claim_id = v.original_claim_id
)
select
    v.source_key,
    v.claim_id,
    v.original_claim_id,
    o.claim_id is not null and o.claim_id <> v.claim_id as has_original
from void as v
left join original as o on v.source_key = o.source_key and v.original_claim_id = o.claim_id
