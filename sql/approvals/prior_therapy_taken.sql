-- How much of each earlier drug had a person taken when a request was received, as far as claims show?
-- Grain: a request and a class of drugs with a claim. Parameters: none.
-- n_doses: days with a claim of either kind. n_days: days with a billed administration, and days of supply that were over by
-- the received date: a fill is begun when the one before it is used up, not before it is dispensed, and what is left of
-- it on the received date hasn't been tried. Made only where a policy asks for it.
with filled as (
    select
        t.authorization_id,
        t.drug_class,
        coalesce(t.days_supplied, 0) as n_days,
        date_diff('day', t.claimed_on, r.received_on) as days_before,
        sum(coalesce(t.days_supplied, 0)) over (
            partition by t.authorization_id, t.drug_class
            order by t.claimed_on desc
            range between unbounded preceding and current row
        ) as n_days_from_here
    from request_therapy_claim as t
    inner join request_judged as r on t.authorization_id = r.authorization_id
    where t.is_fill
),
supplied as (
    select authorization_id, drug_class, sum(n_days) - greatest(0, max(n_days_from_here - days_before)) as n_days
    from filled
    group by 1, 2
),
claimed as (
    select
        authorization_id,
        drug_class,
        count(distinct claimed_on) as n_doses,
        count(distinct case when not is_fill then claimed_on end) as n_days
    from request_therapy_claim
    group by 1, 2
)
select c.authorization_id, c.drug_class, c.n_doses, c.n_days + coalesce(s.n_days, 0) as n_days
from claimed as c
left join supplied as s on c.authorization_id = s.authorization_id and c.drug_class = s.drug_class
