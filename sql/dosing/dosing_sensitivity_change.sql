-- Between two neighbouring scenarios of grace and tolerance, whose verdicts change?
-- Grain: policy, scenario, its next (one more grace day, or the next tolerance), verdict before and after.
-- Parameters: none. Published pages need the persons behind each change, so that no small one can be worked out.
-- All scenarios' verdicts of an administration are one number, a digit to base 3 each: there are few such numbers.
with judged as (
    select a.administration_id, a.policy_id, a.person_id, j.status
    from administration_judged as j
    inner join administration_day as a on j.administration_id = a.administration_id
),
letter as (
    select policy_id, person_id, count(*) as n_administrations
    from judged
    where status = 'within'
    group by 1, 2
),
coded as (
    select r.administration_id, cast(sum((r.result + 1) * s.digit) as bigint) as code
    from scenario_result as r
    inner join scenario as s
        on r.grace_days = s.grace_days and r.dose_tolerance_percent = s.dose_tolerance_percent
    group by 1
),
person as (
    select j.policy_id, j.person_id, c.code, count(*) as n_administrations
    from coded as c
    inner join judged as j on c.administration_id = j.administration_id
    group by 1, 2, 3
),
decoded as (
    select
        c.code,
        s.grace_days,
        s.dose_tolerance_percent,
        case cast(floor(c.code / s.digit) as bigint) % 3
            when 2 then 'within' when 1 then 'indeterminate' else 'over'
        end as state
    from (select distinct code from person) as c
    cross join scenario as s
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
),
change as (
    select
        v.code,
        s.grace_days,
        s.dose_tolerance_percent,
        s.next_grace_days,
        s.next_dose_tolerance_percent,
        v.state as state_before,
        w.state as state_after
    from step as s
    inner join decoded as v
        on s.grace_days = v.grace_days and s.dose_tolerance_percent = v.dose_tolerance_percent
    inner join decoded as w
        on v.code = w.code
        and s.next_grace_days = w.grace_days
        and s.next_dose_tolerance_percent = w.dose_tolerance_percent
),
counted as (
    select
        p.policy_id,
        c.grace_days,
        c.dose_tolerance_percent,
        c.next_grace_days,
        c.next_dose_tolerance_percent,
        c.state_before,
        c.state_after,
        cast(sum(p.n_administrations) as bigint) as n_administrations,
        -- Who has administrations within by the letter too is counted with these.
        case
            when c.state_before = 'within' and c.state_after = 'within'
                then count(distinct case when l.person_id is null then p.person_id end)
            else count(distinct p.person_id)
        end as n_persons
    from person as p
    inner join change as c on p.code = c.code
    left join letter as l on p.policy_id = l.policy_id and p.person_id = l.person_id
    group by 1, 2, 3, 4, 5, 6, 7
    union all
    select
        l.policy_id,
        s.grace_days,
        s.dose_tolerance_percent,
        s.next_grace_days,
        s.next_dose_tolerance_percent,
        'within' as state_before,
        'within' as state_after,
        cast(sum(l.n_administrations) as bigint) as n_administrations,
        count(*) as n_persons
    from letter as l
    cross join step as s
    group by 1, 2, 3, 4, 5
)
select
    policy_id,
    grace_days,
    dose_tolerance_percent,
    next_grace_days,
    next_dose_tolerance_percent,
    state_before,
    state_after,
    cast(sum(n_administrations) as bigint) as n_administrations,
    cast(sum(n_persons) as bigint) as n_persons
from counted
group by 1, 2, 3, 4, 5, 6, 7
