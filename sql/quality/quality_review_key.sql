-- Does a request have one recorded determination per criterion?
-- Grain: request and criterion. Parameters: none.
select authorization_id, criterion_id, count(*) as n_rows
from criterion_review_row
where reason is null or reason = 'conflicting_rows'
group by 1, 2
