-- Which prior therapies do claims show, at the time when a request was received?
-- Grain: a request and a fact that enough claims stand for. Parameters: none.
-- Made only where a policy asks for it.
select t.authorization_id, p.fact
from prior_therapy_taken as t
inner join request_judged as r on t.authorization_id = r.authorization_id
inner join policy_prior_therapy as p on r.policy_id = p.policy_id and t.drug_class = p.drug_class
where (p.doses is not null and t.n_doses >= p.doses) or (p.days is not null and t.n_days >= p.days)
