-- Which claim lines in scope can't be judged each by itself, or can't be used?
-- Grain: one row in scope. Parameters: none. These few get digests, by which identical ones are told.
select s.*
from medical_claim_in_scope as s
left join medical_claim_repeated as r
    on s.source_key = r.source_key and s.claim_id = r.claim_id and s.claim_line_number = r.claim_line_number
where s.own_reason is not null or s.service_unit_quantity < 0 or r.claim_id is not null
