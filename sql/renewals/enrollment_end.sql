-- Until when was a person enrolled with a payer?
-- Grain: person and payer with a usable eligibility row; last_on is null while still enrolled. Parameters: none.
select
    person_id,
    payer,
    case when bool_or(enrollment_end_date is null) then null else max(enrollment_end_date) end as last_on
from eligibility_row
where reason is null
group by 1, 2
