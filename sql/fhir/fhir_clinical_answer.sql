-- Which facts did each request document?
-- Grain: a request, a question and an answer to it. Parameters: none. All items of a request share its documents.
select distinct z.authorization_id, a.question, a.answer
from fhir_authorization as z
inner join fhir_answer_chosen as c on z.root_key = c.root_key
inner join fhir_answer as a on c._n = a._n
where a.question is not null and a.answer is not null
