-- What was billed, discarded and given on each day of treatment?
-- Grain: an administration: one payer, person, drug (the policy's) and service date. Parameters: none.
-- Netted lines need no step of their own here: their quantities and amounts add up like any others.
with line as (
    select r.*, c.mg_per_unit
    from medical_claim_row as r
    inner join policy_code as c on r.policy_id = c.policy_id and r.hcpcs_code = c.hcpcs_code
    where r.reason is null
),
claim as (
    select
        policy_id,
        payer,
        person_id,
        service_date,
        source_key,
        claim_id,
        min(hcpcs_code) as first_code,
        max(hcpcs_code) as last_code,
        max(mg_per_unit) as mg_per_unit,
        sum(service_unit_quantity) as billed_units,
        sum(case when has_jw then service_unit_quantity else 0 end) as wasted_units,
        bool_or(has_jw) as has_jw,
        bool_or(has_jz) as has_jz,
        sum(allowed_amount) as allowed_amount
    from line
    group by 1, 2, 3, 4, 5, 6
),
claim_day as (
    select
        policy_id,
        payer,
        person_id,
        service_date,
        min(first_code) as hcpcs_code,
        min(first_code) < max(last_code) as has_several_codes,
        max(mg_per_unit) as mg_per_unit,
        array_sort(array_distinct(array_agg(claim_id))) as claim_ids,
        cast(sum(case when billed_units > wasted_units then 1 else 0 end) as bigint) as n_claims_giving,
        cast(sum(billed_units) as decimal(18, 4)) as billed_units,
        cast(sum(wasted_units) as decimal(18, 4)) as wasted_units,
        bool_or(has_jw) as has_jw,
        bool_or(has_jz) as has_jz,
        cast(sum(allowed_amount) as decimal(18, 2)) as allowed_amount
    from claim
    group by 1, 2, 3, 4
),
code_day as (
    -- A drug billed under several codes on a day is weighed code by code.
    select
        l.policy_id,
        l.payer,
        l.person_id,
        l.service_date,
        l.hcpcs_code,
        l.mg_per_unit,
        cast(sum(l.service_unit_quantity) as decimal(18, 4)) as billed_units,
        cast(sum(case when l.has_jw then l.service_unit_quantity else 0 end) as decimal(18, 4)) as wasted_units
    from line as l
    inner join claim_day as d
        on l.policy_id = d.policy_id
        and l.payer = d.payer
        and l.person_id = d.person_id
        and l.service_date = d.service_date
    where d.has_several_codes
    group by 1, 2, 3, 4, 5, 6
),
main_code as (
    -- It goes by the code with the most units, then the least code.
    select
        *,
        row_number() over (
            partition by policy_id, payer, person_id, service_date order by billed_units desc, hcpcs_code asc
        ) as code_rank
    from code_day
),
several as (
    select
        policy_id,
        payer,
        person_id,
        service_date,
        max(case when code_rank = 1 then hcpcs_code end) as hcpcs_code,
        max(case when code_rank = 1 then mg_per_unit end) as mg_per_unit,
        sum(cast(billed_units - wasted_units as double) * mg_per_unit) as dose_mg,
        sum(cast(wasted_units as double) * mg_per_unit) as wasted_mg
    from main_code
    group by 1, 2, 3, 4
),
day as (
    select
        d.policy_id,
        d.payer,
        d.person_id,
        coalesce(s.hcpcs_code, d.hcpcs_code) as hcpcs_code,
        d.service_date,
        d.claim_ids,
        d.n_claims_giving,
        coalesce(s.mg_per_unit, d.mg_per_unit) as mg_per_unit,
        d.billed_units,
        cast(d.billed_units - d.wasted_units as decimal(18, 4)) as administered_units,
        d.wasted_units,
        coalesce(s.wasted_mg, cast(d.wasted_units as double) * d.mg_per_unit) as wasted_mg,
        coalesce(s.dose_mg, cast(d.billed_units - d.wasted_units as double) * d.mg_per_unit) as dose_mg,
        d.has_jw,
        d.has_jz,
        d.allowed_amount
    from claim_day as d
    left join several as s
        on d.policy_id = s.policy_id
        and d.payer = s.payer
        and d.person_id = s.person_id
        and d.service_date = s.service_date
)
select
    d.policy_id,
    v.policy_version,
    d.payer,
    d.person_id,
    d.hcpcs_code,
    d.service_date as administered_on,
    date_diff('day', date '1970-01-01', d.service_date) as day_number,
    d.claim_ids,
    d.n_claims_giving,
    d.mg_per_unit,
    d.billed_units,
    d.administered_units,
    d.wasted_units,
    d.wasted_mg,
    d.dose_mg,
    d.has_jw,
    d.has_jz,
    d.has_jw or d.has_jz as waste_attested,
    d.allowed_amount,
    v.bsa_cap_m2,
    v.longest_window_days,
    row_number() over (order by d.service_date, d.person_id, d.payer, d.policy_id) as administration_id
from day as d
inner join policy_version as v
    on d.policy_id = v.policy_id
    and (v.effective_from is null or v.effective_from <= d.service_date)
    and (v.effective_until is null or d.service_date < v.effective_until)
