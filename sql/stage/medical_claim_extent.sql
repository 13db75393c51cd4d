-- How many claim lines are there, of which drugs and payers, and since when?
-- Grain: a code, and a payer where a policy names the code (null elsewhere). Parameters: $policy_codes.
-- One scan of three narrow columns; nothing of a line travels further.
with line as (
    select
        list_contains($policy_codes, hcpcs_code) as is_known,
        hcpcs_code,
        payer,
        service_date
    from medical_claim_read
)
select
    hcpcs_code,
    case when is_known then payer end as payer,
    coalesce(is_known, false) as is_known,
    count(*) as n_rows,
    min(service_date) as first_service_on
from line
group by 1, 2, 3
