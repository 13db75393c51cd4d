-- Would an administration keep the caps with some grace and tolerance?
-- Grain: an administration and a scenario (grace days, dose tolerance; 0 and 0 is the policy's letter).
-- result: 1 within, 0 unknown, -1 exceeding: the least of a regimen's limits, the greatest of its regimens. Parameters: none.
with regimen as (
    select distinct administration_id, regimen
    from tested_limit
),
dose as (
    select administration_id, regimen, dose_tolerance_percent, min(result) as result
    from dose_result
    where not advisory
    group by 1, 2, 3
),
over_time as (
    select administration_id, regimen, grace_days, min(result) as result
    from window_result
    where not advisory
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
    from regimen as r
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
