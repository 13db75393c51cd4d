-- How much of what was approved was used?
-- Grain: a final approval. Parameters: none. Units are those billed on the days that the approval covers.
with used as (
    select
        c.authorization_id,
        sum(a.billed_units) as units_used,
        count(*) as n_administrations,
        min(a.administered_on) as first_administered_on,
        max(a.administered_on) as last_administered_on
    from covering_authorization as c
    inner join administration_day as a on c.administration_id = a.administration_id
    group by 1
)
select
    r.authorization_id,
    r.payer,
    r.person_id,
    r.approved_units,
    cast(coalesce(u.units_used, 0) as decimal(18, 4)) as units_used,
    coalesce(u.n_administrations, 0) as n_administrations,
    u.first_administered_on,
    u.last_administered_on,
    coalesce(u.units_used, 0) > r.approved_units as over_approved_units
from request_judged as r
left join used as u on r.authorization_id = u.authorization_id
where r.is_finally_approved
