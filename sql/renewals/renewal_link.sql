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
likely as (
    select r.authorization_id, s.authorization_id as subject_id
    from renewal_request as r
    inner join request_judged as s
        on r.payer = s.payer
        and r.person_id = s.person_id
        and r.hcpcs_code = s.hcpcs_code
        and s.authorization_id <> r.authorization_id
        and s.approved_from < r.received_on
        and date_diff('day', s.approved_to, r.received_on) <= 60
    where s.is_finally_approved and r.authorization_id not in (select authorization_id from named)
    qualify row_number() over (partition by r.authorization_id order by s.approved_to desc, s.authorization_id desc) = 1
)
select authorization_id, subject_id
from named
union all
select authorization_id, subject_id
from likely
