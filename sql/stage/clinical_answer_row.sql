-- Which clinical answers can be used, and why not the others?
-- Grain: one row in scope; reason is null where it is used. Parameters: none.
with checked as (
    select
        r.* exclude (row_reason),
        case
            when r.row_reason is not null then r.row_reason
            when j.authorization_id is null then 'unknown_authorization'
        end as own_reason
    from clinical_answer_in_scope as r
    left join request_judged as j on r.authorization_id = j.authorization_id
),
counted as (
    select
        *,
        row_number() over (partition by own_reason is null, row_identity order by row_text) as copy_number
    from checked
)
select
    * exclude (own_reason, copy_number),
    case
        when own_reason is not null then own_reason
        when copy_number > 1 then 'duplicate_row'
    end as reason
from counted
