-- Which values of used requests were set aside, and how often?
-- Grain: a sentence with {n} for the count. Parameters: none.
with found as (
    select
        sum(case when bsa_m2 < 0.5 or bsa_m2 > 3.5 then 1 else 0 end) as n_bsa,
        sum(case when decided_at < received_at then 1 else 0 end) as n_hours,
        sum(
            case
                when r.regimen is not null
                    and lower(r.regimen) not in (select lower(g.regimen) from policy_regimen as g where g.policy_id = r.policy_id)
                    then 1
                else 0
            end
        ) as n_regimen
    from request_judged as r
)
select 'authorization.bsa_m2: {n} outside 0.5 to 3.5 m² count as missing.' as sentence, n_bsa as n_rows
from found
where n_bsa > 0
union all
select 'authorization.decided_at: {n} before received_at; their hours to decision are left out.', n_hours
from found
where n_hours > 0
union all
select 'authorization.regimen: {n} name no regimen of the policy and are ignored.', n_regimen
from found
where n_regimen > 0
