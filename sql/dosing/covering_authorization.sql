-- Which approval covered an administration?
-- Grain: an administration that any approval covers. Parameters: none.
-- Of several, the one decided last (without a decision date first), then the greatest id.
select
    a.administration_id,
    r.authorization_id,
    r.exception_approved,
    case when r.bsa_m2 between 0.5 and 3.5 then r.bsa_m2 end as bsa_m2,
    g.regimen
from administration_day as a
inner join request_judged as r
    on a.payer = r.payer
    and a.person_id = r.person_id
    and a.hcpcs_code = r.hcpcs_code
    and a.administered_on between r.approved_from and r.approved_to
    and r.is_finally_approved
left join policy_regimen as g
    on a.policy_id = g.policy_id
    and a.policy_version = g.policy_version
    and lower(r.regimen) = lower(g.regimen)
qualify row_number() over (
    partition by a.administration_id order by r.decided_at desc nulls last, r.authorization_id desc
) = 1
