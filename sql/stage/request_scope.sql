-- Which requests do reviews and answers go with, and were those used?
-- Grain: an authorization_id of the extract. Parameters: $policy_codes.
with mention as (
    select authorization_id, false as is_in_scope, false as is_used
    from authorization_named
    where authorization_id is not null
        and (hcpcs_code is null or not list_contains($policy_codes, hcpcs_code))
    union all
    select r.authorization_id, false as is_in_scope, false as is_used
    from authorization_named as r
    inner join payer_code as p on r.payer = p.payer and r.hcpcs_code = p.hcpcs_code
    where r.authorization_id is not null and p.policy_id is null
    union all
    select authorization_id, true as is_in_scope, reason is null as is_used
    from authorization_row
    where authorization_id is not null
)
select authorization_id, bool_or(is_in_scope) as is_in_scope, bool_or(is_used) as is_used
from mention
group by authorization_id
