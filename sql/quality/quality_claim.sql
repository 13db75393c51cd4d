-- What does a claim's own record say: does it void another, and are its amounts those of its lines?
-- Grain: one claim of a data source with a line in scope. Parameters: none.
with claim as (
    select
        coalesce(data_source, '') as source_key,
        claim_id,
        max(case when claim_frequency_code in ('7', '8') then claim_frequency_code end) as void_code,
        max(original_claim_id) as original_claim_id,
        count(*) filter (where reason is null) as n_lines,
        min(service_unit_quantity) filter (where reason is null) as least_units,
        max(service_unit_quantity) filter (where reason is null) as most_units,
        min(charge_amount) filter (where reason is null) as least_charge,
        max(charge_amount) filter (where reason is null) as most_charge,
        min(allowed_amount) filter (where reason is null) as least_allowed,
        max(allowed_amount) filter (where reason is null) as most_allowed,
        min(paid_amount) filter (where reason is null) as least_paid,
        max(paid_amount) filter (where reason is null) as most_paid
    from medical_claim_row
    where claim_id is not null
    group by 1, 2
)
select c.*, o.claim_id is not null as has_original
from claim as c
left join claim as o on c.source_key = o.source_key and c.original_claim_id = o.claim_id and o.claim_id <> c.claim_id
