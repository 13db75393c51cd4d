-- Were the caps kept at each administration, and if not, how were they broken?
-- Grain: an administration. Parameters: none.
with verdict as (
    select
        administration_id,
        max(result) as result,
        min(excess_units) as excess_units,
        bool_and(is_over_dose) as is_over_dose,
        bool_or(is_day_over) as is_day_over,
        bool_and(is_other_site) as is_other_site
    from regimen_outcome
    group by 1
),
listed as (
    -- Most keep every limit, and need no list.
    select
        o.administration_id,
        array_sort(array_agg(distinct o.limit_id) filter (where o.result = -1 and not o.advisory)) as exceeded_limits,
        array_sort(array_agg(distinct o.limit_id) filter (where o.result = -1 and o.advisory)) as advisories,
        array_sort(array_agg(distinct o.reason) filter (where o.result = 0 and not o.advisory and r.result = 0)) as unknown_reasons
    from limit_outcome as o
    inner join regimen_outcome as r on o.administration_id = r.administration_id and o.regimen = r.regimen
    where o.result < 1
    group by 1
),
forgiven as (
    -- Too early rather than one too many: it would not exceed with every window three days shorter.
    select administration_id, result > -1 as is_early
    from scenario_result
    where grace_days = 3 and dose_tolerance_percent = 0
)
select
    a.administration_id,
    c.authorization_id,
    case
        when v.result = 1 then 'within'
        when v.result = 0 then 'indeterminate'
        when coalesce(c.exception_approved, false) then 'exception'
        else 'exceeds'
    end as status,
    case
        when v.result > -1 then null
        when v.is_over_dose then 'over_dose'
        when v.is_day_over then 'over_units'
        when v.is_other_site then 'site'
        when f.is_early then 'early'
        else 'extra'
    end as breach_kind,
    case when v.result = -1 then coalesce(l.exceeded_limits, cast([] as varchar[])) else cast([] as varchar[]) end as exceeded_limits,
    coalesce(l.advisories, cast([] as varchar[])) as advisories,
    case when v.result = 0 then coalesce(l.unknown_reasons, cast([] as varchar[])) else cast([] as varchar[]) end as unknown_reasons,
    cast(case when v.result = -1 then v.excess_units else 0 end as decimal(18, 4)) as excess_units
from administration_day as a
inner join verdict as v on a.administration_id = v.administration_id
left join listed as l on a.administration_id = l.administration_id
left join forgiven as f on a.administration_id = f.administration_id
left join covering_authorization as c on a.administration_id = c.administration_id
