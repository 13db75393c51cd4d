-- Which claims of the other drugs that a policy looks for does a person have, up to the day when a request was received?
-- Grain: a request, a class of drugs, and a code's day in medical claims or a fill (`is_fill`). Parameters: none.
-- Claims of any payer, not longer before the received date than the policy's months for the class. days_supplied is of a fill.
with looked_for as (
    select policy_id, drug_class, drug_class as filled_as, months
    from policy_therapy
    where months is not null
    union all
    select policy_id, drug_class, fact, months
    from policy_prior_therapy
),
asked as (
    select r.authorization_id, r.person_id, r.received_on, p.policy_id, p.drug_class, p.filled_as, p.months
    from request_judged as r
    inner join looked_for as p on r.policy_id = p.policy_id
)
select
    a.authorization_id,
    a.drug_class,
    false as is_fill,
    e.service_date as claimed_on,
    cast(null as decimal(18, 4)) as days_supplied
from asked as a
inner join policy_class_code as k on a.policy_id = k.policy_id and a.drug_class = k.drug_class
inner join class_exposure as e
    on a.person_id = e.person_id
    and k.hcpcs_code = e.hcpcs_code
    and e.service_date <= a.received_on
    and a.received_on <= cast(e.service_date + a.months * interval 1 month as date)
union all
select a.authorization_id, a.drug_class, true, f.dispensing_date, f.days_supply
from asked as a
inner join policy_therapy_ndc as n on a.policy_id = n.policy_id and a.filled_as = n.fact
inner join pharmacy_claim_row as f
    on a.person_id = f.person_id
    and starts_with(f.ndc_code, n.ndc_prefix)
    and f.dispensing_date <= a.received_on
    and a.received_on <= cast(f.dispensing_date + a.months * interval 1 month as date)
where f.reason is null and coalesce(f.quantity, 1) > 0 and coalesce(f.days_supply, 1) > 0
