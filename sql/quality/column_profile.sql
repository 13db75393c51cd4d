-- What do the extracts in scope look like, in figures that one run can be held against another's?
-- Grain: a figure (what is counted) and its value; shares are of the rows in scope. Parameters: none.
with line as (
    select payer, hcpcs_code, has_jw, has_jz, place_of_service_code, service_unit_quantity
    from medical_claim_row
),
request as (
    select payer, decision, request_type, priority
    from authorization_row
),
share as (
    select concat('medical_claim.payer=', payer) as figure, count(*) as n_rows, (select count(*) from line) as n_all from line group by payer
    union all
    select concat('medical_claim.hcpcs_code=', hcpcs_code), count(*), (select count(*) from line) from line group by hcpcs_code
    union all
    select 'medical_claim.modifier=JW', count(*) filter (where has_jw), count(*) from line
    union all
    select 'medical_claim.modifier=JZ', count(*) filter (where has_jz), count(*) from line
    union all
    select concat('medical_claim.place_of_service_code=', place_of_service_code), count(*), (select count(*) from line)
    from line
    group by place_of_service_code
    union all
    select concat('authorization.payer=', payer), count(*), (select count(*) from request) from request group by payer
    union all
    select concat('authorization.decision=', decision), count(*), (select count(*) from request) from request group by decision
    union all
    select concat('authorization.request_type=', request_type), count(*), (select count(*) from request)
    from request
    group by request_type
    union all
    select concat('authorization.priority=', priority), count(*), (select count(*) from request) from request group by priority
)
select figure, 'share' as kind, cast(n_rows as double) / n_all as value
from share
where n_all > 0
union all
select 'medical_claim.service_unit_quantity', 'mean', cast(sum(service_unit_quantity) as double) / count(service_unit_quantity)
from line
having count(service_unit_quantity) > 0
