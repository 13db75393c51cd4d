-- How many units does a dose limit allow at a body size, and how many would whole vials hold?
-- Grain: policy, amount of a dose limit, mg per unit, body size (m², kg, or 1 for a flat dose), dose tolerance.
-- Parameters: none.
-- Few distinct values stand behind millions of administrations: the arithmetic is done once for each.
with size as (
    select distinct policy_id, amount, mg_per_unit, size_low as size
    from tested_dose
    union
    select distinct policy_id, amount, mg_per_unit, size_high as size
    from tested_dose
),
need as (
    select
        a.*,
        s.dose_tolerance_percent,
        a.amount * (100 + s.dose_tolerance_percent) / 100 * a.size as allowed_mg
    from size as a
    cross join (select distinct dose_tolerance_percent from scenario) as s
)
select
    n.policy_id,
    n.amount,
    n.mg_per_unit,
    n.size,
    n.dose_tolerance_percent,
    -- Doubles: a hair is taken off before the ceiling, so that 73.2 mg stay 74 units and 88.0 mg stay 88.
    ceil(n.allowed_mg / n.mg_per_unit - 1e-9) as allowed_units,
    v.up_to_mg / n.mg_per_unit as vial_units
from need as n
left join policy_vial_sum as v
    on n.policy_id = v.policy_id and n.allowed_mg - 1e-9 > v.above_mg and n.allowed_mg - 1e-9 <= v.up_to_mg
