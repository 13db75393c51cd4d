-- Why were rows not used?
-- Grain: input table, kind (excluded, quarantined, out_of_scope) and reason. Parameters: none.
select
    d.table_name,
    coalesce(k.kind, 'quarantined') as kind,
    d.reason,
    d.n_rows
from row_disposition as d
left join reason_kind as k on d.reason = k.reason
where d.reason is not null
