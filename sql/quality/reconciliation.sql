-- Does every row that was read have exactly one fate?
-- Grain: an input table that is there. Parameters: none. Rows netted into a positive line are used;
-- rows_repaired are those, of whatever fate, that a repairs file gave in place of others.
with fate as (
    select d.table_name, case when d.reason is null then 'used' else coalesce(k.kind, 'quarantined') end as kind, d.n_rows
    from row_disposition as d
    left join reason_kind as k on d.reason = k.reason
)
select
    c.table_name,
    c.rows_read,
    cast(coalesce(sum(f.n_rows) filter (where f.kind = 'used'), 0) as bigint) as rows_used,
    cast(coalesce(sum(f.n_rows) filter (where f.kind = 'excluded'), 0) as bigint) as rows_excluded,
    cast(coalesce(sum(f.n_rows) filter (where f.kind = 'quarantined'), 0) as bigint) as rows_quarantined,
    cast(coalesce(sum(f.n_rows) filter (where f.kind = 'out_of_scope'), 0) as bigint) as rows_out_of_scope,
    coalesce(max(m.rows_repaired), 0) as rows_repaired
from row_count as c
left join fate as f on c.table_name = f.table_name
left join repair_count as m on c.table_name = m.table_name
group by 1, 2
