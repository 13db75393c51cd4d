-- How much was given at each administration, where a policy limits what a body receives over time?
-- Grain: an administration under such a policy. given is in what its limits count (units, or mg), as is one_unit, the smallest of
-- the day's units, which a dose is rounded up to. Parameters: none.
with asked as (
    select distinct policy_id
    from policy_limit
    where kind = 'cumulative'
)
select
    a.administration_id,
    a.policy_id,
    a.person_id,
    c.authorization_id,
    a.day_number,
    case when a.administered_units > 0 then 1 else 0 end as is_dose,
    cast(a.dose_mg * p.counted_per_unit / p.mg_per_unit as decimal(18, 4)) as given,
    a.smallest_unit_mg * p.counted_per_unit / p.mg_per_unit as one_unit
from administration_day as a
inner join asked as k on a.policy_id = k.policy_id
inner join policy_code as p on a.policy_id = p.policy_id and a.hcpcs_code = p.hcpcs_code
left join covering_authorization as c on a.administration_id = c.administration_id
