-- Up to which date may a service, request or observation be believed, given how far the rest of its table reaches?
-- Grain: one row for the run. Parameters: $as_of.
-- The rest of a table is its first 99% by date, but always all rows save the last; fewer than ten rows have no rest.
with dated as (
    select 'medical_claim' as table_name, service_date as dated_on, count(*) as n_rows
    from medical_claim_row
    where reason is null and service_date is not null
    group by 1, 2
    union all
    select 'authorization' as table_name, cast(received_at as date) as dated_on, count(*) as n_rows
    from authorization_row
    where reason is null and received_at is not null
    group by 1, 2
    union all
    select 'observation' as table_name, observation_date as dated_on, count(*) as n_rows
    from observation_row
    where reason is null and observation_date is not null
    group by 1, 2
),
running as (
    select
        table_name,
        dated_on,
        sum(n_rows) over (partition by table_name order by dated_on) as n_until,
        sum(n_rows) over (partition by table_name) as n_all
    from dated
),
reach as (
    select table_name, min(dated_on) as reached_on
    from running
    where n_all >= 10 and n_until >= floor(0.99 * n_all)
    group by 1
)
select
    cast($as_of as date) as as_of,
    max(case when table_name = 'medical_claim' then reached_on end) as service_reached_on,
    max(case when table_name = 'authorization' then reached_on end) as received_reached_on,
    max(case when table_name = 'observation' then reached_on end) as observed_reached_on
from reach
