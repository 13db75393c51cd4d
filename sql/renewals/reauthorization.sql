-- Which initial request took over from an approval that nobody asked to renew?
-- Grain: an approval with such a request: approved, starting after this one's start and by 60 days after its end.
-- Parameters: none. Of several the first to start, then the least id.
with placed as (
    select
        *,
        row_number() over (
            partition by payer, person_id, hcpcs_code order by approved_from asc, authorization_id asc
        ) as place
    from request_judged
    where request_type = 'initial' and is_finally_approved
),
following as (
    select s.authorization_id, s.payer, s.person_id, s.hcpcs_code, min(i.place) as place
    from request_judged as s
    inner join placed as i
        on s.payer = i.payer
        and s.person_id = i.person_id
        and s.hcpcs_code = i.hcpcs_code
        and i.approved_from > s.approved_from
        and date_diff('day', s.approved_to, i.approved_from) <= 60
    where s.is_finally_approved
    group by 1, 2, 3, 4
)
select
    f.authorization_id as subject_id,
    i.authorization_id as reauthorization_id,
    i.approved_from
from following as f
inner join placed as i
    on f.payer = i.payer and f.person_id = i.person_id and f.hcpcs_code = i.hcpcs_code and f.place = i.place
