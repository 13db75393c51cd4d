-- Do the policies that list breast cancer code by code, and judge rows of these extracts, list today's codes?
-- Grain: policy and billable ICD-10-CM code of breast cancer (without its dot). Parameters: none.
-- ICD-10-CM builds them: site 0 to 6, 8 and 9, by sex and side; and, since October 2024, inflammatory carcinoma by side.
with judging as (
    select policy_id from medical_claim_row
    union
    select policy_id from authorization_row
),
listed as (
    select distinct policy_id, value
    from policy_node_value
    where value like 'C50%' and not is_prefix and result = 1 and policy_id in (select policy_id from judging)
),
site as (
    select '0' as site union all select '1' union all select '2' union all select '3' union all select '4'
    union all select '5' union all select '6' union all select '8' union all select '9'
),
sex as (
    select '1' as sex union all select '2'
),
side as (
    select '1' as side union all select '2' union all select '9'
),
code as (
    select 'C50' || site.site || sex.sex || side.side as code
    from site cross join sex cross join side
    union all select 'C50A0'
    union all select 'C50A1'
    union all select 'C50A2'
)
select p.policy_id, code.code, listed.value is not null as is_listed
from (select distinct policy_id from listed) as p
cross join code
left join listed on p.policy_id = listed.policy_id and code.code = listed.value
