-- What was a lab's latest result when the request was received: over its own upper limit of normal, or in the policy's unit?
-- Grain: a request and a lab fact with a usable result in the days up to the received date. Parameters: none.
-- Results that can't be used (no upper limit, or a unit that is not declared) don't count as latest; of several on one
-- day the greatest counts.
with usable as (
    select
        r.authorization_id,
        l.fact,
        o.observation_date,
        case
            when l.unit is null and o.source_reference_range_high > 0 then o.result / o.source_reference_range_high
            when l.unit is not null then o.result * u.factor
        end as value
    from request_judged as r
    inner join policy_lab as l on r.policy_id = l.policy_id
    inner join observation_row as o
        on r.person_id = o.person_id
        and l.source_code = o.source_code
        and o.observation_date <= r.received_on
        and date_diff('day', o.observation_date, r.received_on) < l.days
    left join policy_lab_unit as u
        on l.policy_id = u.policy_id and l.fact = u.fact and l.source_code = u.source_code and lower(o.source_units) = u.unit
    where o.reason is null
)
select authorization_id, fact, value
from usable
where value is not null
qualify row_number() over (partition by authorization_id, fact order by observation_date desc, value desc) = 1
