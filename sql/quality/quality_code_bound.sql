-- How many units of a code may one day hold, and how many units is its smallest vial?
-- Grain: one billing code of any policy. Parameters: none.
-- Of several policies the most lenient units limit and the smallest vial count, so that nothing is flagged that one allows.
select
    c.hcpcs_code,
    max(l.amount / c.counted_per_unit) as unit_limit,
    min(p.smallest_vial_mg / c.mg_per_unit) as smallest_vial_units
from policy_code as c
inner join policy as p on c.policy_id = p.policy_id
left join policy_limit as l on c.policy_id = l.policy_id and l.kind = 'units'
group by 1
