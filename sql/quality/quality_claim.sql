-- Are a claim's amounts those of its lines?
-- Grain: one claim of a data source with a usable line. Parameters: none.
select
    coalesce(data_source, '') as source_key,
    claim_id,
    count(*) as n_lines,
    min(service_unit_quantity) as least_units,
    max(service_unit_quantity) as most_units,
    min(charge_amount) as least_charge,
    max(charge_amount) as most_charge,
    min(allowed_amount) as least_allowed,
    max(allowed_amount) as most_allowed,
    min(paid_amount) as least_paid,
    max(paid_amount) as most_paid
from medical_claim_row
where reason is null
group by 1, 2
