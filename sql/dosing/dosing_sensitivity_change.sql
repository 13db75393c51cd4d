-- Between two neighbouring scenarios of grace and tolerance, whose verdicts change?
-- Grain: policy, scenario, its next (one more grace day, or the next tolerance), verdict before and after.
-- Parameters: none. Published pages need the persons behind each change, so that no small one can be worked out.
with verdict as (
    select
        a.policy_id,
        a.person_id,
        s.administration_id,
        s.grace_days,
        s.dose_tolerance_percent,
        case s.result when 1 then 'within' when 0 then 'indeterminate' else 'over' end as state
    from scenario_result as s
    inner join administration_day as a on s.administration_id = a.administration_id
),
step as (
    select
        one.grace_days,
        one.dose_tolerance_percent,
        two.grace_days as next_grace_days,
        two.dose_tolerance_percent as next_dose_tolerance_percent
    from scenario as one
    inner join scenario as two
        on (two.grace_days = one.grace_days + 1 and two.dose_tolerance_percent = one.dose_tolerance_percent)
        or (two.grace_days = one.grace_days and two.dose_tolerance_percent = one.dose_tolerance_percent + 5)
)
select
    v.policy_id,
    s.grace_days,
    s.dose_tolerance_percent,
    s.next_grace_days,
    s.next_dose_tolerance_percent,
    v.state as state_before,
    w.state as state_after,
    count(*) as n_administrations,
    count(distinct v.person_id) as n_persons
from step as s
inner join verdict as v
    on s.grace_days = v.grace_days and s.dose_tolerance_percent = v.dose_tolerance_percent
inner join verdict as w
    on v.administration_id = w.administration_id
    and s.next_grace_days = w.grace_days
    and s.next_dose_tolerance_percent = w.dose_tolerance_percent
group by 1, 2, 3, 4, 5, 6, 7
