-- Which dose of its course was given to a person on a day?
-- Grain: policy with a limit on some doses of a course, or on cycles from its first dose; person and day of any administration.
-- dose_number counts days with a dose; a day of discarded units alone goes with the dose before it. began_day is that of the
-- first dose (null: none was given). Parameters: none.
-- A course begins with the first dose, and again after a longer gap than course_gap_days. Where the extract begins less than
-- that before a person's first dose, earlier doses may be hidden: is_numbered is false, and the number is the least possible.
with phased as (
    select distinct policy_id
    from policy_limit
    where from_dose is not null or cycles = 'first_dose'
),
extent as (
    select date_diff('day', date '1970-01-01', min(first_service_on)) as first_day
    from medical_claim_extent
),
treated as (
    select
        t.policy_id,
        t.person_id,
        t.day_number,
        case when t.administrations > 0 then 1 else 0 end as is_dose,
        v.course_gap_days,
        max(case when t.administrations > 0 then t.day_number end) over (
            partition by t.policy_id, t.person_id
            order by t.day_number
            rows between unbounded preceding and 1 preceding
        ) as dose_before,
        min(t.day_number) over (partition by t.policy_id, t.person_id) as first_treated
    from treatment_day as t
    inner join phased as p on t.policy_id = p.policy_id
    inner join policy_version as v
        on t.policy_id = v.policy_id
        and (v.effective_from is null or date_diff('day', date '1970-01-01', v.effective_from) <= t.day_number)
        and (v.effective_until is null or t.day_number < date_diff('day', date '1970-01-01', v.effective_until))
),
placed as (
    select
        *,
        sum(case when day_number - coalesce(dose_before, first_treated) > course_gap_days then 1 else 0 end) over (
            partition by policy_id, person_id
            order by day_number
            rows between unbounded preceding and current row
        ) as courses_before
    from treated
),
numbered as (
    select
        *,
        sum(is_dose) over (
            partition by policy_id, person_id, courses_before
            order by day_number
            rows between unbounded preceding and current row
        ) as n_doses,
        min(case when is_dose = 1 then day_number end) over (partition by policy_id, person_id, courses_before) as began_day
    from placed
)
select
    n.policy_id,
    n.person_id,
    n.day_number,
    cast(case when n.n_doses < 1 then 1 else n.n_doses end as bigint) as dose_number,
    n.began_day,
    n.courses_before > 0 or coalesce(n.first_treated - e.first_day > n.course_gap_days, false) as is_numbered
from numbered as n
cross join extent as e
