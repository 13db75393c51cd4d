-- How many rows does each extract hold?
-- Grain: an input table that is there. Parameters: none. Counted apart from what became of the rows, to check it.
with counted as (
    select 'medical_claim' as table_name, sum(n_rows) as rows_read from medical_claim_spelling
    union all
    select 'authorization', sum(n_rows) from authorization_extent
    union all
    select 'criterion_review', count(*) from criterion_review_read
    union all
    select 'clinical_answer', count(*) from clinical_answer_read
    union all
    select 'eligibility', count(*) from eligibility_read
    union all
    select 'observation', sum(n_rows)
    from (
        select count(*) as n_rows from observation_read
        union all
        select sum(n_rows) as n_rows from observation_rest
    ) as o
    union all
    select 'pharmacy_claim', count(*) from pharmacy_claim_read
)
select table_name, cast(coalesce(rows_read, 0) as bigint) as rows_read
from counted
where table_name in (select table_name from present_table)
