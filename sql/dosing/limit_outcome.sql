-- What came of each limit, as the policy's letter has it?
-- Grain: an administration and a limit of a tested regimen. result: 1 ok, 0 unknown, -1 exceeded. Parameters: none.
select
    administration_id, regimen, limit_id, 'dose' as kind, advisory, cast(measured as double) as measured, allowed, result,
    reason, excess_units, false as is_day_over
from dose_result
where dose_tolerance_percent = 0
union all
select
    administration_id, regimen, limit_id, kind, advisory, cast(measured as double) as measured, allowed, result,
    reason, excess_units, is_day_over
from window_result
where grace_days = 0
union all
select
    administration_id, regimen, limit_id, kind, advisory, cast(measured as double) as measured, allowed, result,
    reason, excess_units, is_day_over
from cycle_result
where grace_days = 0
union all
select
    administration_id, regimen, limit_id, kind, advisory, cast(measured as double) as measured, allowed, result,
    null as reason, excess_units, is_day_over
from total_result
union all
select
    administration_id, regimen, limit_id, kind, advisory, measured, allowed, result, reason, excess_units, is_day_over
from cumulative_result
where grace_days = 0
union all
select
    administration_id, regimen, limit_id, kind, advisory, measured, allowed, result, reason, excess_units, is_day_over
from site_result
