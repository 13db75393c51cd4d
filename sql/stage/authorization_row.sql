-- Which authorization rows can be used, and why not the others?
-- Grain: one row in scope; reason is null where it is used. Parameters: $as_of.
with checked as (
    select
        * exclude (row_reason),
        case when appeal_decision = 'overturned' then 'approved' else decision end as final_decision,
        case
            when row_reason is not null then row_reason
            when appeal_decision = 'overturned' and decision not in ('denied', 'partially_approved')
                then 'appeal_without_denial'
            when (appeal_decision = 'overturned' or decision in ('approved', 'partially_approved'))
                and (approved_from is null or approved_to is null)
                then 'approved_without_dates'
        end as own_reason
    from authorization_in_scope
),
counted as (
    select
        *,
        row_number() over (partition by own_reason is null, row_identity order by row_text) as copy_number
    from checked
),
dated as (
    select
        *,
        case
            when own_reason is not null then own_reason
            when copy_number > 1 then 'duplicate_row'
            when cast(received_at as date) > $as_of then 'after_as_of'
        end as dated_reason
    from counted
),
keyed as (
    select *, count(*) over (partition by dated_reason is null, authorization_id) as n_same_key
    from dated
)
select
    * exclude (own_reason, dated_reason, copy_number, n_same_key),
    case
        when dated_reason is not null then dated_reason
        when n_same_key > 1 then 'conflicting_rows'
    end as reason
from keyed
