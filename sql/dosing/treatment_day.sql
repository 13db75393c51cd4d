-- How much was billed for a person on a day, and was the drug given?
-- Grain: policy, person and day of any administration. Parameters: none.
-- Limits over time run over the person, whichever of the policy's payers paid.
select
    policy_id,
    person_id,
    day_number,
    cast(sum(counted_units) as decimal(18, 4)) as units,
    cast(sum(case when administered_units > 0 then 1 else 0 end) as bigint) as administrations
from administration_day
group by 1, 2, 3
