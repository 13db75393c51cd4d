-- Is a payer spelled alike in every table?
-- Grain: one payer of a usable claim line or request. Parameters: none.
with claimed as (
    select distinct payer from medical_claim_row where reason is null
),
requested as (
    select distinct payer from authorization_row where reason is null
)
select
    coalesce(c.payer, r.payer) as payer,
    c.payer is not null as has_claim,
    r.payer is not null as has_request
from claimed as c
full join requested as r on c.payer = r.payer
