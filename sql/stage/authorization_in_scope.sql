-- Which authorization rows are in scope, and by which policy are they judged?
-- Grain: one row of the extract. Parameters: $policy_codes.
-- Without a payer a row of a policy's drug is in scope (and quarantined later); nobody's policy judges it.
select r.*, p.policy_id
from authorization_read as r
left join payer_code as p on r.payer = p.payer and r.hcpcs_code = p.hcpcs_code
where list_contains($policy_codes, r.hcpcs_code) and (r.payer is null or p.policy_id is not null)
