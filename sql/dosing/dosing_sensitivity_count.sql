-- How would the verdicts change with grace days and dose tolerance?
-- Grain: policy, payer and scenario. Parameters: none. Rates are added where all rates are.
select
    a.policy_id,
    a.payer,
    s.grace_days,
    s.dose_tolerance_percent,
    count(*) filter (where s.result = 1) as n_within,
    count(*) filter (where s.result = -1 and not coalesce(c.exception_approved, false)) as n_exceeds,
    count(*) filter (where s.result = -1 and coalesce(c.exception_approved, false)) as n_exception,
    count(*) filter (where s.result = 0) as n_indeterminate
from scenario_result as s
inner join administration_day as a on s.administration_id = a.administration_id
left join covering_authorization as c on s.administration_id = c.administration_id
group by 1, 2, 3, 4
