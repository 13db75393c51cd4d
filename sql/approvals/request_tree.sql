-- Which criteria tree does a request face?
-- Grain: a usable authorization; indication is empty where its policy has none, or none of them fits. Parameters: none.
select
    r.authorization_id,
    r.policy_id,
    r.policy_version,
    r.request_type,
    coalesce(i.indication, '') as indication
from request_judged as r
left join request_indication as i on r.authorization_id = i.authorization_id
