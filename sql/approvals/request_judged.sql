-- Which requests are judged, and under which version of their payer's policy?
-- Grain: one usable authorization. Parameters: none.
-- Criteria are those in force on the decision's date where there is a decision and its date, else on the received date.
with dated as (
    select
        *,
        decision in ('approved', 'partially_approved', 'denied') as is_decided,
        decision in ('approved', 'partially_approved') as is_approved,
        final_decision in ('approved', 'partially_approved') as is_finally_approved,
        cast(received_at as date) as received_on,
        case
            when decision in ('approved', 'partially_approved', 'denied') and decided_at is not null
                then cast(decided_at as date)
            else cast(received_at as date)
        end as judged_on
    from authorization_row
    where reason is null
)
select
    d.* exclude (reason, row_identity, row_text),
    v.policy_version
from dated as d
inner join policy_version as v
    on d.policy_id = v.policy_id
    and (v.effective_from is null or v.effective_from <= d.judged_on)
    and (v.effective_until is null or d.judged_on < v.effective_until)
