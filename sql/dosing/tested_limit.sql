-- Which limits is an administration held to?
-- Grain: an administration and a limit of a tested regimen: the one that its authorization names, else every regimen of
-- the version in force that the indication of its authorization allows. Parameters: none.
-- A limit on some doses of a course holds for these; where doses before the extract may be hidden, for those that it may be
-- (is_certain: it surely is one of them).
select
    a.administration_id,
    a.policy_id,
    a.policy_version,
    a.person_id,
    a.day_number,
    a.mg_per_unit,
    a.smallest_unit_mg,
    a.vial_sets,
    a.counted_units,
    a.billed_units,
    a.administered_units,
    a.dose_mg,
    a.waste_attested,
    l.regimen,
    l.limit_id,
    l.kind,
    l.amount,
    l.window_days,
    l.advisory,
    l.dose_per,
    l.rounding,
    l.counted_per_shown,
    l.span,
    l.cycles,
    l.from_dose is null or n.is_numbered or (l.to_dose is null and n.dose_number >= l.from_dose) as is_certain
from administration_day as a
left join covering_authorization as c on a.administration_id = c.administration_id
inner join policy_indication_regimen as g
    on a.policy_id = g.policy_id
    and a.policy_version = g.policy_version
    and coalesce(c.indication, '') = g.indication
inner join policy_limit as l
    on a.policy_id = l.policy_id
    and a.policy_version = l.policy_version
    and g.regimen = l.regimen
    and (c.regimen is null or l.regimen = c.regimen)
left join course_day as n
    on a.policy_id = n.policy_id and a.person_id = n.person_id and a.day_number = n.day_number
where
    l.from_dose is null
    or (
        (n.dose_number >= l.from_dose or not n.is_numbered)
        and (l.to_dose is null or n.dose_number <= l.to_dose)
    )
