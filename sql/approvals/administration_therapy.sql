-- Was another drug given around an administration, by the covering authorization and by claims?
-- Grain: an administration and a therapy that its policy looks for around it. Parameters: $claims_through.
-- Claims of any payer within around_days before or after, those of the day included; nearest_on is the nearest of them, of two
-- the earlier, and days_away how long before (below 0) or after the administration. on_claims: yes; no, where there is none; or
-- not_evaluable, where claims of such a kind are not all there: no pharmacy_claim, or days before the extract or after $claims_through.
-- evidence: documented by the request; derived from claims alone; contradicted, where the answer is no and claims show it.
with asked as (
    select
        a.administration_id,
        a.policy_id,
        a.payer,
        a.person_id,
        a.hcpcs_code,
        a.administered_on,
        p.therapy,
        p.around_days,
        p.asks_pharmacy,
        p.fact,
        p.implied_by,
        c.authorization_id
    from administration_day as a
    inner join policy_therapy as p on a.policy_id = p.policy_id and p.around_days is not null
    left join covering_authorization as c on a.administration_id = c.administration_id
),
nearest as (
    select *
    from administration_therapy_claim
    qualify row_number() over (partition by administration_id, therapy order by abs(days_away), claimed_on) = 1
),
extent as (
    select min(first_service_on) as first_on
    from medical_claim_extent
),
pharmacy as (
    select count(*) as n_tables
    from present_table
    where table_name = 'pharmacy_claim'
),
told as (
    select
        a.*,
        case when w.meaning is not null then w.meaning when i.meaning = 'yes' then 'yes' end as documented,
        case
            when n.claimed_on is not null then 'yes'
            when a.asks_pharmacy and t.n_tables = 0 then 'not_evaluable'
            when date_diff('day', e.first_on, a.administered_on) < a.around_days then 'not_evaluable'
            when date_diff('day', a.administered_on, cast($claims_through as date)) < a.around_days then 'not_evaluable'
            else 'no'
        end as on_claims,
        n.claimed_on as nearest_on,
        n.days_away
    from asked as a
    cross join extent as e
    cross join pharmacy as t
    left join answer as w on a.authorization_id = w.authorization_id and a.fact = w.question
    left join answer as i on a.authorization_id = i.authorization_id and a.implied_by = i.question
    left join nearest as n on a.administration_id = n.administration_id and a.therapy = n.therapy
)
select
    policy_id,
    payer,
    person_id,
    hcpcs_code,
    administered_on,
    therapy,
    authorization_id,
    documented,
    on_claims,
    nearest_on,
    cast(days_away as bigint) as days_away,
    case
        when documented = 'no' and on_claims = 'yes' then 'contradicted'
        when documented is not null then 'documented'
        when on_claims = 'yes' then 'derived'
    end as evidence
from told
