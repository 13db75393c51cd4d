-- Which claim lines bill a drug that any policy names?
-- Grain: one row of the extract, whoever its payer is. Parameters: none.
-- They come without digests, which are left to the few rows that need one.
select * exclude (hcpcs_code_stored, claim_frequency_code_stored, original_claim_id_stored)
from medical_claim_kept
where hcpcs_code_stored in (select hcpcs_code_stored from medical_claim_spelling where is_known)
