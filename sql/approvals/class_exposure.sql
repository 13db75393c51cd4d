-- On which days was a drug of a class billed that a policy asks for, for a person with a request or an administration?
-- Grain: person, code and service date. Parameters: none.
-- Any payer; positive units; neither denied nor of a claim that is void, voided or replaced.
select distinct l.person_id, l.hcpcs_code, l.service_date
from medical_claim_read as l
left join claim_fate as f on coalesce(l.data_source, '') = f.source_key and l.claim_id = f.claim_id
where l.hcpcs_code_stored in (select hcpcs_code_stored from medical_claim_spelling where is_class)
    and (
        l.person_id in (select person_id from request_judged)
        or l.person_id in (
            select a.person_id
            from administration_day as a
            inner join policy_therapy as p on a.policy_id = p.policy_id and p.around_days is not null
        )
    )
    and l.service_unit_quantity > 0
    and l.service_date is not null
    and coalesce(l.claim_status, 'paid') <> 'denied'
    and f.claim_id is null
