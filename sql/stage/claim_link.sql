-- Which claims void or replace which others?
-- Grain: a claim (of one data source), what its lines say of its frequency, and a claim that they name. Parameters: none.
-- Read from every line of the extract: a replacement may have dropped the drug, and a void may bill anything.
select distinct
    coalesce(data_source, '') as source_key,
    claim_id,
    claim_frequency_code,
    original_claim_id
from medical_claim_read
where claim_id is not null and (claim_frequency_code in ('7', '8') or original_claim_id is not null)
