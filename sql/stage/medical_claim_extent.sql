-- How many claim lines are there, of which drugs and payers, and since when?
-- Grain: a code, and a payer where a policy names the code (null elsewhere); first_service_on is that of all lines.
-- Parameters: none.
with counted as (
    select hcpcs_code, cast(null as varchar) as payer, false as is_known, sum(n_rows) as n_rows
    from medical_claim_spelling
    where not is_known
    group by 1
    union all
    select hcpcs_code, payer, true as is_known, count(*) as n_rows
    from medical_claim_known
    group by 1, 2
),
beginning as (
    select min(first_service_on) as first_service_on
    from medical_claim_first_service
)
select c.hcpcs_code, c.payer, c.is_known, cast(c.n_rows as bigint) as n_rows, b.first_service_on
from counted as c
cross join beginning as b
