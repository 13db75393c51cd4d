-- Which criterion reviews go with a request in scope, or with none that is known?
-- Grain: one row of the extract. Parameters: none.
select r.*
from criterion_review_read as r
left join request_scope as s on r.authorization_id = s.authorization_id
where s.authorization_id is null or s.is_in_scope
