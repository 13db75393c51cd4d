-- Is the dose limit kept?
-- Grain: an administration, a dose limit of a tested regimen and a dose tolerance. Parameters: none.
-- result: 1 ok, 0 unknown, -1 exceeded. An unknown body size is judged at the smallest and the largest to be expected.
with compared as (
    select
        t.*,
        low.dose_tolerance_percent,
        low.allowed_units * t.told_per_unit as allowed_low,
        high.allowed_units * t.told_per_unit as allowed_high,
        high.allowed_units as units_high,
        case
            when t.given_units <= low.allowed_units then 1
            when t.given_units > high.allowed_units
                and (t.waste_attested or t.given_units > high.vial_units)
                then -1
            else 0
        end as compared
    from tested_dose as t
    inner join dose_allowance as low
        on t.policy_id = low.policy_id
        and t.amount = low.amount
        and t.rounding = low.rounding
        and t.mg_per_unit = low.mg_per_unit
        and t.vial_sets = low.vial_sets
        and t.size_low = low.size
    inner join dose_allowance as high
        on t.policy_id = high.policy_id
        and t.amount = high.amount
        and t.rounding = high.rounding
        and t.mg_per_unit = high.mg_per_unit
        and t.vial_sets = high.vial_sets
        and t.size_high = high.size
        and low.dose_tolerance_percent = high.dose_tolerance_percent
),
judged as (
    -- What is over a limit that may not hold for this dose of the course can't be told.
    select *, case when compared = -1 and not is_certain then 0 else compared end as result
    from compared
)
select
    administration_id,
    regimen,
    limit_id,
    advisory,
    dose_tolerance_percent,
    administered_units as measured,
    case when is_size_known or compared = -1 then allowed_high when result = 1 then allowed_low end as allowed,
    result,
    case
        when result <> 0 then null
        when compared = -1 then 'course_unknown'
        when is_size_known then 'vial_rounding'
        when dose_per = 'kg' then 'weight_unknown'
        else 'bsa_unknown'
    end as reason,
    case
        when result > -1 then 0
        when told_per_unit = 1 then administered_units - cast(allowed_high as decimal(18, 4))
        else cast((cast(given_units as double) - units_high) * told_per_unit as decimal(18, 4))
    end as excess_units
from judged
