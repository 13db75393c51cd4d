-- Do the vials that a claim line names by NDC hold the units that it bills?
-- Grain: one usable claim line with a vial of a policy's drug and a number of them. Parameters: none.
-- Only numbers of packages are compared (UN): millilitres would need their strength, which no extract has. A quantity
-- without a unit may be either, so it counts where it is no more than the vials that hold the units, or equals the units.
with vial as (
    select distinct c.hcpcs_code, v.ndc_prefix, v.mg / c.mg_per_unit as vial_units
    from policy_vial as v
    inner join policy_code as c on v.policy_id = c.policy_id
)
select
    m.claim_id,
    m.claim_line_number,
    m.person_id,
    m.service_date,
    m.ndc_code,
    cast(m.ndc_quantity as double) as ndc_quantity,
    cast(m.service_unit_quantity as double) as units,
    v.vial_units
from medical_claim_row as m
inner join vial as v
    on m.hcpcs_code = v.hcpcs_code and substring(m.ndc_code, 1, length(v.ndc_prefix)) = v.ndc_prefix
where m.reason is null
    and m.ndc_quantity > 0
    and m.service_unit_quantity > 0
    and (
        m.ndc_unit = 'UN'
        or (
            m.ndc_unit is null
            and (m.ndc_quantity < m.service_unit_quantity / v.vial_units + 1 or m.ndc_quantity = m.service_unit_quantity)
        )
    )
