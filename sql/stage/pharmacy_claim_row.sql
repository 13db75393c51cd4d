-- Which pharmacy claims can be used, and why not the others?
-- Grain: one row in scope; reason is null where it is used. Parameters: none.
with counted as (
    select
        *,
        row_number() over (partition by row_reason is null, row_identity order by row_text) as copy_number
    from pharmacy_claim_in_scope
)
select
    * exclude (row_reason, copy_number),
    case
        when row_reason is not null then row_reason
        when copy_number > 1 then 'duplicate_row'
    end as reason
from counted
