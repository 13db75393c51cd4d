-- Which claim lines are in scope, and by which policy are they judged?
-- Grain: one row of the extract; own_reason is why it can't be used, as far as the row alone tells. Parameters: none.
-- Without a payer a row of a policy's drug is in scope (and quarantined later); nobody's policy judges it.
select
    r.* exclude (row_reason),
    coalesce(r.data_source, '') as source_key,
    coalesce(
        'JW' in (r.hcpcs_modifier_1, r.hcpcs_modifier_2, r.hcpcs_modifier_3, r.hcpcs_modifier_4, r.hcpcs_modifier_5), false
    ) as has_jw,
    coalesce(
        'JZ' in (r.hcpcs_modifier_1, r.hcpcs_modifier_2, r.hcpcs_modifier_3, r.hcpcs_modifier_4, r.hcpcs_modifier_5), false
    ) as has_jz,
    p.policy_id,
    case when r.row_reason is not null then r.row_reason when r.service_unit_quantity = 0 then 'zero_units' end as own_reason
from medical_claim_known as r
left join payer_code as p on r.payer = p.payer and r.hcpcs_code = p.hcpcs_code
where r.payer is null or p.policy_id is not null
