-- From when to when was each person on therapy, and why did it end?
-- Grain: policy, person, permissible gap and spell (a stretch of administrations without a longer gap), numbered from 1.
-- Parameters: $as_of, $has_eligibility (without it no event: death and disenrollment can't be told from stopping).
-- A dose covers the policy's cycle: the longest interval between doses that one of its regimens has. Spells run over
-- the person, whichever of the policy's payers; payer is that of the first dose, enrollment that of the last one's.
-- All gaps are followed equally long, until the longest of them before the claims or the enrollment end: only then can
-- be told whether a dose was the last. Claims of the latest months, still incomplete, hardly decide anything so.
with cycle as (
    select policy_id, max(cast(ceil(window_days / amount) as integer)) as cycle_days
    from policy_limit
    where kind = 'frequency'
    group by 1
),
extent as (
    select
        date_diff('day', date '1970-01-01', max(s.in_scope_on)) as last_day,
        min(date_diff('day', date '1970-01-01', e.first_service_on)) as first_day,
        min(g.longest_gap_days) as longest_gap_days
    from in_scope_date as s
    cross join (select min(first_service_on) as first_service_on from medical_claim_extent) as e
    cross join (select max(gap_days) as longest_gap_days from permissible_gap) as g
    where s.table_name = 'medical_claim' and s.in_scope_on <= $as_of
),
dose_day as (
    select policy_id, person_id, day_number, min(payer) as payer
    from administration_day
    where administered_units > 0
    group by 1, 2, 3
),
spaced as (
    select
        d.policy_id,
        d.person_id,
        d.day_number,
        d.payer,
        c.cycle_days,
        g.gap_days,
        d.day_number - lag(d.day_number) over (
            partition by d.policy_id, d.person_id, g.gap_days order by d.day_number
        ) as days_since
    from dose_day as d
    inner join cycle as c on d.policy_id = c.policy_id
    cross join permissible_gap as g
),
numbered as (
    select
        *,
        sum(case when days_since is null or days_since > cycle_days + gap_days then 1 else 0 end) over (
            partition by policy_id, person_id, gap_days
            order by day_number
            rows between unbounded preceding and current row
        ) as spell_number
    from spaced
),
placed as (
    select
        *,
        row_number() over (partition by policy_id, person_id, gap_days, spell_number order by day_number) as place,
        row_number() over (partition by policy_id, person_id, gap_days, spell_number order by day_number desc) as place_back
    from numbered
),
spell as (
    select
        policy_id,
        person_id,
        gap_days,
        spell_number,
        cycle_days,
        min(day_number) as first_dose,
        max(day_number) as last_dose,
        count(*) as n_administrations,
        max(case when place = 1 then payer end) as payer,
        max(case when place_back = 1 then payer end) as last_payer
    from placed
    group by 1, 2, 3, 4, 5
),
followed as (
    select
        s.*,
        s.last_dose + s.cycle_days as covered_until,
        date_diff('day', date '1970-01-01', l.death_date) as death_day,
        -- A plan often ends enrollment with the death: that is no leaving.
        case
            when e.last_on < $as_of and (l.death_date is null or e.last_on < l.death_date)
                then date_diff('day', date '1970-01-01', e.last_on)
        end as left_day,
        x.first_day,
        x.last_day,
        x.longest_gap_days
    from spell as s
    cross join extent as x
    left join person_life as l on s.person_id = l.person_id
    left join enrollment_end as e on s.person_id = e.person_id and s.last_payer = e.payer
),
ended as (
    select
        *,
        coalesce(death_day <= covered_until + gap_days, false) as is_death,
        case
            when death_day <= covered_until + gap_days then greatest(death_day, last_dose)
            else covered_until
        end as end_day,
        coalesce(least(left_day, last_day), last_day) - longest_gap_days as told_until
    from followed
),
told as (
    select
        *,
        case
            when not $has_eligibility then null
            when end_day <= told_until and is_death then 'died'
            when end_day <= told_until then 'discontinued'
            when left_day < last_day then 'disenrolled'
            else 'end_of_data'
        end as event,
        greatest(least(end_day, told_until), first_dose) as until_day
    from ended
)
select
    policy_id,
    payer,
    person_id,
    gap_days,
    cast(spell_number as bigint) as spell_number,
    cast(date '1970-01-01' + cast(first_dose as integer) as date) as started_on,
    cast(date '1970-01-01' + cast(last_dose as integer) as date) as last_administered_on,
    cast(date '1970-01-01' + cast(until_day as integer) as date) as followed_until,
    n_administrations,
    until_day - first_dose as days,
    event,
    -- A dose soon after the extract begins may go on with a treatment that it doesn't show, and one shortly before it
    -- ends can't be followed at all.
    spell_number = 1 and first_dose - first_day > cycle_days + longest_gap_days and told_until > first_dose as is_followed
from told
