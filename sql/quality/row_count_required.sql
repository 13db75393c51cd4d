-- Do the two required extracts hold rows at all?
-- Grain: a required input table. Parameters: none.
select 'medical_claim' as table_name, cast(coalesce(sum(n_rows), 0) as bigint) as n_rows from medical_claim_spelling
union all
select 'authorization' as table_name, cast(coalesce(sum(n_rows), 0) as bigint) as n_rows from authorization_extent
