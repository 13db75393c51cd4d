-- Can the answers to a question be read, and do several answers to one question of a request agree?
-- Grain: request and question. Parameters: none.
with known as (
    select distinct question from policy_question
)
select
    a.authorization_id,
    a.question,
    max(k.question) is not null as is_known_question,
    max(case when a.is_asked then 1 else 0 end) = 1 as is_asked,
    count(*) - count(a.meaning) as n_unreadable,
    count(distinct a.meaning) as n_meanings
from answer_reading as a
left join known as k on a.question = k.question
group by 1, 2
