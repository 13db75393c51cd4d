-- What was billed of a drug for a person on a day, and how far does it agree with itself?
-- Grain: payer, person, billing code and service date, with units billed. Parameters: none.
-- Units are summed as doubles: exact for any quantity that can be billed, and at a third of the cost of wide decimals.
with line as (
    select
        payer,
        person_id,
        hcpcs_code,
        service_date,
        -- Only whether two lines are of one claim matters, and numbers are compared faster than names.
        hash(coalesce(data_source, ''), claim_id) as claim_hash,
        cast(service_unit_quantity as double) as units,
        coalesce('JW' in (hcpcs_modifier_1, hcpcs_modifier_2, hcpcs_modifier_3, hcpcs_modifier_4, hcpcs_modifier_5), false) as is_jw,
        coalesce('JZ' in (hcpcs_modifier_1, hcpcs_modifier_2, hcpcs_modifier_3, hcpcs_modifier_4, hcpcs_modifier_5), false) as is_jz
    from medical_claim_row
    where reason is null
),
billing_day as (
    select
        payer,
        person_id,
        hcpcs_code,
        service_date,
        sum(units) as billed_units,
        sum(case when is_jw then units else 0 end) as wasted_units,
        sum(case when is_jz then units else 0 end) as attested_units,
        min(case when not is_jw and units > 0 then claim_hash end) as least_claim,
        max(case when not is_jw and units > 0 then claim_hash end) as greatest_claim
    from line
    group by 1, 2, 3, 4
)
select
    d.payer,
    d.person_id,
    d.hcpcs_code,
    d.service_date,
    d.billed_units,
    d.wasted_units,
    d.attested_units,
    d.billed_units - d.wasted_units as administered_units,
    d.least_claim <> d.greatest_claim as has_several_claims,
    b.unit_limit,
    b.smallest_vial_units
from billing_day as d
left join quality_code_bound as b on d.hcpcs_code = b.hcpcs_code
where d.billed_units > 0
