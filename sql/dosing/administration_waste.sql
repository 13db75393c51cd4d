-- What was discarded at each administration, how much of it in whole vials, and what did it cost?
-- Grain: an administration. Parameters: none.
-- Avoidable are the whole smallest vials of the day's billing codes that fit into what was discarded: from vials of that
-- size alone, less than one of them would have been left over. Dollars go by units, to the cent, half up; they are null
-- where the administration has no allowed amount.
with discarded as (
    select
        a.*,
        v.smallest_vial_mg,
        floor(a.wasted_mg / v.smallest_vial_mg + 1e-9) as avoidable_vials
    from administration_day as a
    inner join policy_vial_set as v on a.policy_id = v.policy_id and a.vial_sets = v.vial_sets
),
unit as (
    select
        *,
        cast(
            case
                when avoidable_vials = 0 then 0
                else cast(wasted_units as double) * avoidable_vials * smallest_vial_mg / wasted_mg
            end
            as decimal(18, 4)
        ) as avoidable_units
    from discarded
)
select
    policy_id,
    payer,
    person_id,
    hcpcs_code,
    administered_on,
    billed_units,
    administered_units,
    wasted_units,
    avoidable_units,
    cast(wasted_mg / smallest_vial_mg as decimal(18, 4)) as wasted_vials,
    cast(avoidable_vials as bigint) as avoidable_vials,
    allowed_amount,
    cast(
        floor(cast(allowed_amount as double) * 100 * cast(wasted_units as double) / cast(billed_units as double) + 0.5 + 1e-9) / 100
        as decimal(18, 2)
    ) as wasted_allowed_amount,
    cast(
        floor(cast(allowed_amount as double) * 100 * cast(avoidable_units as double) / cast(billed_units as double) + 0.5 + 1e-9) / 100
        as decimal(18, 2)
    ) as avoidable_allowed_amount
from unit
