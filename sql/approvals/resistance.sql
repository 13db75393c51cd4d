-- Is the disease resistant to a drug class, by the dates of progression and of the last dose?
-- Grain: a request and a resistance fact that the dates decide. Parameters: none.
-- On or before the last dose: resistant; later: within the setting's months of it. Without a readable setting, what all
-- settings agree on. Without a readable last dose, the last one billed on or before progression.
with asked as (
    select
        r.authorization_id,
        r.person_id,
        r.policy_id,
        p.fact,
        p.drug_class,
        progressed.answer_on as progressed_on,
        last_dose.answer_on as documented_last_dose_on,
        setting.meaning as setting
    from request_judged as r
    inner join policy_resistance as p on r.policy_id = p.policy_id
    inner join answer as progressed
        on r.authorization_id = progressed.authorization_id and p.progressed_question = progressed.question
    left join answer as last_dose
        on r.authorization_id = last_dose.authorization_id and p.last_dose_question = last_dose.question
    left join answer as setting
        on r.authorization_id = setting.authorization_id and p.setting_question = setting.question
),
billed as (
    select a.authorization_id, a.fact, max(e.service_date) as last_billed_on
    from asked as a
    inner join policy_class_code as c on a.policy_id = c.policy_id and a.drug_class = c.drug_class
    inner join class_exposure as e
        on a.person_id = e.person_id and c.hcpcs_code = e.hcpcs_code and e.service_date <= a.progressed_on
    group by 1, 2
),
dated as (
    select
        a.authorization_id,
        a.fact,
        a.policy_id,
        a.setting,
        a.progressed_on,
        coalesce(a.documented_last_dose_on, b.last_billed_on) as last_dose_on
    from asked as a
    left join billed as b on a.authorization_id = b.authorization_id and a.fact = b.fact
),
judged as (
    select
        d.authorization_id,
        d.fact,
        d.progressed_on <= cast(d.last_dose_on + s.months * interval 1 month as date) as is_resistant
    from dated as d
    inner join policy_resistance_setting as s
        on d.policy_id = s.policy_id and d.fact = s.fact and (d.setting is null or d.setting = s.setting)
    where d.last_dose_on is not null
)
select authorization_id, fact, case when bool_and(is_resistant) then 'yes' else 'no' end as meaning
from judged
group by 1, 2
having bool_and(is_resistant) or not bool_or(is_resistant)
