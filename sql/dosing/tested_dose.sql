-- Which dose limits is an administration held to, and at which body size?
-- Grain: an administration and a dose limit of a tested regimen. Parameters: none.
-- A dose is judged in the smallest of the day's units (mg_per_unit), which it could have been billed in to the mg, and by
-- its mg: in the units in which the administration is told, of which told_per_unit is one of them, it may be rounded.
-- A dose limit is multiplied by the body surface area (m2), by the weight (kg), or by nothing (flat). An unknown size lies
-- between size_low and size_high.
select
    t.administration_id,
    t.policy_id,
    t.smallest_unit_mg as mg_per_unit,
    t.smallest_unit_mg / t.mg_per_unit as told_per_unit,
    t.administered_units,
    case
        when t.mg_per_unit = t.smallest_unit_mg then t.administered_units
        else cast(t.dose_mg / t.smallest_unit_mg as decimal(18, 4))
    end as given_units,
    t.vial_sets,
    t.waste_attested,
    t.regimen,
    t.limit_id,
    t.amount,
    t.advisory,
    t.is_certain,
    t.dose_per,
    t.rounding,
    case t.dose_per when 'flat' then 1 when 'kg' then w.weight_low else b.bsa_low end as size_low,
    case t.dose_per when 'flat' then 1 when 'kg' then w.weight_high else b.bsa_high end as size_high,
    case t.dose_per when 'flat' then true when 'kg' then w.weight_kg is not null else b.bsa_m2 is not null end as is_size_known
from tested_limit as t
inner join administration_bsa as b on t.administration_id = b.administration_id
left join administration_weight as w on t.administration_id = w.administration_id
where t.kind = 'dose'
