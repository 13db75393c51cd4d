-- By which policy is a payer's drug judged, and if by none, why is it out of scope?
-- Grain: a payer in the extracts and a code that any policy names. Parameters: none.
-- A payer's own policy (configured, or naming it) goes before the one for every other payer ("*").
with seen as (
    select payer, hcpcs_code from medical_claim_extent where is_known and payer is not null
    union
    select payer, hcpcs_code from authorization_extent where is_known and payer is not null
),
judge as (
    select p.payer, p.policy_id, d.drug, c.hcpcs_code
    from policy_payer as p
    inner join policy as d on p.policy_id = d.policy_id
    left join policy_code as c on p.policy_id = c.policy_id
),
drug_of_code as (
    select distinct c.hcpcs_code, d.drug
    from policy_code as c
    inner join policy as d on c.policy_id = d.policy_id
),
own as (
    select s.payer, s.hcpcs_code, max(j.policy_id) as policy_id
    from seen as s
    inner join judge as j on s.payer = j.payer and s.hcpcs_code = j.hcpcs_code
    group by 1, 2
),
anyone as (
    select s.payer, s.hcpcs_code, max(j.policy_id) as policy_id
    from seen as s
    inner join drug_of_code as d on s.hcpcs_code = d.hcpcs_code
    inner join judge as j on j.payer is null and s.hcpcs_code = j.hcpcs_code
    left join judge as named on s.payer = named.payer and d.drug = named.drug
    where named.payer is null
    group by 1, 2
)
select
    s.payer,
    s.hcpcs_code,
    coalesce(o.policy_id, a.policy_id) as policy_id,
    case
        when coalesce(o.policy_id, a.policy_id) is not null then null
        when s.payer in (select payer from policy_payer where payer is not null) then 'other_drug'
        else 'no_policy'
    end as out_of_scope_reason
from seen as s
left join own as o on s.payer = o.payer and s.hcpcs_code = o.hcpcs_code
left join anyone as a on s.payer = a.payer and s.hcpcs_code = a.hcpcs_code
