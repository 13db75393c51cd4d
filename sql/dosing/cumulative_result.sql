-- Was as much given over time as a limit per m² or kg allows?
-- Grain: an administration, such a limit of a tested regimen, and the days of grace taken off its window; without a covering
-- authorization a limit over one is not tested. Parameters: none.
-- It is judged by the body size of the administration's day, and rounded up to a whole unit, as a dose is. Each of the other doses
-- may have been rounded up by less than a unit of its own too: what that could explain can't be told. An unknown body size is judged
-- at the smallest and the largest to be expected. A day of discarded units alone is kept.
-- result: 1 ok, 0 unknown, -1 exceeded.
with measured as (
    select
        t.administration_id,
        t.regimen,
        t.limit_id,
        t.advisory,
        t.administered_units,
        t.amount,
        t.dose_per,
        t.counted_per_shown,
        t.is_certain,
        d.given as given_on_day,
        d.one_unit,
        n.grace_days,
        n.given,
        n.doses,
        n.one_of_each,
        case t.dose_per when 'kg' then w.weight_low else b.bsa_low end as size_low,
        case t.dose_per when 'kg' then w.weight_high else b.bsa_high end as size_high,
        case t.dose_per when 'kg' then w.weight_kg is not null else b.bsa_m2 is not null end as is_size_known
    from tested_limit as t
    inner join given_day as d on t.administration_id = d.administration_id
    inner join given_total as n
        on t.policy_id = n.policy_id
        and coalesce(t.span, '') = n.span
        and coalesce(t.window_days, 0) = n.window_days
        and case when t.span = 'authorization' then d.authorization_id else t.person_id end = n.holder
        and t.day_number = n.day_number
    inner join administration_bsa as b on t.administration_id = b.administration_id
    left join administration_weight as w on t.administration_id = w.administration_id
    where t.kind = 'cumulative'
),
allowed as (
    -- Doubles: a hair is taken off before the ceiling.
    select
        *,
        ceil(amount * size_low / one_unit - 1e-9) * one_unit as allowed_low,
        ceil(amount * size_high / one_unit - 1e-9) * one_unit as allowed_high
    from measured
),
compared as (
    select
        *,
        case
            when administered_units = 0 then 1
            when cast(given as double) <= allowed_low + 1e-6 then 1
            when cast(given as double) > allowed_high + one_of_each - least(one_unit, cast(given_on_day as double)) + 1e-6 then -1
            else 0
        end as compared
    from allowed
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
    'units' as kind,
    advisory,
    grace_days,
    amount,
    dose_per,
    doses,
    one_unit,
    one_of_each,
    size_low,
    size_high,
    cast(given as double) / counted_per_shown as measured,
    case when is_size_known or compared = -1 then allowed_high when result = 1 then allowed_low end / counted_per_shown as allowed,
    result,
    case
        when result <> 0 then null
        when compared = -1 then 'course_unknown'
        when is_size_known then 'unit_rounding'
        when dose_per = 'kg' then 'weight_unknown'
        else 'bsa_unknown'
    end as reason,
    result = -1 and cast(given_on_day as double) > allowed_high + 1e-6 as is_day_over,
    case
        when result > -1 then 0
        when cast(given as double) - allowed_high >= cast(given_on_day as double) then administered_units
        else cast((cast(given as double) - allowed_high) * cast(administered_units as double) / cast(given_on_day as double) as decimal(18, 4))
    end as excess_units
from judged
