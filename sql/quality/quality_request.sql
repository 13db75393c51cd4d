-- Does a request fit its policy's lists and the request that it renews?
-- Grain: one usable request. Parameters: none.
-- A request with a quarantined review or answer alone is still reviewed or answered: that row has its own finding.
-- A policy's diagnosis list is looked at only where it names breast cancer code by code: a prefix (C50) leaves none out.
with listed as (
    select distinct policy_id, value
    from policy_node_value
    where value like 'C50%' and not is_prefix and result = 1
),
listing as (
    select distinct policy_id from listed
),
named as (
    select distinct policy_id, lower(regimen) as regimen from policy_regimen
),
dosed as (
    select policy_id, max(amount) as most_mg_per_m2
    from policy_limit
    where kind = 'dose' and dose_per = 'm2'
    group by 1
),
prior as (
    select authorization_id, min(person_id) as person_id, min(payer) as payer
    from authorization_row
    group by 1
),
reviewed as (
    select distinct authorization_id from criterion_review_row
),
answered as (
    select distinct authorization_id from clinical_answer_row
)
select
    a.authorization_id,
    a.request_type,
    a.decision,
    a.diagnosis_code,
    a.regimen,
    a.prior_authorization_id,
    a.requested_dose_mg_per_m2,
    dosed.most_mg_per_m2,
    a.policy_id is not null and listing.policy_id is not null as has_list,
    listed.value is not null as is_listed,
    named.regimen is not null as is_known_regimen,
    prior.authorization_id is not null as has_prior,
    prior.person_id = a.person_id and prior.payer = a.payer as is_same_person,
    reviewed.authorization_id is not null as is_reviewed,
    answered.authorization_id is not null as is_answered
from authorization_row as a
left join listing on a.policy_id = listing.policy_id
left join listed on a.policy_id = listed.policy_id and a.diagnosis_code = listed.value
left join named on a.policy_id = named.policy_id and lower(a.regimen) = named.regimen
left join dosed on a.policy_id = dosed.policy_id
left join prior on a.prior_authorization_id = prior.authorization_id
left join reviewed on a.authorization_id = reviewed.authorization_id
left join answered on a.authorization_id = answered.authorization_id
where a.reason is null
