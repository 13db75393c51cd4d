-- What was billed of a drug for a person on a day, and how far does it agree with itself?
-- Grain: payer, person, billing code and service date. Parameters: none.
with claim_day as (
    select
        payer,
        person_id,
        hcpcs_code,
        service_date,
        source_key,
        claim_id,
        sum(service_unit_quantity) as billed_units,
        sum(case when is_jw then service_unit_quantity else 0 end) as wasted_units,
        sum(case when is_jz then service_unit_quantity else 0 end) as attested_units
    from quality_live_line
    where not is_set_aside
    group by 1, 2, 3, 4, 5, 6
),
billing_day as (
    select
        payer,
        person_id,
        hcpcs_code,
        service_date,
        sum(billed_units) as billed_units,
        sum(wasted_units) as wasted_units,
        sum(attested_units) as attested_units,
        sum(billed_units - wasted_units) as administered_units,
        sum(case when billed_units - wasted_units > 0 then 1 else 0 end) as n_claims
    from claim_day
    group by 1, 2, 3, 4
)
select d.*, b.unit_limit, b.smallest_vial_units
from billing_day as d
left join quality_code_bound as b on d.hcpcs_code = b.hcpcs_code
where d.billed_units > 0
