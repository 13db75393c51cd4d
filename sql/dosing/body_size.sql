-- What was a person's body size from which day on, until the next measurement or for 90 days?
-- Grain: person, measure (bsa, height, weight) and a day of measurement; the day's greatest result. Parameters: none.
with measured as (
    select
        person_id,
        measure,
        date_diff('day', date '1970-01-01', observation_date) as day_number,
        max(measure_value) as measure_value
    from observation_row
    where reason is null and measure is not null
    group by 1, 2, 3
)
select
    person_id,
    measure,
    measure_value,
    day_number as first_day,
    -- (d - 90, d]: a result still counts 89 days after it.
    least(
        day_number + 89,
        coalesce(lead(day_number) over (partition by person_id, measure order by day_number) - 1, day_number + 89)
    ) as last_day
from measured
