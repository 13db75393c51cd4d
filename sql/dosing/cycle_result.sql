-- Is the limit over a cycle kept?
-- Grain: an administration, a units or frequency limit of a tested regimen that counts in cycles, and days of grace.
-- What counts is what was billed for the person from the day on which the cycle began (began_day) up to the administration.
-- Where that can't be told, it is at least what the day itself holds, and at most what any days as many as a cycle's hold.
-- With days of grace, an administration in a cycle's last days counts as if the next one had begun with it. They can only help,
-- so they are tried where the letter (0 days) is not kept, and are not there elsewhere.
-- result: 1 ok, 0 unknown, -1 exceeded. Parameters: none.
with anchored as (
    select
        t.*,
        t.kind = 'cycle_units' as counts_units,
        case
            when t.cycles = 'greedy' then case when g.is_certain then g.began_day end
            when t.cycles = 'authorization' then date_diff('day', date '1970-01-01', c.approved_from)
            -- A day of discarded units alone, before the first dose, counts by itself.
            when n.is_numbered and n.began_day <= t.day_number then n.began_day
            when n.is_numbered then t.day_number
        end as anchor_day
    from tested_limit as t
    left join covering_authorization as c on t.administration_id = c.administration_id
    left join course_day as n
        on t.policy_id = n.policy_id and t.person_id = n.person_id and t.day_number = n.day_number
    left join greedy_cycle as g
        on t.policy_id = g.policy_id
        and t.person_id = g.person_id
        and t.window_days = g.window_days
        and t.day_number = g.day_number
    where t.cycles is not null
),
begun as (
    select
        *,
        anchor_day + cast(floor((day_number - anchor_day) / window_days) as bigint) * window_days as began_day,
        -- It counts after this day.
        coalesce(
            anchor_day + cast(floor((day_number - anchor_day) / window_days) as bigint) * window_days - 1,
            day_number - window_days
        ) as after_day
    from anchored
),
event as (
    select t.policy_id, t.person_id, t.day_number, t.units, t.administrations
    from treatment_day as t
    inner join (select distinct policy_id from policy_limit where cycles is not null) as k on t.policy_id = k.policy_id
    union all
    select policy_id, person_id, after_day as day_number, cast(0 as decimal(18, 4)) as units, cast(0 as bigint) as administrations
    from begun
),
day_total as (
    select policy_id, person_id, day_number, sum(units) as units, sum(administrations) as administrations
    from event
    group by 1, 2, 3
),
so_far as (
    select
        *,
        sum(units) over until_day as units_so_far,
        sum(administrations) over until_day as administrations_so_far
    from day_total
    window until_day as (
        partition by policy_id, person_id order by day_number rows between unbounded preceding and current row
    )
),
measured as (
    select
        b.*,
        cast(case when b.counts_units then d.units else d.administrations end as decimal(18, 4)) as on_the_day,
        cast(
            case
                when b.counts_units then d.units_so_far - f.units_so_far
                else d.administrations_so_far - f.administrations_so_far
            end as decimal(18, 4)
        ) as most
    from begun as b
    inner join so_far as d
        on b.policy_id = d.policy_id and b.person_id = d.person_id and b.day_number = d.day_number
    inner join so_far as f
        on b.policy_id = f.policy_id and b.person_id = f.person_id and b.after_day = f.day_number
),
compared as (
    -- A limit on administrations is kept on a day of discarded units alone.
    select
        *,
        case when began_day is null then on_the_day else most end as least,
        case
            when not counts_units and administered_units = 0 then 1
            when most <= amount then 1
            when began_day is null and on_the_day <= amount then 0
            else -1
        end as by_letter
    from measured
),
graced as (
    select *, 0 as grace_days, by_letter as compared
    from compared
    union all
    select
        c.*,
        g.grace_days,
        case
            when c.day_number - c.began_day >= c.window_days - g.grace_days and c.on_the_day <= c.amount then 1
            else c.by_letter
        end as compared
    from compared as c
    cross join (select distinct grace_days from scenario where grace_days > 0) as g
    where c.by_letter < 1
),
judged as (
    -- What is over a limit that may not hold for this dose of the course can't be told.
    select *, case when compared = -1 and not is_certain then 0 else compared end as result
    from graced
)
select
    administration_id,
    regimen,
    limit_id,
    case when counts_units then 'units' else 'frequency' end as kind,
    advisory,
    grace_days,
    began_day,
    cast(case by_letter when 1 then most when -1 then least end as double) / counted_per_shown as measured,
    amount / counted_per_shown as allowed,
    result,
    case
        when result <> 0 then null
        when compared = -1 then 'course_unknown'
        when cycles = 'authorization' then 'no_authorization'
        else 'cycle_unknown'
    end as reason,
    result = -1 and counts_units and counted_units > amount as is_day_over,
    case
        when result > -1 then 0
        when not counts_units then administered_units
        when least - cast(amount as decimal(18, 4)) >= counted_units then billed_units
        when counted_units = billed_units then least - cast(amount as decimal(18, 4))
        else cast((cast(least as double) - amount) * cast(billed_units as double) / cast(counted_units as double) as decimal(18, 4))
    end as excess_units
from judged
