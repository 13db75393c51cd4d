-- How many units of a code may one day hold, and how many units is its smallest vial?
-- Grain: one billing code of any policy. Parameters: none.
-- Of several policies the most lenient units limit and the smallest vial count, so that nothing is flagged that one allows.
select
    c.hcpcs_code,
    max(l.amount / c.counted_per_unit) as unit_limit,
    min(v.smallest_vial_mg / c.mg_per_unit) as smallest_vial_units
from policy_code as c
inner join policy_vial_set as v on c.policy_id = v.policy_id and c.vial_sets = v.vial_sets
left join policy_limit as l on c.policy_id = l.policy_id and l.kind = 'units'
group by 1
