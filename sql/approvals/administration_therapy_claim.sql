-- Which claims of the other drugs that a policy looks for lie around an administration?
-- Grain: an administration, a therapy, and a code's day in medical claims or a fill (`is_fill`). Parameters: none.
-- Claims of any payer within around_days before or after, those of the day included. days_away is how long before (below 0) or
-- after the administration, days_supplied is of a fill.
with asked as (
    select a.administration_id, a.person_id, a.administered_on, p.policy_id, p.therapy, p.drug_class, p.around_days
    from administration_day as a
    inner join policy_therapy as p on a.policy_id = p.policy_id and p.around_days is not null
)
select
    a.administration_id,
    a.therapy,
    false as is_fill,
    e.service_date as claimed_on,
    date_diff('day', a.administered_on, e.service_date) as days_away,
    cast(null as decimal(18, 4)) as days_supplied
from asked as a
inner join policy_class_code as k on a.policy_id = k.policy_id and a.drug_class = k.drug_class
inner join class_exposure as e
    on a.person_id = e.person_id
    and k.hcpcs_code = e.hcpcs_code
    and date_diff('day', a.administered_on, e.service_date) between -a.around_days and a.around_days
union all
select
    a.administration_id,
    a.therapy,
    true,
    f.dispensing_date,
    date_diff('day', a.administered_on, f.dispensing_date),
    f.days_supply
from asked as a
inner join policy_therapy_ndc as n on a.policy_id = n.policy_id and a.drug_class = n.fact
inner join pharmacy_claim_row as f
    on a.person_id = f.person_id
    and starts_with(f.ndc_code, n.ndc_prefix)
    and date_diff('day', a.administered_on, f.dispensing_date) between -a.around_days and a.around_days
where f.reason is null and coalesce(f.quantity, 1) > 0 and coalesce(f.days_supply, 1) > 0
