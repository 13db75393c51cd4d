-- How are the codes of void and replacement claims spelled, and which other codes do lines have that name an original?
-- Grain: a frequency code as stored, of either kind. Parameters: none. Two narrow scans.
select distinct claim_frequency_code_stored, true as is_correction
from medical_claim_claim_frequency_code
where claim_frequency_code in ('7', '8')
union all
select distinct claim_frequency_code_stored, false as is_correction
from medical_claim_claim_frequency_code_with_original_claim_id
where claim_frequency_code is null or claim_frequency_code not in ('7', '8')
