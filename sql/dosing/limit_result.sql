-- What was each limit, what was measured, and what came of it?
-- Grain: an administration and a limit of a tested regimen. Parameters: none.
select
    a.policy_id,
    a.payer,
    a.person_id,
    a.hcpcs_code,
    a.administered_on,
    o.regimen,
    o.limit_id,
    o.measured,
    o.allowed,
    case o.result when 1 then 'ok' when 0 then 'unknown' else 'exceeded' end as result,
    o.reason
from limit_outcome as o
inner join administration_day as a on o.administration_id = a.administration_id
