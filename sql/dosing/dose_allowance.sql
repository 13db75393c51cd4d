-- How many units does a dose limit allow at a body size, and how many may be the rest of a vial?
-- Grain: policy, amount and rounding of a dose limit, mg per unit, set of vials, body size (m², kg, or 1 for a flat dose),
-- tolerance.
-- Parameters: none.
-- Claims hold whole units, so a dose is rounded up to them. Rounding up to whole vials is allowed by the policy
-- (whole_vial), allowed by none (whole_unit), or left open where nobody attests what was discarded (as_billed).
-- Few distinct values stand behind millions of administrations: the arithmetic is done once for each.
with size as (
    select distinct policy_id, amount, rounding, mg_per_unit, vial_sets, size_low as size
    from tested_dose
    union
    select distinct policy_id, amount, rounding, mg_per_unit, vial_sets, size_high as size
    from tested_dose
),
need as (
    select
        a.*,
        s.dose_tolerance_percent,
        a.amount * (100 + s.dose_tolerance_percent) / 100 * a.size as allowed_mg
    from size as a
    cross join (select distinct dose_tolerance_percent from scenario) as s
),
held as (
    select
        n.*,
        -- Doubles: a hair is taken off before the ceiling, so that 73.2 mg stay 74 units and 88.0 mg stay 88.
        ceil(n.allowed_mg / n.mg_per_unit - 1e-9) as whole_units,
        v.up_to_mg / n.mg_per_unit as vial_units
    from need as n
    left join policy_vial_sum as v
        on n.policy_id = v.policy_id
        and n.vial_sets = v.vial_sets
        and n.allowed_mg - 1e-9 > v.above_mg
        and n.allowed_mg - 1e-9 <= v.up_to_mg
)
select
    policy_id,
    amount,
    rounding,
    mg_per_unit,
    vial_sets,
    size,
    dose_tolerance_percent,
    case when rounding = 'whole_vial' and vial_units > whole_units then ceil(vial_units - 1e-9) else whole_units end as allowed_units,
    case when rounding = 'whole_unit' then whole_units else vial_units end as vial_units
from held
