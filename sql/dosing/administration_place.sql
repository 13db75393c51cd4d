-- At which places was the drug given at each administration, where its policy limits them?
-- Grain: an administration under a version with such a limit, and a place of service that its lines name. Parameters: none.
-- Lines of units given speak, those of discarded ones (JW) don't; a place that reversals leave no units is none. What can't be a
-- place of service (01 to 99, the zero may be missing) counts as none.
with asked as (
    select distinct policy_id, policy_version
    from policy_limit
    where kind = 'site_of_care'
),
named as (
    select
        a.administration_id,
        r.service_unit_quantity,
        case
            when regexp_matches(r.place_of_service_code, '^[1-9]$') then concat('0', r.place_of_service_code)
            when regexp_matches(r.place_of_service_code, '^(0[1-9]|[1-9][0-9])$') then r.place_of_service_code
        end as place
    from administration_day as a
    inner join asked as k on a.policy_id = k.policy_id and a.policy_version = k.policy_version
    inner join medical_claim_row as r
        on a.policy_id = r.policy_id
        and a.payer = r.payer
        and a.person_id = r.person_id
        and a.administered_on = r.service_date
    where r.reason is null and not r.has_jw
)
select administration_id, place
from named
where place is not null
group by 1, 2
having sum(service_unit_quantity) > 0
