-- Which initial request took over from an approval that nobody asked to renew?
-- Grain: an approval with such a request: approved, starting after this one's start and by 60 days after its end.
-- Parameters: none.
select
    s.authorization_id as subject_id,
    i.authorization_id as reauthorization_id,
    i.approved_from
from request_judged as s
inner join request_judged as i
    on s.payer = i.payer
    and s.person_id = i.person_id
    and s.hcpcs_code = i.hcpcs_code
    and i.request_type = 'initial'
    and i.is_finally_approved
    and i.approved_from > s.approved_from
    and date_diff('day', s.approved_to, i.approved_from) <= 60
where s.is_finally_approved
qualify row_number() over (partition by s.authorization_id order by i.approved_from asc, i.authorization_id asc) = 1
