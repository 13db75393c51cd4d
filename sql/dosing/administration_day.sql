-- What was billed, discarded and given on each day of treatment?
-- Grain: an administration: one payer, person, drug (the policy's) and service date. Parameters: none.
-- Units of different sizes (mg) on one day are told in units of the day's billing code; counted_units are what limits over
-- time add up, from day to day: units, or mg where a policy's units differ in size.
-- vial_sets are the bits of the vials of the day's billing codes: of these a dose may be drawn (policy_vial_set).
-- Netted lines need no step of their own here: their quantities and amounts add up like any others.
with line as (
    select r.*, c.mg_per_unit, c.counted_per_unit, c.vial_sets
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
        max(counted_per_unit) as counted_per_unit,
        max(vial_sets) as vial_sets,
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
        max(counted_per_unit) as counted_per_unit,
        max(vial_sets) as vial_sets,
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
        l.counted_per_unit,
        l.vial_sets,
        cast(sum(l.service_unit_quantity) as decimal(18, 4)) as billed_units,
        cast(sum(case when l.has_jw then l.service_unit_quantity else 0 end) as decimal(18, 4)) as wasted_units
    from line as l
    inner join claim_day as d
        on l.policy_id = d.policy_id
        and l.payer = d.payer
        and l.person_id = d.person_id
        and l.service_date = d.service_date
    where d.has_several_codes
    group by 1, 2, 3, 4, 5, 6, 7, 8
),
main_code as (
    -- It goes by the code with the most units, then the least code.
    select
        *,
        row_number() over by_units as code_rank,
        first_value(mg_per_unit) over by_units as main_mg_per_unit
    from code_day
    window by_units as (
        partition by policy_id, payer, person_id, service_date order by billed_units desc, hcpcs_code asc
    )
),
like_unit as (
    select
        *,
        case
            when mg_per_unit = main_mg_per_unit then billed_units
            else cast(cast(billed_units as double) * mg_per_unit / main_mg_per_unit as decimal(18, 4))
        end as billed_like,
        case
            when mg_per_unit = main_mg_per_unit then wasted_units
            else cast(cast(wasted_units as double) * mg_per_unit / main_mg_per_unit as decimal(18, 4))
        end as wasted_like,
        case
            when counted_per_unit = 1 then billed_units
            else cast(cast(billed_units as double) * counted_per_unit as decimal(18, 4))
        end as counted_units
    from main_code
),
several as (
    select
        policy_id,
        payer,
        person_id,
        service_date,
        max(case when code_rank = 1 then hcpcs_code end) as hcpcs_code,
        max(case when code_rank = 1 then mg_per_unit end) as mg_per_unit,
        min(mg_per_unit) as smallest_unit_mg,
        -- The vials of all its codes.
        bit_or(vial_sets) as vial_sets,
        cast(sum(billed_like) as decimal(18, 4)) as billed_units,
        cast(sum(wasted_like) as decimal(18, 4)) as wasted_units,
        cast(sum(counted_units) as decimal(18, 4)) as counted_units,
        sum(cast(billed_units - wasted_units as double) * mg_per_unit) as dose_mg,
        sum(cast(wasted_units as double) * mg_per_unit) as wasted_mg
    from like_unit
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
        coalesce(s.smallest_unit_mg, d.mg_per_unit) as smallest_unit_mg,
        coalesce(s.vial_sets, d.vial_sets) as vial_sets,
        coalesce(s.billed_units, d.billed_units) as billed_units,
        coalesce(s.wasted_units, d.wasted_units) as wasted_units,
        case
            when s.counted_units is not null then s.counted_units
            when d.counted_per_unit = 1 then d.billed_units
            else cast(cast(d.billed_units as double) * d.counted_per_unit as decimal(18, 4))
        end as counted_units,
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
    d.smallest_unit_mg,
    d.vial_sets,
    d.billed_units,
    cast(d.billed_units - d.wasted_units as decimal(18, 4)) as administered_units,
    d.wasted_units,
    d.counted_units,
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
