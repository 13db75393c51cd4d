-- What is known of a request: the facts that criteria are tested against?
-- Grain: a request and a fact. Parameters: none. Of several sources the first of its kind counts:
-- 1 the request itself, eligibility or the laboratory; 2 the documented answer; 3 what follows from other answers; 4 what
-- claims show of prior therapy. evidence: documented by the request; derived from other answers, birth date, laboratory or
-- claims; or contradicted: what is documented stands, and something that it would be derived from says otherwise.
with candidate as (
    select authorization_id, 'diagnosis_code' as fact, 1 as priority, diagnosis_code as word, cast(null as double) as number
    from request_judged
    where diagnosis_code is not null
    union all
    select authorization_id, 'prescriber_specialty', 1, prescriber_specialty, null
    from request_judged
    where prescriber_specialty is not null
    union all
    select authorization_id, 'requested_dose_mg_per_m2', 1, null, requested_dose_mg_per_m2
    from request_judged
    where requested_dose_mg_per_m2 is not null
    union all
    select authorization_id, 'approved_units', 1, null, cast(approved_units as double)
    from request_judged
    where approved_units is not null
        and policy_id in (select n.policy_id from policy_node as n where n.fact = 'approved_units')
    union all
    -- Completed years: whole dates compared as numbers, so that a 29 February birthday is kept on 1 March.
    select
        r.authorization_id,
        a.fact,
        1,
        null,
        cast(
            floor(
                (
                    (year(r.received_on) * 10000 + month(r.received_on) * 100 + day(r.received_on))
                    - (year(l.birth_date) * 10000 + month(l.birth_date) * 100 + day(l.birth_date))
                ) / 10000
            ) as double
        )
    from request_judged as r
    inner join policy_age_fact as a on r.policy_id = a.policy_id
    inner join person_life as l on r.person_id = l.person_id
    where l.birth_date is not null
    union all
    select authorization_id, fact, 1, null, value
    from lab_value
    union all
    select authorization_id, question, 2, meaning, answer_number
    from answer
    union all
    select authorization_id, fact, 3, meaning, null
    from resistance
    union all
    select a.authorization_id, i.fact, 3, i.value, null
    from request_judged as r
    inner join answer as a on r.authorization_id = a.authorization_id
    inner join policy_implication as i
        on r.policy_id = i.policy_id and a.question = i.if_fact and a.meaning = i.if_value
    union all
    -- What is planned after the received date is not done.
    select r.authorization_id, s.fact, 3, null, cast(date_diff('day', a.answer_on, r.received_on) as double)
    from request_judged as r
    inner join policy_days_since as s on r.policy_id = s.policy_id
    inner join answer as a on r.authorization_id = a.authorization_id and s.question = a.question
    where a.answer_on <= r.received_on
    union all
    select authorization_id, fact, 4, 'yes', null
    from prior_therapy_shown
    union all
    -- The answer stands; a flag says that claims show otherwise.
    select t.authorization_id, concat(t.fact, '_contradicted'), 1, 'yes', null
    from prior_therapy_shown as t
    inner join answer as a on t.authorization_id = a.authorization_id and t.fact = a.question
    where a.meaning = 'no'
)
select
    authorization_id,
    fact,
    word,
    number,
    case
        when min(word) over (partition by authorization_id, fact) <> max(word) over (partition by authorization_id, fact)
            then 'contradicted'
        when priority = 2 then 'documented'
        when fact in ('diagnosis_code', 'prescriber_specialty', 'requested_dose_mg_per_m2', 'approved_units') then 'documented'
        else 'derived'
    end as evidence
from candidate
qualify row_number() over (partition by authorization_id, fact order by priority) = 1
