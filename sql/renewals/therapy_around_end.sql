-- Was the drug given around and after the end of an approval, and without cover?
-- Grain: a final approval. Parameters: $as_of.
-- doses_uncovered runs to the next start: the earliest among the key's approvals that end later, else to as_of.
with subject as (
    select
        *,
        min(approved_from) over (
            partition by payer, person_id, hcpcs_code
            order by date_diff('day', date '1970-01-01', approved_to)
            range between 1 following and unbounded following
        ) as next_from
    from request_judged
    where is_finally_approved
)
select
    s.authorization_id,
    coalesce(bool_or(a.administered_on <= s.approved_to and date_diff('day', a.administered_on, s.approved_to) < 42), false) as on_therapy,
    coalesce(bool_or(date_diff('day', a.administered_on, s.approved_to) < 42), false) as is_treated_on,
    count(*) filter (
        where a.administered_on > s.approved_to
            and a.administered_on <= $as_of
            and (s.next_from is null or a.administered_on < s.next_from)
    ) as doses_uncovered
from subject as s
left join administration_day as a
    on s.payer = a.payer and s.person_id = a.person_id and s.policy_id = a.policy_id
group by 1
