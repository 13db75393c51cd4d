-- How many times its upper limit of normal was a lab, when the request was received?
-- Grain: a request and a lab fact with a usable result in the days up to the received date. Parameters: none.
-- Results without a usable upper limit don't count as latest; of several on one day the greatest multiple counts.
select
    r.authorization_id,
    l.fact,
    o.result / o.source_reference_range_high as multiple
from request_judged as r
inner join policy_lab as l on r.policy_id = l.policy_id
inner join observation_row as o
    on r.person_id = o.person_id
    and l.source_code = o.source_code
    and o.observation_date <= r.received_on
    and date_diff('day', o.observation_date, r.received_on) < l.days
where o.reason is null and o.source_reference_range_high > 0
qualify row_number() over (
    partition by r.authorization_id, l.fact
    order by o.observation_date desc, o.result / o.source_reference_range_high desc
) = 1
