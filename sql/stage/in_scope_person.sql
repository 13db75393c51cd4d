-- Whose eligibility, observations and pharmacy claims are in scope?
-- Grain: a person with any claim line or request in scope. Parameters: none.
select person_id from medical_claim_in_scope where person_id is not null
union
select person_id from authorization_in_scope where person_id is not null
