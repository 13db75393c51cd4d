-- Would an administration keep the caps with some grace and tolerance?
-- Grain: an administration that is not within by the policy's letter, and a scenario (grace days, dose tolerance).
-- result: 1 within, 0 unknown, -1 exceeding: the least of a regimen's limits, the greatest of its regimens. Parameters: none.
-- Grace and tolerance can only help: what is within by the letter is so in all scenarios, and has no row here.
with beyond as (
    select administration_id
    from regimen_outcome
    group by 1
    having max(result) < 1
),
dose as (
    select d.administration_id, d.regimen, d.dose_tolerance_percent, min(d.result) as result
    from dose_result as d
    inner join beyond as b on d.administration_id = b.administration_id
    where not d.advisory
    group by 1, 2, 3
),
counted as (
    -- No grace helps a limit over an authorization or a lifetime, nor one on the site of care.
    select administration_id, regimen, grace_days, advisory, result
    from window_result
    union all
    select administration_id, regimen, grace_days, advisory, result
    from cycle_result
    union all
    select administration_id, regimen, grace_days, advisory, result
    from cumulative_result
    union all
    select t.administration_id, t.regimen, g.grace_days, t.advisory, t.result
    from total_result as t
    cross join (select distinct grace_days from scenario) as g
    union all
    select t.administration_id, t.regimen, g.grace_days, t.advisory, t.result
    from site_result as t
    cross join (select distinct grace_days from scenario) as g
),
over_time as (
    select w.administration_id, w.regimen, w.grace_days, min(w.result) as result
    from counted as w
    inner join beyond as b on w.administration_id = b.administration_id
    where not w.advisory
    group by 1, 2, 3
),
tested as (
    select
        r.administration_id,
        s.grace_days,
        s.dose_tolerance_percent,
        case
            when coalesce(w.result, 1) < coalesce(d.result, 1) then coalesce(w.result, 1) else coalesce(d.result, 1)
        end as result
    from regimen_outcome as r
    inner join beyond as b on r.administration_id = b.administration_id
    cross join scenario as s
    left join dose as d
        on r.administration_id = d.administration_id
        and r.regimen = d.regimen
        and s.dose_tolerance_percent = d.dose_tolerance_percent
    left join over_time as w
        on r.administration_id = w.administration_id
        and r.regimen = w.regimen
        and s.grace_days = w.grace_days
)
select administration_id, grace_days, dose_tolerance_percent, max(result) as result
from tested
group by 1, 2, 3
