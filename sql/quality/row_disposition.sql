-- What became of every row that was read?
-- Grain: input table and reason; reason is null for rows used. Parameters: none.
with disposed as (
    select 'medical_claim' as table_name, reason, count(*) as n_rows from medical_claim_row group by reason
    union all
    select 'authorization', reason, count(*) from authorization_row group by reason
    union all
    select 'criterion_review', reason, count(*) from criterion_review_row group by reason
    union all
    select 'clinical_answer', reason, count(*) from clinical_answer_row group by reason
    union all
    select 'eligibility', reason, count(*) from eligibility_row group by reason
    union all
    select 'observation', reason, count(*) from observation_row group by reason
    union all
    select 'pharmacy_claim', reason, count(*) from pharmacy_claim_row group by reason
    union all
    select 'medical_claim', 'other_drug', n_rows from medical_claim_extent where not is_known
    union all
    select 'medical_claim', p.out_of_scope_reason, e.n_rows
    from medical_claim_extent as e
    inner join payer_code as p on e.payer = p.payer and e.hcpcs_code = p.hcpcs_code
    where p.out_of_scope_reason is not null
    union all
    select 'authorization', 'other_drug', n_rows from authorization_extent where not is_known
    union all
    select 'authorization', p.out_of_scope_reason, e.n_rows
    from authorization_extent as e
    inner join payer_code as p on e.payer = p.payer and e.hcpcs_code = p.hcpcs_code
    where p.out_of_scope_reason is not null
    union all
    select 'criterion_review', 'other_request', count(*)
    from criterion_review_read as r
    inner join request_scope as s on r.authorization_id = s.authorization_id
    where not s.is_in_scope
    union all
    select 'clinical_answer', 'other_request', count(*)
    from clinical_answer_read as r
    inner join request_scope as s on r.authorization_id = s.authorization_id
    where not s.is_in_scope
    union all
    select
        'observation',
        case when source_code in (select source_code from observation_code) then 'other_person' else 'other_observation' end,
        count(*)
    from observation_read
    where source_code is null
        or source_code not in (select source_code from observation_code)
        or person_id not in (select person_id from in_scope_person)
    group by 2
    union all
    select 'observation', 'other_observation', n_rows from observation_rest
    union all
    select 'eligibility', 'other_person', count(*)
    from eligibility_read
    where person_id not in (select person_id from in_scope_person)
    union all
    select 'pharmacy_claim', 'other_person', count(*)
    from pharmacy_claim_read
    where person_id not in (select person_id from in_scope_person)
)
select table_name, reason, cast(sum(n_rows) as bigint) as n_rows
from disposed
where n_rows > 0 and table_name in (select table_name from present_table)
group by 1, 2
