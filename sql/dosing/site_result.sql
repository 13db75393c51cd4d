-- Was the drug given where the policy allows it?
-- Grain: an administration and a limit on the site of care of a tested regimen. Parameters: none.
-- measured is 1 for an administration elsewhere, of 0 that are allowed. Lines without a place say nothing beside others that name
-- one; where none does (place_unknown), or some name a place that is allowed and some another (places_disagree), it can't be told.
-- It is kept on a day of discarded units alone. No units are too many for having been given elsewhere: excess_units is 0.
-- result: 1 ok, 0 unknown, -1 exceeded.
with named as (
    select
        t.administration_id,
        t.regimen,
        t.limit_id,
        t.advisory,
        t.administered_units,
        t.is_certain,
        count(p.place) as n_named,
        count(l.place) as n_allowed
    from tested_limit as t
    left join administration_place as p on t.administration_id = p.administration_id
    left join policy_limit_place as l
        on t.policy_id = l.policy_id
        and t.policy_version = l.policy_version
        and t.limit_id = l.limit_id
        and p.place = l.place
    where t.kind = 'site_of_care'
    group by 1, 2, 3, 4, 5, 6
),
compared as (
    select
        *,
        case
            when administered_units = 0 then 1
            when n_named = 0 then 0
            when n_allowed = n_named then 1
            when n_allowed = 0 then -1
            else 0
        end as compared
    from named
),
judged as (
    -- What is elsewhere under a limit that may not hold for this dose of the course can't be told.
    select *, case when compared = -1 and not is_certain then 0 else compared end as result
    from compared
)
select
    administration_id,
    regimen,
    limit_id,
    'site_of_care' as kind,
    advisory,
    cast(case compared when 1 then 0 when -1 then 1 end as double) as measured,
    cast(0 as double) as allowed,
    result,
    case
        when result <> 0 then null
        when compared = -1 then 'course_unknown'
        when n_named = 0 then 'place_unknown'
        else 'places_disagree'
    end as reason,
    false as is_day_over,
    cast(0 as decimal(18, 4)) as excess_units
from judged
