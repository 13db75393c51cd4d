-- How many units does a dose limit allow at a body surface area, and how many would whole vials hold?
-- A flat dose is the same for everyone, as at 1 m².
-- Grain: policy, amount of a dose limit, mg per unit, body surface area, dose tolerance. Parameters: none.
-- Few distinct values stand behind millions of administrations: the arithmetic is done once for each.
with area as (
    select distinct t.policy_id, t.amount, t.mg_per_unit, case when t.dose_per = 'flat' then 1 else b.bsa_low end as bsa_m2
    from tested_limit as t
    inner join administration_bsa as b on t.administration_id = b.administration_id
    where t.kind = 'dose'
    union
    select distinct t.policy_id, t.amount, t.mg_per_unit, case when t.dose_per = 'flat' then 1 else b.bsa_high end as bsa_m2
    from tested_limit as t
    inner join administration_bsa as b on t.administration_id = b.administration_id
    where t.kind = 'dose'
),
need as (
    select
        a.*,
        s.dose_tolerance_percent,
        a.amount * (100 + s.dose_tolerance_percent) / 100 * a.bsa_m2 as allowed_mg
    from area as a
    cross join (select distinct dose_tolerance_percent from scenario) as s
)
select
    n.policy_id,
    n.amount,
    n.mg_per_unit,
    n.bsa_m2,
    n.dose_tolerance_percent,
    -- Doubles: a hair is taken off before the ceiling, so that 73.2 mg stay 74 units and 88.0 mg stay 88.
    ceil(n.allowed_mg / n.mg_per_unit - 1e-9) as allowed_units,
    v.up_to_mg / n.mg_per_unit as vial_units
from need as n
left join policy_vial_sum as v
    on n.policy_id = v.policy_id and n.allowed_mg - 1e-9 > v.above_mg and n.allowed_mg - 1e-9 <= v.up_to_mg
