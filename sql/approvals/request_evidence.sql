-- Was another drug given before a request was received, by its documents and by claims?
-- Grain: a request and a therapy that its policy looks for before it, or a fact that prior therapy proves. Parameters: none.
-- Claims of any payer up to the received date, and not longer before it than the policy's months. on_claims: yes; no, where the
-- extracts hold none (which proves nothing); or not_evaluable, where the policy asks for fills and there is no pharmacy_claim.
-- latest_on is the latest of them (null for a fact that prior therapy proves). evidence: documented by the request; derived from
-- claims alone; contradicted, where the answer is no and claims show it.
with asked as (
    select
        r.authorization_id, r.policy_id, r.payer, r.person_id, p.therapy, p.drug_class, p.asks_pharmacy, p.fact, p.implied_by
    from request_judged as r
    inner join policy_therapy as p on r.policy_id = p.policy_id and p.months is not null
),
latest as (
    select authorization_id, drug_class, max(claimed_on) as latest_on
    from request_therapy_claim
    group by 1, 2
),
pharmacy as (
    select count(*) as n_tables
    from present_table
    where table_name = 'pharmacy_claim'
),
filled as (
    select distinct policy_id, fact
    from policy_therapy_ndc
),
looked_for as (
    select
        a.authorization_id, a.policy_id, a.payer, a.person_id, a.therapy, a.fact, a.implied_by, a.asks_pharmacy, l.latest_on,
        l.latest_on is not null as is_shown
    from asked as a
    left join latest as l on a.authorization_id = l.authorization_id and a.drug_class = l.drug_class
    union all
    select
        r.authorization_id, r.policy_id, r.payer, r.person_id, p.fact, p.fact, null,
        n.fact is not null,
        null,
        s.authorization_id is not null
    from request_judged as r
    inner join policy_prior_therapy as p on r.policy_id = p.policy_id
    left join filled as n on p.policy_id = n.policy_id and p.fact = n.fact
    left join prior_therapy_shown as s on r.authorization_id = s.authorization_id and p.fact = s.fact
),
told as (
    select
        k.*,
        case when w.meaning is not null then w.meaning when i.meaning = 'yes' then 'yes' end as documented,
        case
            when k.is_shown then 'yes'
            when k.asks_pharmacy and t.n_tables = 0 then 'not_evaluable'
            else 'no'
        end as on_claims
    from looked_for as k
    cross join pharmacy as t
    left join answer as w on k.authorization_id = w.authorization_id and k.fact = w.question
    left join answer as i on k.authorization_id = i.authorization_id and k.implied_by = i.question
)
select
    authorization_id,
    policy_id,
    payer,
    person_id,
    therapy,
    documented,
    on_claims,
    latest_on,
    case
        when documented = 'no' and on_claims = 'yes' then 'contradicted'
        when documented is not null then 'documented'
        when on_claims = 'yes' then 'derived'
    end as evidence
from told
