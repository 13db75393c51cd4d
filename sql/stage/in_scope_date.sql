-- How far do the extracts reach: the dates that "as of" is taken from?
-- Grain: one service date of a claim line, or received date of a request, in scope and readable. Parameters: none.
select 'medical_claim' as table_name, service_date as in_scope_on
from medical_claim_in_scope
where service_date is not null
union all
select 'authorization' as table_name, cast(received_at as date) as in_scope_on
from authorization_in_scope
where received_at is not null
