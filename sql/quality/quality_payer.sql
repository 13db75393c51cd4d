-- Is a payer spelled alike in every table?
-- Grain: one payer of a claim line or request in scope, usable or not. Parameters: none.
with claimed as (
    select distinct payer from medical_claim_row where payer is not null
),
requested as (
    select distinct payer from authorization_row where payer is not null
)
select
    coalesce(c.payer, r.payer) as payer,
    c.payer is not null as has_claim,
    r.payer is not null as has_request
from claimed as c
full join requested as r on c.payer = r.payer
