-- Which body surface area is an administration judged by, and where does it come from?
-- Grain: an administration. bsa_m2 is rounded half up to two decimals, then capped; null if unknown, and then
-- bsa_low and bsa_high are the extremes to be expected. Parameters: $bsa_smallest, $bsa_largest.
with found as (
    select
        a.administration_id,
        a.bsa_cap_m2,
        case
            when b.measure_value is not null then b.measure_value
            when h.measure_value is not null and w.measure_value is not null
                then sqrt(h.measure_value * w.measure_value / 3600)
            else c.bsa_m2
        end as raw_bsa_m2,
        case
            when b.measure_value is not null then 'observation'
            when h.measure_value is not null and w.measure_value is not null then 'height_weight'
            when c.bsa_m2 is not null then 'authorization'
        end as bsa_source
    from administration_day as a
    left join body_size as b
        on a.person_id = b.person_id and b.measure = 'bsa' and a.day_number between b.first_day and b.last_day
    left join body_size as h
        on a.person_id = h.person_id and h.measure = 'height' and a.day_number between h.first_day and h.last_day
    left join body_size as w
        on a.person_id = w.person_id and w.measure = 'weight' and a.day_number between w.first_day and w.last_day
    left join covering_authorization as c on a.administration_id = c.administration_id
),
rounded as (
    select *, floor((raw_bsa_m2 + 1e-9) * 100 + 0.5) / 100 as rounded_bsa_m2
    from found
),
capped as (
    -- least() passes over nulls: an unknown BSA must not become the cap.
    select
        *,
        case when rounded_bsa_m2 > bsa_cap_m2 then bsa_cap_m2 else rounded_bsa_m2 end as bsa_m2,
        case when $bsa_smallest > bsa_cap_m2 then bsa_cap_m2 else $bsa_smallest end as smallest_m2,
        case when $bsa_largest > bsa_cap_m2 then bsa_cap_m2 else $bsa_largest end as largest_m2
    from rounded
)
select
    administration_id,
    bsa_m2,
    bsa_source,
    coalesce(bsa_m2, smallest_m2) as bsa_low,
    coalesce(bsa_m2, largest_m2) as bsa_high
from capped
