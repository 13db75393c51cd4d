-- To which approval does a renewal request belong?
-- Grain: a renewal request that belongs to one. Parameters: none.
-- The approval that it names; else the other approval of the same payer, person and code with the greatest end, among
-- those that began before the request was received and ended not more than 60 days before.
with renewal_request as (
    select *
    from request_judged
    where request_type = 'renewal'
),
named as (
    select r.authorization_id, s.authorization_id as subject_id
    from renewal_request as r
    inner join request_judged as s on r.prior_authorization_id = s.authorization_id
    where s.is_finally_approved and s.authorization_id <> r.authorization_id
),
placed as (
    select
        *,
        row_number() over (
            partition by payer, person_id, hcpcs_code order by approved_to desc, authorization_id desc
        ) as place
    from request_judged
    where is_finally_approved
),
likely as (
    select r.authorization_id, r.payer, r.person_id, r.hcpcs_code, min(s.place) as place
    from renewal_request as r
    inner join placed as s
        on r.payer = s.payer
        and r.person_id = s.person_id
        and r.hcpcs_code = s.hcpcs_code
        and s.authorization_id <> r.authorization_id
        and s.approved_from < r.received_on
        and date_diff('day', s.approved_to, r.received_on) <= 60
    where r.authorization_id not in (select authorization_id from named)
    group by 1, 2, 3, 4
)
select authorization_id, subject_id
from named
union all
select l.authorization_id, s.authorization_id as subject_id
from likely as l
inner join placed as s
    on l.payer = s.payer and l.person_id = s.person_id and l.hcpcs_code = s.hcpcs_code and l.place = s.place
