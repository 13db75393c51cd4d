-- Which line numbers of a claim are there more than once?
-- Grain: data source, claim and line number of several rows in scope that could be used by themselves. Parameters: none.
-- Rows that are identical, that net each other or that conflict all share these three.
select source_key, claim_id, claim_line_number
from medical_claim_in_scope
where own_reason is null
group by 1, 2, 3
having count(*) > 1
