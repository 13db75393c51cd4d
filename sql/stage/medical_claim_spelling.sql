-- How are drug codes spelled in the claim lines, and how many lines carry each spelling?
-- Grain: a drug code as stored. Parameters: $policy_codes, $class_codes.
-- One narrow scan. Later scans choose by the spellings found, and pass over other lines before reading the rest of them.
select
    hcpcs_code,
    hcpcs_code_stored,
    n_rows,
    coalesce(list_contains($policy_codes, hcpcs_code), false) as is_known,
    coalesce(list_contains($class_codes, hcpcs_code), false) as is_class
from medical_claim_hcpcs_code
