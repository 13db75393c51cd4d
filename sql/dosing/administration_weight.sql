-- Which body weight is an administration judged by, where a dose is limited per kg?
-- Grain: an administration under a version with such a limit. weight_kg is the latest measured in the 90 days up to the
-- date, rounded half up to two decimals, then capped; null if unknown, and then weight_low and weight_high are the
-- extremes to be expected. Parameters: $weight_smallest, $weight_largest.
with judged as (
    select distinct v.policy_id, v.policy_version, v.weight_cap_kg
    from policy_version as v
    inner join policy_limit as l on v.policy_id = l.policy_id and v.policy_version = l.policy_version
    where l.dose_per = 'kg'
),
rounded as (
    select
        a.administration_id,
        j.weight_cap_kg,
        floor((w.measure_value + 1e-9) * 100 + 0.5) / 100 as rounded_kg
    from administration_day as a
    inner join judged as j on a.policy_id = j.policy_id and a.policy_version = j.policy_version
    left join body_size as w
        on a.person_id = w.person_id and w.measure = 'weight' and a.day_number between w.first_day and w.last_day
),
capped as (
    -- least() passes over nulls: an unknown weight must not become the cap.
    select
        administration_id,
        case when rounded_kg > weight_cap_kg then weight_cap_kg else rounded_kg end as weight_kg,
        case when $weight_smallest > weight_cap_kg then weight_cap_kg else $weight_smallest end as smallest_kg,
        case when $weight_largest > weight_cap_kg then weight_cap_kg else $weight_largest end as largest_kg
    from rounded
)
select
    administration_id,
    weight_kg,
    coalesce(weight_kg, smallest_kg) as weight_low,
    coalesce(weight_kg, largest_kg) as weight_high
from capped
