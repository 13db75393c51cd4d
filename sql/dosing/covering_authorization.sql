-- Which approval covered an administration?
-- Grain: an administration that any approval covers. Parameters: none.
-- Of several, the one decided last (without a decision date first), then the greatest id: approvals are put in that
-- order once, so that of all that cover a day only the place is compared.
with preferred as (
    select
        payer,
        person_id,
        hcpcs_code,
        approved_from,
        approved_to,
        authorization_id,
        exception_approved,
        bsa_m2,
        regimen,
        row_number() over (order by decided_at desc nulls last, authorization_id desc) as place
    from request_judged
    where is_finally_approved
),
covered as (
    select a.administration_id, min(r.place) as place
    from administration_day as a
    inner join preferred as r
        on a.payer = r.payer
        and a.person_id = r.person_id
        and a.hcpcs_code = r.hcpcs_code
        and a.administered_on between r.approved_from and r.approved_to
    group by 1
)
select
    a.administration_id,
    r.authorization_id,
    r.approved_from,
    r.exception_approved,
    case when r.bsa_m2 between 0.5 and 3.5 then r.bsa_m2 end as bsa_m2,
    g.regimen,
    coalesce(i.indication, '') as indication
from covered as c
inner join administration_day as a on c.administration_id = a.administration_id
inner join preferred as r on c.place = r.place
left join request_indication as i on r.authorization_id = i.authorization_id
left join policy_indication_regimen as g
    on a.policy_id = g.policy_id
    and a.policy_version = g.policy_version
    and coalesce(i.indication, '') = g.indication
    and lower(r.regimen) = lower(g.regimen)
