-- Which limits is an administration held to?
-- Grain: an administration and a limit of a tested regimen: the one that its authorization names, else every regimen of
-- the version in force. Parameters: none.
select
    a.administration_id,
    a.policy_id,
    a.policy_version,
    a.person_id,
    a.day_number,
    a.mg_per_unit,
    a.smallest_unit_mg,
    a.counted_units,
    a.billed_units,
    a.administered_units,
    a.waste_attested,
    l.regimen,
    l.limit_id,
    l.kind,
    l.amount,
    l.window_days,
    l.advisory,
    l.dose_per,
    l.rounding,
    l.counted_per_shown
from administration_day as a
left join covering_authorization as c on a.administration_id = c.administration_id
inner join policy_limit as l
    on a.policy_id = l.policy_id
    and a.policy_version = l.policy_version
    and (c.regimen is null or l.regimen = c.regimen)
