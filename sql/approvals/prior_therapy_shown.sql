-- Which prior therapies do claims show, at the time when a request was received?
-- Grain: a request and a fact that enough claims stand for. Parameters: none.
-- Claims of any payer up to the received date, and not longer before it than the policy's months. Doses are the days with
-- a claim of either kind; days are those supplied, a billed administration being one. Made only where a policy asks for it.
with asked as (
    select r.authorization_id, r.person_id, r.received_on, p.*
    from request_judged as r
    inner join policy_prior_therapy as p on r.policy_id = p.policy_id
),
claimed as (
    select distinct a.authorization_id, a.fact, a.doses, a.days, e.service_date as claimed_on, 1 as n_days, 'medical' as source
    from asked as a
    inner join policy_class_code as c on a.policy_id = c.policy_id and a.drug_class = c.drug_class
    inner join class_exposure as e
        on a.person_id = e.person_id
        and c.hcpcs_code = e.hcpcs_code
        and e.service_date <= a.received_on
        and a.received_on <= cast(e.service_date + a.months * interval 1 month as date)
    union all
    select a.authorization_id, a.fact, a.doses, a.days, f.dispensing_date, coalesce(f.days_supply, 0), 'pharmacy'
    from asked as a
    inner join policy_therapy_ndc as n on a.policy_id = n.policy_id and a.fact = n.fact
    inner join pharmacy_claim_row as f
        on a.person_id = f.person_id
        and starts_with(f.ndc_code, n.ndc_prefix)
        and f.dispensing_date <= a.received_on
        and a.received_on <= cast(f.dispensing_date + a.months * interval 1 month as date)
    where f.reason is null and coalesce(f.quantity, 1) > 0 and coalesce(f.days_supply, 1) > 0
)
select authorization_id, fact
from claimed
group by authorization_id, fact, doses, days
having (doses is not null and count(distinct claimed_on) >= doses) or (days is not null and sum(n_days) >= days)
