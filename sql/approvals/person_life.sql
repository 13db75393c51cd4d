-- When was a person born, and when did the person die?
-- Grain: a person with a usable eligibility row, of whichever payer. Parameters: none. Of several dates the earliest.
select person_id, min(birth_date) as birth_date, min(death_date) as death_date
from eligibility_row
where reason is null
group by 1
