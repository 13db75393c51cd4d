-- Do the tables tell one story about a person: known to eligibility, born before, and alive at, the care billed?
-- Grain: one person with a usable claim line or request. Parameters: none.
-- A person whose only eligibility row is quarantined is known to eligibility: the row has its own finding.
with cared as (
    select person_id, min(service_date) as first_service_on, max(service_date) as last_service_on
    from medical_claim_row
    where reason is null
    group by 1
),
requested as (
    select person_id, min(cast(received_at as date)) as first_received_on
    from authorization_row
    where reason is null
    group by 1
),
enrolled as (
    select
        person_id,
        min(birth_date) filter (where reason is null) as birth_date,
        max(birth_date) filter (where reason is null) as latest_birth_date,
        min(death_date) filter (where reason is null) as death_date,
        max(death_date) filter (where reason is null) as latest_death_date
    from eligibility_row
    group by 1
)
select
    coalesce(c.person_id, r.person_id) as person_id,
    c.first_service_on,
    c.last_service_on,
    r.first_received_on,
    e.birth_date,
    e.latest_birth_date,
    e.death_date,
    e.latest_death_date,
    c.person_id is not null as has_claim,
    r.person_id is not null as has_request,
    e.person_id is not null as has_eligibility
from cared as c
full join requested as r on c.person_id = r.person_id
left join enrolled as e on e.person_id = coalesce(c.person_id, r.person_id)
