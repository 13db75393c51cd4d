-- Where each cycle begins with a dose: in which one does a day of treatment stand?
-- Grain: policy, person, a cycle's length in days, and day of any administration. Parameters: none.
-- A cycle lasts window_days; the next one begins with the first dose at or after its end. A day of discarded units alone that
-- stands outside of any counts by itself. began_day is uncertain until a dose comes as long after any hidden one as a cycle lasts:
-- then it begins a cycle wherever the one before began.
-- Cycles can't be told by a window alone, as each begins where the one before ended. So each dose is given the first one that
-- is not of its cycle (next_doses), and a spell of doses is gone through from cycle to cycle, not from dose to dose.
with asked as (
    select distinct policy_id, window_days
    from policy_limit
    where cycles = 'greedy'
),
extent as (
    select date_diff('day', date '1970-01-01', min(first_service_on)) as first_day
    from medical_claim_extent
),
treated as (
    select t.policy_id, t.person_id, k.window_days, t.day_number, t.administrations > 0 as is_dose
    from treatment_day as t
    inner join asked as k on t.policy_id = k.policy_id
),
dose as (
    select
        policy_id,
        person_id,
        window_days,
        day_number,
        lag(day_number) over (partition by policy_id, person_id, window_days order by day_number) as dose_before
    from treated
    where is_dose
),
placed as (
    -- A dose so long after the one before begins a cycle: what comes from it on is a spell of its own.
    select
        *,
        sum(case when day_number - dose_before >= window_days then 1 else 0 end) over (
            partition by policy_id, person_id, window_days
            order by day_number
            rows between unbounded preceding and current row
        ) as spell
    from dose
),
event as (
    select policy_id, person_id, window_days, spell, day_number, 1 as dose
    from placed
    union all
    select policy_id, person_id, window_days, spell, day_number + window_days - 1 as day_number, 0 as dose
    from placed
),
counted as (
    -- How many doses there are up to a dose's cycle's last day, if one began with it.
    select
        *,
        cast(
            sum(dose) over (
                partition by policy_id, person_id, window_days, spell
                order by day_number
                range between unbounded preceding and current row
            ) as integer
        ) as n_doses
    from event
),
spell_of_doses as (
    -- Both lists are in the order of the doses, as a later dose's next one is no earlier.
    select
        policy_id,
        person_id,
        window_days,
        spell,
        array_sort(array_agg(day_number) filter (where dose = 1)) as dose_days,
        array_sort(array_agg(n_doses + 1) filter (where dose = 0)) as next_doses,
        cast(sum(dose) as integer) as n_doses,
        cast(
            floor((max(case when dose = 1 then day_number end) - min(case when dose = 1 then day_number end)) / window_days) as bigint
        ) as most_next
    from counted
    group by 1, 2, 3, 4
),
begun as (
    select
        *,
        list_reduce(
            range(0, most_next),
            lambda found, step: list_append(found, list_extract(next_doses, list_extract(found, -1))),
            [cast(1 as integer)]
        ) as first_doses
    from spell_of_doses
),
cycle as (
    select
        policy_id,
        person_id,
        window_days,
        spell,
        list_extract(dose_days, 1) as spell_day,
        unnest(
            list_transform(
                list_filter(first_doses, lambda place: place <= n_doses), lambda place: list_extract(dose_days, place)
            )
        ) as began_day
    from begun
),
so_far as (
    select
        t.policy_id,
        t.person_id,
        t.window_days,
        t.day_number,
        max(c.began_day) over until_day as began_day,
        max(case when c.spell > 0 or c.spell_day - e.first_day >= t.window_days - 1 then 1 else 0 end) over until_day as is_certain
    from treated as t
    left join cycle as c
        on t.policy_id = c.policy_id
        and t.person_id = c.person_id
        and t.window_days = c.window_days
        and t.day_number = c.began_day
    cross join extent as e
    window until_day as (
        partition by t.policy_id, t.person_id, t.window_days
        order by t.day_number
        rows between unbounded preceding and current row
    )
)
select
    policy_id,
    person_id,
    window_days,
    day_number,
    case when began_day + window_days > day_number then began_day else day_number end as began_day,
    is_certain = 1 as is_certain
from so_far
