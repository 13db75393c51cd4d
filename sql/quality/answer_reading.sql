-- What does a documented answer mean, read in the way that its request's policy asks for?
-- Grain: a usable answer; is_asked: the policy asks its question; meaning is null where it can't be read. Parameters: none.
-- The one place where an answer is read: the measures take what is asked from here, and the gate counts what can't be read.
select
    a.authorization_id,
    a.question,
    q.question is not null as is_asked,
    case
        when q.answer_type = 'yes_no' then a.answer_yes_no
        when q.answer_type = 'word' then w.word
        when q.answer_type = 'date' then cast(a.answer_on as varchar)
        when q.answer_type = 'number' then cast(a.answer_number as varchar)
    end as meaning,
    case when q.answer_type = 'number' then a.answer_number end as answer_number,
    case when q.answer_type = 'date' then a.answer_on end as answer_on
from clinical_answer_row as a
inner join authorization_row as r on a.authorization_id = r.authorization_id and r.reason is null
left join policy_question as q on r.policy_id = q.policy_id and a.question = q.question
left join policy_question_word as w
    on q.policy_id = w.policy_id and q.question = w.question and lower(a.answer) = w.word
where a.reason is null
