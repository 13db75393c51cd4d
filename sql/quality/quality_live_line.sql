-- Which claim lines stand once voided, replaced and denied ones are taken away?
-- Grain: one claim line in scope; is_set_aside tells lines that others cancel or contradict. Parameters: none.
-- Only claims in scope are seen here, so a void that bills something else is not: the measures follow it, a check need not.
with line as (
    select
        coalesce(data_source, '') as source_key,
        claim_id,
        claim_line_number,
        payer,
        person_id,
        hcpcs_code,
        service_date,
        service_unit_quantity,
        claim_status,
        claim_frequency_code,
        original_claim_id,
        reason,
        coalesce('JW' in (hcpcs_modifier_1, hcpcs_modifier_2, hcpcs_modifier_3, hcpcs_modifier_4, hcpcs_modifier_5), false) as is_jw,
        coalesce('JZ' in (hcpcs_modifier_1, hcpcs_modifier_2, hcpcs_modifier_3, hcpcs_modifier_4, hcpcs_modifier_5), false) as is_jz
    from medical_claim_row
),
void_record as (
    select distinct source_key, claim_id
    from line
    where claim_frequency_code = '8'
),
voided as (
    select distinct source_key, original_claim_id as claim_id
    from line
    where claim_frequency_code in ('7', '8') and original_claim_id <> claim_id
)
select line.*, line.reason is not null as is_set_aside
from line
left join void_record on line.source_key = void_record.source_key and line.claim_id = void_record.claim_id
left join voided on line.source_key = voided.source_key and line.claim_id = voided.claim_id
where (line.reason is null or line.reason in ('reversed', 'negative_net', 'conflicting_lines'))
    and coalesce(line.claim_status, 'paid') <> 'denied'
    and void_record.claim_id is null
    and voided.claim_id is null
