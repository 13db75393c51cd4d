-- How much was billed, and how often was the drug given, up to a day: under an authorization, and in all?
-- Grain: policy with a limit over such a span, span, its holder (an authorization, or for a lifetime a person) and day.
-- Parameters: none. A lifetime is all that the extract holds: what was given before it is not counted, so it is the least.
with asked as (
    select distinct policy_id, span
    from policy_limit
    where kind in ('total_units', 'total_frequency')
),
day as (
    select a.policy_id, k.span, c.authorization_id as holder, a.day_number, a.counted_units as units, a.administered_units
    from administration_day as a
    inner join asked as k on a.policy_id = k.policy_id and k.span = 'authorization'
    inner join covering_authorization as c on a.administration_id = c.administration_id
    union all
    select a.policy_id, k.span, a.person_id as holder, a.day_number, a.counted_units as units, a.administered_units
    from administration_day as a
    inner join asked as k on a.policy_id = k.policy_id and k.span = 'lifetime'
),
total as (
    select
        policy_id,
        span,
        holder,
        day_number,
        cast(sum(units) as decimal(18, 4)) as units,
        cast(sum(case when administered_units > 0 then 1 else 0 end) as bigint) as administrations
    from day
    group by 1, 2, 3, 4
)
select
    policy_id,
    span,
    holder,
    day_number,
    cast(sum(units) over so_far as decimal(18, 4)) as units,
    cast(sum(administrations) over so_far as bigint) as administrations
from total
window so_far as (
    partition by policy_id, span, holder
    order by day_number
    rows between unbounded preceding and current row
)
