-- Is the limit over a cycle kept?
-- Grain: an administration, a units or frequency limit of a tested regimen that counts in cycles, and days of grace.
-- What counts is what was billed for the person from the day on which the cycle began (began_day) up to the administration.
-- Where that can't be told, it is at least what the day itself holds, and at most what any days as many as a cycle's hold.
-- With days of grace, an administration in a cycle's last days counts as if the next one had begun with it. They can only help,
-- so they are tried where the letter (0 days) is not kept, and are not there elsewhere.
-- result: 1 ok, 0 unknown, -1 exceeded. Parameters: none.
with placed as (
    select
        t.*,
        case when t.kind = 'cycle_units' then 'units' else 'frequency' end as counted_kind,
        case
            when t.cycles = 'greedy' then case when g.is_certain then g.began_day end
            when t.cycles = 'authorization' then date_diff('day', date '1970-01-01', c.approved_from)
            -- A day of discarded units alone, before the first dose, counts by itself.
            when n.is_numbered then case when n.began_day > t.day_number then t.day_number else coalesce(n.began_day, t.day_number) end
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
        anchor_day + cast(floor((day_number - anchor_day) / window_days) as bigint) * window_days as began_day
    from placed
),
tried as (
    -- After which day it counts; null: it alone.
    select
        b.administration_id,
        b.regimen,
        b.limit_id,
        b.policy_id,
        b.person_id,
        g.grace_days,
        case
            when b.began_day is null then b.day_number - b.window_days + g.grace_days
            when g.grace_days = 0 or b.day_number - b.began_day < b.window_days - g.grace_days then b.began_day - 1
        end as after_day
    from begun as b
    cross join (select distinct grace_days from scenario) as g
),
event as (
    select t.policy_id, t.person_id, t.day_number, t.units, t.administrations
    from treatment_day as t
    inner join (select distinct policy_id from policy_limit where cycles is not null) as k on t.policy_id = k.policy_id
    union all
    select distinct policy_id, person_id, after_day as day_number, cast(0 as decimal(18, 4)) as units, cast(0 as bigint) as administrations
    from tried
    where after_day is not null
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
        t.grace_days,
        cast(case when b.counted_kind = 'units' then d.units else d.administrations end as decimal(18, 4)) as on_the_day,
        cast(
            case
                when t.after_day is null then case when b.counted_kind = 'units' then d.units else d.administrations end
                when b.counted_kind = 'units' then d.units_so_far - f.units_so_far
                else d.administrations_so_far - f.administrations_so_far
            end as decimal(18, 4)
        ) as most
    from tried as t
    inner join begun as b
        on t.administration_id = b.administration_id and t.regimen = b.regimen and t.limit_id = b.limit_id
    inner join so_far as d
        on b.policy_id = d.policy_id and b.person_id = d.person_id and b.day_number = d.day_number
    left join so_far as f
        on t.policy_id = f.policy_id and t.person_id = f.person_id and t.after_day = f.day_number
),
compared as (
    -- A limit on administrations is kept on a day of discarded units alone.
    select
        *,
        case when began_day is null then on_the_day else most end as least,
        case
            when counted_kind = 'frequency' and administered_units = 0 then 1
            when most <= amount then 1
            when began_day is null and on_the_day <= amount then 0
            else -1
        end as compared
    from measured
),
judged as (
    -- What is over a limit that may not hold for this dose of the course can't be told.
    select *, case when compared = -1 and not is_certain then 0 else compared end as result
    from compared
),
lettered as (
    select administration_id, regimen, limit_id
    from judged
    where grace_days = 0 and result < 1
)
select
    j.administration_id,
    j.regimen,
    j.limit_id,
    j.counted_kind as kind,
    j.advisory,
    j.grace_days,
    j.began_day,
    cast(case j.compared when 1 then j.most when -1 then j.least end as double) / j.counted_per_shown as measured,
    j.amount / j.counted_per_shown as allowed,
    j.result,
    case
        when j.result <> 0 then null
        when j.compared = -1 then 'course_unknown'
        when j.cycles = 'authorization' then 'no_authorization'
        else 'cycle_unknown'
    end as reason,
    j.result = -1 and j.counted_kind = 'units' and j.counted_units > j.amount as is_day_over,
    case
        when j.result > -1 then 0
        when j.counted_kind = 'frequency' then j.administered_units
        when j.least - cast(j.amount as decimal(18, 4)) >= j.counted_units then j.billed_units
        when j.counted_units = j.billed_units then j.least - cast(j.amount as decimal(18, 4))
        else cast((cast(j.least as double) - j.amount) * cast(j.billed_units as double) / cast(j.counted_units as double) as decimal(18, 4))
    end as excess_units
from judged as j
left join lettered as l
    on j.administration_id = l.administration_id and j.regimen = l.regimen and j.limit_id = l.limit_id
where j.grace_days = 0 or l.limit_id is not null
