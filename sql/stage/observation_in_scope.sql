-- Which observations measure body size or a lab that a policy asks for, of a person in scope?
-- Grain: one row of the extract. Parameters: $observation_codes.
-- A row without a person can't be told to be someone else's: it is in scope, and quarantined for it.
select * exclude (source_code_stored)
from observation_read
where list_contains($observation_codes, source_code)
    and (person_id is null or person_id in (select person_id from in_scope_person))
