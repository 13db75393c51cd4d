-- How much was given, in how many doses, up to a day: in the days of a window, under an authorization, in all?
-- Grain: policy with a limit on it, span ('' for a window), window_days (0 for a span), days of grace taken off the window, holder
-- (a person, or an authorization where that is the span) and day. Parameters: none.
-- A day adds what it holds when it enters a window and takes it back when it leaves: (d - N, d]. A span is never left. one_of_each
-- is the sum of one unit of each dose, the smallest that it was billed in, or of what was given where that is less.
with span as (
    select distinct l.policy_id, coalesce(l.span, '') as span, coalesce(l.window_days, 0) as window_days, s.grace_days
    from policy_limit as l
    cross join (select distinct grace_days from scenario) as s
    where l.kind = 'cumulative'
),
day as (
    select
        s.policy_id,
        s.span,
        s.window_days,
        s.grace_days,
        case when s.span = 'authorization' then d.authorization_id else d.person_id end as holder,
        d.day_number,
        sum(d.given) as given,
        sum(d.is_dose) as doses,
        sum(d.is_dose * least(d.one_unit, cast(d.given as double))) as one_of_each
    from given_day as d
    inner join span as s on d.policy_id = s.policy_id
    where s.span <> 'authorization' or d.authorization_id is not null
    group by 1, 2, 3, 4, 5, 6
),
event as (
    select *, true as is_day
    from day
    union all
    select
        policy_id,
        span,
        window_days,
        grace_days,
        holder,
        day_number + window_days - grace_days as day_number,
        -given as given,
        -doses as doses,
        -one_of_each as one_of_each,
        false as is_day
    from day
    where window_days > 0
),
running as (
    select
        policy_id,
        span,
        window_days,
        grace_days,
        holder,
        day_number,
        is_day,
        sum(given) over so_far as given,
        sum(doses) over so_far as doses,
        sum(one_of_each) over so_far as one_of_each
    from event
    window so_far as (
        partition by policy_id, span, window_days, grace_days, holder
        order by day_number
        range between unbounded preceding and current row
    )
)
select
    policy_id,
    span,
    window_days,
    grace_days,
    holder,
    day_number,
    cast(given as decimal(18, 4)) as given,
    cast(doses as bigint) as doses,
    one_of_each
from running
where is_day
