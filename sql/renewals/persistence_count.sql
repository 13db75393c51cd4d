-- How long do people stay on therapy, from their first dose on?
-- Grain: policy, payer of the first dose (null: all of the policy's), permissible gap, and day since the first dose on
-- which anybody's spell ended or could not be followed any longer. Parameters: none.
-- Only first spells of people new to the drug, as far as the extract tells, who can be followed.
with spell as (
    select policy_id, payer, gap_days, days, event
    from therapy_spell
    where is_followed and event is not null
    union all
    select policy_id, null as payer, gap_days, days, event
    from therapy_spell
    where is_followed and event is not null
),
day_count as (
    select
        policy_id,
        payer,
        gap_days,
        days as day,
        sum(case when event = 'discontinued' then 1 else 0 end) as n_discontinued,
        sum(case when event = 'died' then 1 else 0 end) as n_died,
        sum(case when event in ('disenrolled', 'end_of_data') then 1 else 0 end) as n_censored
    from spell
    group by 1, 2, 3, 4
)
select
    *,
    sum(n_discontinued + n_died + n_censored) over (
        partition by policy_id, payer, gap_days
        order by day desc
        rows between unbounded preceding and current row
    ) as n_at_risk
from day_count
