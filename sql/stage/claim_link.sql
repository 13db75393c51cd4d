-- Which claims void or replace which others?
-- Grain: a line that voids or replaces, or names another claim: its claim, and what it says. Parameters: none.
-- Read from every line of the extract: a replacement may have dropped the drug, and a void may bill anything.
-- Where all lines that name an original are corrections by their own code, the second scan finds nothing to do.
select
    coalesce(data_source, '') as source_key,
    claim_id,
    claim_frequency_code,
    original_claim_id
from medical_claim_correction
where claim_id is not null
union all
select
    coalesce(l.data_source, '') as source_key,
    l.claim_id,
    l.claim_frequency_code,
    l.original_claim_id
from medical_claim_link as l
inner join (select claim_frequency_code_stored from claim_frequency_spelling where not is_correction) as n
    on l.claim_frequency_code_stored is not distinct from n.claim_frequency_code_stored
where l.original_claim_id_stored is not null and l.original_claim_id is not null and l.claim_id is not null
