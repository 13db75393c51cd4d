-- How much was billed, and how often was the drug given, in the days up to an administration?
-- Grain: policy, person, day of any administration, and a window's length in days. Parameters: none.
-- A day adds its total when it enters the window and takes it back when it leaves, so any length costs one running
-- sum: (d - N, d].
with size as (
    select policy_id, window_days
    from policy_window
    where grace_days = 0
),
event as (
    select d.policy_id, d.person_id, s.window_days, d.day_number, d.units, d.administrations, true as is_day
    from treatment_day as d
    inner join size as s on d.policy_id = s.policy_id
    union all
    select
        d.policy_id,
        d.person_id,
        s.window_days,
        d.day_number + s.window_days as day_number,
        -d.units as units,
        -d.administrations as administrations,
        false as is_day
    from treatment_day as d
    inner join size as s on d.policy_id = s.policy_id
),
running as (
    select
        policy_id,
        person_id,
        window_days,
        day_number,
        is_day,
        sum(units) over so_far as units,
        sum(administrations) over so_far as administrations
    from event
    window so_far as (
        partition by policy_id, person_id, window_days
        order by day_number
        range between unbounded preceding and current row
    )
)
select
    policy_id,
    person_id,
    window_days,
    day_number,
    cast(units as decimal(18, 4)) as units,
    cast(administrations as bigint) as administrations
from running
where is_day
