-- Which prior therapies do claims show, at the time when a request was received?
-- Grain: a request and a fact that enough claims stand for. Parameters: none.
-- Doses are the days with a claim of either kind; days are those supplied, a billed administration being one. Made only where a
-- policy asks for it.
with claimed as (
    select distinct authorization_id, drug_class, claimed_on, 1 as n_days, is_fill
    from request_therapy_claim
    where not is_fill
    union all
    select authorization_id, drug_class, claimed_on, coalesce(days_supplied, 0), is_fill
    from request_therapy_claim
    where is_fill
)
select c.authorization_id, p.fact
from claimed as c
inner join request_judged as r on c.authorization_id = r.authorization_id
inner join policy_prior_therapy as p on r.policy_id = p.policy_id and c.drug_class = p.drug_class
group by c.authorization_id, p.fact, p.doses, p.days
having (p.doses is not null and count(distinct c.claimed_on) >= p.doses) or (p.days is not null and sum(c.n_days) >= p.days)
