-- Which claim lines stand once voided, replaced and denied ones are taken away?
-- Grain: one claim line in scope; is_set_aside tells lines that others cancel or contradict. Parameters: none.
-- Only claims in scope are seen here, so a void that bills something else is not: the measures follow it, a check need not.
with claim_void as (
    select distinct coalesce(data_source, '') as source_key, claim_id, original_claim_id, claim_frequency_code
    from medical_claim
    where claim_id is not null and claim_frequency_code in ('7', '8')
)
select
    m.*,
    coalesce(m.data_source, '') as source_key,
    coalesce('JW' in (m.hcpcs_modifier_1, m.hcpcs_modifier_2, m.hcpcs_modifier_3, m.hcpcs_modifier_4, m.hcpcs_modifier_5), false) as is_jw,
    coalesce('JZ' in (m.hcpcs_modifier_1, m.hcpcs_modifier_2, m.hcpcs_modifier_3, m.hcpcs_modifier_4, m.hcpcs_modifier_5), false) as is_jz,
    m.reason is not null as is_set_aside
from medical_claim as m
left join (select distinct source_key, claim_id from claim_void where claim_frequency_code = '8') as void_record
    on coalesce(m.data_source, '') = void_record.source_key and m.claim_id = void_record.claim_id
left join (select distinct source_key, original_claim_id from claim_void where original_claim_id <> claim_id) as voided
    on coalesce(m.data_source, '') = voided.source_key and m.claim_id = voided.original_claim_id
where (m.reason is null or m.reason in ('reversed', 'negative_net', 'conflicting_lines'))
    and coalesce(m.claim_status, 'paid') <> 'denied'
    and void_record.claim_id is null
    and voided.original_claim_id is null
