-- Is the limit over time kept?
-- Grain: an administration, a units or frequency limit of a tested regimen, and the days of grace taken off its window.
-- result: 1 ok, -1 exceeded. Parameters: none.
with measured as (
    select
        t.*,
        w.grace_days,
        case when t.kind = 'units' then n.units else cast(n.administrations as decimal(18, 4)) end as measured
    from tested_limit as t
    inner join policy_window as w on t.policy_id = w.policy_id and t.window_days = w.window_days
    inner join window_total as n
        on t.policy_id = n.policy_id
        and t.person_id = n.person_id
        and t.day_number = n.day_number
        and w.days_counted = n.days_counted
    where t.kind in ('units', 'frequency')
),
judged as (
    -- A frequency limit counts days on which the drug was given, and is kept on a day of discarded units alone.
    select
        *,
        case
            when kind = 'frequency' and administered_units = 0 then 1
            when measured <= amount then 1
            else -1
        end as result
    from measured
)
select
    administration_id,
    regimen,
    limit_id,
    kind,
    advisory,
    grace_days,
    measured,
    amount as allowed,
    result,
    kind = 'units' and billed_units > amount as is_day_over,
    case
        when result = 1 then 0
        when kind = 'frequency' then administered_units
        when measured - cast(amount as decimal(18, 4)) < billed_units then measured - cast(amount as decimal(18, 4))
        else billed_units
    end as excess_units
from judged
