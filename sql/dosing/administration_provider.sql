-- Who gave the drug at each administration?
-- Grain: an administration; npi is the provider identifier with the most of its units, of several the least; null where
-- no line has one. Parameters: none.
-- A line's identifier is its rendering provider's, else its billing provider's; what can't be one (ten digits, the first
-- a 1 or a 2) counts as none: nothing else may pass for a provider.
with line as (
    select
        policy_id,
        payer,
        person_id,
        service_date,
        service_unit_quantity,
        case
            when regexp_matches(rendering_npi, '^[12][0-9]{9}$') then rendering_npi
            when regexp_matches(billing_npi, '^[12][0-9]{9}$') then billing_npi
        end as npi
    from medical_claim_row
    where reason is null
),
provider as (
    select
        policy_id,
        payer,
        person_id,
        service_date,
        npi,
        row_number() over (
            partition by policy_id, payer, person_id, service_date
            order by sum(service_unit_quantity) desc, npi asc
        ) as place
    from line
    where npi is not null
    group by 1, 2, 3, 4, 5
)
select
    a.policy_id,
    a.payer,
    a.person_id,
    a.hcpcs_code,
    a.administered_on,
    p.npi
from administration_day as a
left join provider as p
    on a.policy_id = p.policy_id
    and a.payer = p.payer
    and a.person_id = p.person_id
    and a.administered_on = p.service_date
    and p.place = 1
