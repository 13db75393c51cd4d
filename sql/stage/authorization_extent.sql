-- How many authorization rows are there, of which drugs and payers?
-- Grain: a code, and a payer where a policy names the code (null elsewhere). Parameters: $policy_codes.
with request as (
    select
        list_contains($policy_codes, hcpcs_code) as is_known,
        hcpcs_code,
        payer
    from authorization_named
)
select
    hcpcs_code,
    case when is_known then payer end as payer,
    coalesce(is_known, false) as is_known,
    count(*) as n_rows
from request
group by 1, 2, 3
