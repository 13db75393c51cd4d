-- Which request is an approval's renewal?
-- Grain: an approval with a renewal request. Parameters: none.
-- Of several: the earliest-starting finally approved one (then the least id), else the last received (then the greatest id).
select
    l.subject_id,
    r.authorization_id as renewal_authorization_id,
    r.final_decision,
    r.is_finally_approved,
    r.approved_from
from renewal_link as l
inner join request_judged as r on l.authorization_id = r.authorization_id
qualify row_number() over (
    partition by l.subject_id
    order by
        case when r.is_finally_approved then 0 else 1 end,
        case when r.is_finally_approved then r.approved_from end asc nulls last,
        case when r.is_finally_approved then r.authorization_id end asc nulls last,
        r.received_at desc,
        r.authorization_id desc
) = 1
