-- How would the verdicts change with grace days and dose tolerance?
-- Grain: policy, payer and scenario. Parameters: none. Rates are added where all rates are.
-- What no leniency brings within was exceeded, or excepted, by the letter too.
with judged as (
    select a.administration_id, a.policy_id, a.payer, j.status
    from administration_judged as j
    inner join administration_day as a on j.administration_id = a.administration_id
),
letter as (
    select policy_id, payer, count(*) filter (where status = 'within') as n_within
    from judged
    group by 1, 2
),
lenient as (
    select
        j.policy_id,
        j.payer,
        s.grace_days,
        s.dose_tolerance_percent,
        count(*) filter (where s.result = 1) as n_within,
        count(*) filter (where s.result = -1 and j.status = 'exceeds') as n_exceeds,
        count(*) filter (where s.result = -1 and j.status = 'exception') as n_exception,
        count(*) filter (where s.result = 0) as n_indeterminate
    from scenario_result as s
    inner join judged as j on s.administration_id = j.administration_id
    group by 1, 2, 3, 4
)
select
    p.policy_id,
    p.payer,
    s.grace_days,
    s.dose_tolerance_percent,
    p.n_within + coalesce(l.n_within, 0) as n_within,
    coalesce(l.n_exceeds, 0) as n_exceeds,
    coalesce(l.n_exception, 0) as n_exception,
    coalesce(l.n_indeterminate, 0) as n_indeterminate
from letter as p
cross join scenario as s
left join lenient as l
    on p.policy_id = l.policy_id
    and p.payer = l.payer
    and s.grace_days = l.grace_days
    and s.dose_tolerance_percent = l.dose_tolerance_percent
