-- What did a request's documents answer to each question of its policy?
-- Grain: a request and a question with one readable meaning. Parameters: none.
-- Several answers that mean the same count as one; if they differ, or one can't be read, there is no answer.
with read as (
    select
        a.authorization_id,
        q.question,
        case
            when q.answer_type = 'yes_no' then a.answer_yes_no
            when q.answer_type = 'word' then w.word
            when q.answer_type = 'date' then cast(a.answer_on as varchar)
            when q.answer_type = 'number' then cast(a.answer_number as varchar)
        end as meaning,
        case when q.answer_type = 'number' then a.answer_number end as answer_number,
        case when q.answer_type = 'date' then a.answer_on end as answer_on
    from clinical_answer_row as a
    inner join request_judged as r on a.authorization_id = r.authorization_id
    inner join policy_question as q on r.policy_id = q.policy_id and a.question = q.question
    left join policy_question_word as w
        on q.policy_id = w.policy_id and q.question = w.question and lower(a.answer) = w.word
    where a.reason is null
)
select
    authorization_id,
    question,
    max(meaning) as meaning,
    max(answer_number) as answer_number,
    max(answer_on) as answer_on
from read
group by 1, 2
having count(meaning) = count(*) and count(distinct meaning) = 1
