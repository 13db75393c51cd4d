-- Was the drug given around and after the end of an approval, and without cover?
-- Grain: a final approval. Parameters: $as_of.
-- doses_uncovered runs to the next start: the earliest among the key's approvals that end later, else to as_of.
with subject as (
    select *
    from request_judged
    where is_finally_approved
),
next_start as (
    select s.authorization_id, min(n.approved_from) as next_from
    from subject as s
    inner join subject as n
        on s.payer = n.payer
        and s.person_id = n.person_id
        and s.hcpcs_code = n.hcpcs_code
        and n.approved_to > s.approved_to
    group by 1
)
select
    s.authorization_id,
    coalesce(bool_or(a.administered_on <= s.approved_to and date_diff('day', a.administered_on, s.approved_to) < 42), false) as on_therapy,
    coalesce(bool_or(date_diff('day', a.administered_on, s.approved_to) < 42), false) as is_treated_on,
    count(*) filter (
        where a.administered_on > s.approved_to
            and a.administered_on <= $as_of
            and (n.next_from is null or a.administered_on < n.next_from)
    ) as doses_uncovered
from subject as s
left join next_start as n on s.authorization_id = n.authorization_id
left join administration_day as a
    on s.payer = a.payer and s.person_id = a.person_id and s.policy_id = a.policy_id
group by 1
