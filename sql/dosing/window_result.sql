-- Is the limit over time kept?
-- Grain: an administration, a units or frequency limit of a tested regimen, and the days of grace taken off its window.
-- Days of grace can only help, so they are tried where the letter (0 days) is not kept, and are not there elsewhere.
-- result: 1 ok, 0 unknown, -1 exceeded. Parameters: none.
with lettered as (
    select
        t.*,
        case when t.kind = 'units' then n.units else cast(n.administrations as decimal(18, 4)) end as measured_by_letter
    from tested_limit as t
    inner join window_total as n
        on t.policy_id = n.policy_id
        and t.person_id = n.person_id
        and t.day_number = n.day_number
        and t.window_days = n.window_days
    where t.kind in ('units', 'frequency')
),
graced as (
    -- What the shorter window no longer holds: the days by which it begins later.
    select
        l.administration_id,
        l.regimen,
        l.limit_id,
        w.grace_days,
        sum(case when l.kind = 'units' then d.units else cast(d.administrations as decimal(18, 4)) end) as forgiven
    from lettered as l
    inner join policy_window as w on l.policy_id = w.policy_id and l.window_days = w.window_days and w.grace_days > 0
    left join treatment_day as d
        on l.policy_id = d.policy_id
        and l.person_id = d.person_id
        and d.day_number > l.day_number - l.window_days
        and d.day_number <= l.day_number - w.days_counted
    where l.measured_by_letter > l.amount
    group by 1, 2, 3, 4
),
measured as (
    select *, 0 as grace_days, measured_by_letter as measured
    from lettered
    union all
    select l.*, g.grace_days, cast(l.measured_by_letter - coalesce(g.forgiven, 0) as decimal(18, 4)) as measured
    from lettered as l
    inner join graced as g
        on l.administration_id = g.administration_id and l.regimen = g.regimen and l.limit_id = g.limit_id
),
compared as (
    -- A frequency limit counts days on which the drug was given, and is kept on a day of discarded units alone.
    select
        *,
        case
            when kind = 'frequency' and administered_units = 0 then 1
            when measured <= amount then 1
            else -1
        end as compared
    from measured
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
    kind,
    advisory,
    grace_days,
    cast(measured as double) / counted_per_shown as measured,
    amount / counted_per_shown as allowed,
    result,
    case when result = 0 then 'course_unknown' end as reason,
    result = -1 and kind = 'units' and counted_units > amount as is_day_over,
    case
        when result > -1 then 0
        when kind = 'frequency' then administered_units
        when measured - cast(amount as decimal(18, 4)) >= counted_units then billed_units
        when counted_units = billed_units then measured - cast(amount as decimal(18, 4))
        else cast((cast(measured as double) - amount) * cast(billed_units as double) / cast(counted_units as double) as decimal(18, 4))
    end as excess_units
from judged
