-- Can a documented answer be read, and do several answers to one question agree?
-- Grain: request and question. Parameters: none.
with question as (
    select question, max(answer_type) as answer_type
    from policy_question
    group by 1
),
spoken as (
    select
        c.authorization_id,
        c.question,
        q.answer_type,
        case
            when q.answer_type = 'yes_no' then
                case
                    when lower(c.answer) in ('yes', 'y', 'true', 't', '1') then 'yes'
                    when lower(c.answer) in ('no', 'n', 'false', 'f', '0') then 'no'
                end
            when q.answer_type = 'number' then cast(try_cast(c.answer as double) as varchar)
            when q.answer_type = 'date' then
                case when regexp_matches(c.answer, '^[0-9]{4}-[0-9]{2}-[0-9]{2}$') then cast(try_cast(c.answer as date) as varchar) end
            else w.word
        end as meaning
    from clinical_answer_row as c
    left join question as q on c.question = q.question
    left join (select distinct question, word from policy_question_word) as w
        on c.question = w.question and lower(c.answer) = w.word
    where c.reason is null
)
select
    authorization_id,
    question,
    max(answer_type) is not null as is_known_question,
    count(*) - count(meaning) as n_unreadable,
    count(distinct meaning) as n_meanings
from spoken
group by 1, 2
