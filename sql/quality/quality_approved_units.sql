-- Does an approval of a number of units hold the largest of the doses that it covers?
-- Grain: one usable approval with a number of units above 0 and a dose in its time. Parameters: none.
with given as (
    select
        payer,
        person_id,
        hcpcs_code,
        service_date,
        sum(cast(service_unit_quantity as double)) as units
    from medical_claim_row
    where reason is null
    group by 1, 2, 3, 4
)
select
    a.authorization_id,
    a.person_id,
    min(cast(a.approved_units as double)) as approved_units,
    max(g.units) as most_units
from authorization_row as a
inner join given as g
    on a.payer = g.payer
    and a.person_id = g.person_id
    and a.hcpcs_code = g.hcpcs_code
    and g.service_date between a.approved_from and a.approved_to
where a.reason is null
    and a.approved_units > 0
    and g.units > 0
    and (a.decision in ('approved', 'partially_approved') or a.appeal_decision = 'overturned')
group by 1, 2
