-- At which places was the drug given at each administration, where its policy limits them?
-- Grain: an administration under a version with such a limit, and a place of service that its lines name. Parameters: none.
-- Lines of units given speak, those of discarded ones (JW) don't; a place that reversals leave no units of a line is none. Copies
-- of a line may differ in the place alone: each speaks, its units once. What can't be a place of service (01 to 99, the zero may be
-- missing) counts as none.
with asked as (
    select distinct policy_id, policy_version
    from policy_limit
    where kind = 'site_of_care'
),
kept as (
    select distinct row_identity
    from medical_claim_row
    where reason is null and row_identity is not null
),
named as (
    select distinct
        a.administration_id,
        r.source_key,
        r.claim_id,
        r.claim_line_number,
        r.hcpcs_code,
        r.row_identity,
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
    left join kept as o on r.row_identity = o.row_identity
    where (r.reason is null or (r.reason = 'duplicate_row' and o.row_identity is not null)) and not r.has_jw
),
line as (
    select administration_id, source_key, claim_id, claim_line_number, hcpcs_code, place
    from named
    where place is not null
    group by 1, 2, 3, 4, 5, 6
    having sum(service_unit_quantity) > 0
)
select distinct administration_id, place
from line
