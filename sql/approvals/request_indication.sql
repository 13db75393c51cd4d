-- Which indication of its policy is a request of?
-- Grain: a request that an indication of its version fits. Parameters: none.
-- The first that fits, in the order of the policy: one of its alternatives is met, each test met or, where it is negated, known
-- not to be. What is unknown doesn't fit.
-- Made only where a policy has indications; elsewhere nothing is of any.
with tested as (
    select
        r.authorization_id,
        t.indication,
        t.sequence,
        t.alternative,
        t.test_number,
        t.is_negated,
        case
            when t.comparison = 'one_of' then case when f.word is not null then coalesce(max(v.result), -1) else 0 end
            when f.number is null then 0
            when t.comparison = 'at_least' and f.number + 1e-9 >= t.number then 1
            when t.comparison = 'at_most' and f.number - 1e-9 <= t.number then 1
            when t.comparison = 'above' and f.number - 1e-9 > t.number then 1
            when t.comparison = 'below' and f.number + 1e-9 < t.number then 1
            else -1
        end as value
    from request_judged as r
    inner join policy_indication_test as t on r.policy_id = t.policy_id and r.policy_version = t.policy_version
    inner join request_fact as f on r.authorization_id = f.authorization_id and t.fact = f.fact
    left join policy_indication_value as v
        on t.policy_id = v.policy_id
        and t.policy_version = v.policy_version
        and t.indication = v.indication
        and t.alternative = v.alternative
        and t.test_number = v.test_number
        and ((not v.is_prefix and f.word = v.value) or (v.is_prefix and starts_with(f.word, v.value)))
    group by
        r.authorization_id, t.indication, t.sequence, t.alternative, t.test_number, t.is_negated, t.comparison, t.number,
        f.number, f.word
),
asked as (
    select policy_id, policy_version, indication, alternative, count(*) as n_tests
    from policy_indication_test
    group by 1, 2, 3, 4
),
fitting as (
    select
        t.authorization_id,
        t.indication,
        t.sequence,
        t.alternative,
        sum(case when t.value = case when t.is_negated then -1 else 1 end then 1 else 0 end) as n_met
    from tested as t
    group by 1, 2, 3, 4
)
select f.authorization_id, f.indication
from fitting as f
inner join request_judged as r on f.authorization_id = r.authorization_id
inner join asked as a
    on r.policy_id = a.policy_id
    and r.policy_version = a.policy_version
    and f.indication = a.indication
    and f.alternative = a.alternative
where f.n_met = a.n_tests
qualify row_number() over (partition by f.authorization_id order by f.sequence, f.alternative) = 1
