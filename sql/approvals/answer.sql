-- What did a request's documents answer to each question of its policy?
-- Grain: a request and a question with one readable meaning. Parameters: none.
-- Several answers that mean the same count as one; if they differ, or one can't be read, there is no answer.
select
    authorization_id,
    question,
    max(meaning) as meaning,
    max(answer_number) as answer_number,
    max(answer_on) as answer_on
from answer_reading
where is_asked
group by 1, 2
having count(meaning) = count(*) and count(distinct meaning) = 1
