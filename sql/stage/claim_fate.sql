-- Which claims are void records, voided or replaced?
-- Grain: a claim of one data source with any of the three. Parameters: none.
-- Frequency code and original belong to the claim: what any of its lines carries holds for all. No chain is followed.
with claim as (
    select
        source_key,
        claim_id,
        bool_or(coalesce(claim_frequency_code = '8', false)) as voids,
        bool_or(coalesce(claim_frequency_code = '7', false)) as replaces
    from claim_link
    group by 1, 2
),
fate as (
    select source_key, claim_id, voids as is_void_record, false as is_voided, false as is_replaced
    from claim
    union all
    select l.source_key, l.original_claim_id as claim_id, false as is_void_record, c.voids as is_voided, c.replaces as is_replaced
    from claim_link as l
    inner join claim as c on l.source_key = c.source_key and l.claim_id = c.claim_id
    where l.original_claim_id is not null and l.original_claim_id <> l.claim_id
)
select
    source_key,
    claim_id,
    bool_or(is_void_record) as is_void_record,
    bool_or(is_voided) as is_voided,
    bool_or(is_replaced) as is_replaced
from fate
group by 1, 2
having bool_or(is_void_record) or bool_or(is_voided) or bool_or(is_replaced)
