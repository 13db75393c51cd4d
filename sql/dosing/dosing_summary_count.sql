-- How many administrations kept the caps, month by month?
-- Grain: policy, payer and month (its first day). Parameters: none. Rates are added where all rates are.
-- Money is null where something was over and no amount is known; 0 where nothing was over.
select
    policy_id,
    payer,
    cast(date_trunc('month', administered_on) as date) as month,
    count(*) as n_administrations,
    count(distinct person_id) as n_persons,
    count(*) filter (where status = 'within') as n_within,
    count(*) filter (where status = 'exceeds') as n_exceeds,
    count(*) filter (where status = 'exception') as n_exception,
    count(*) filter (where status = 'indeterminate') as n_indeterminate,
    count(*) filter (where bsa_m2 is not null and status = 'within') as n_within_known_bsa,
    count(*) filter (where bsa_m2 is not null and status <> 'indeterminate') as n_judged_known_bsa,
    cast(sum(billed_units) as decimal(18, 4)) as billed_units,
    cast(sum(wasted_units) as decimal(18, 4)) as wasted_units,
    cast(sum(case when status = 'exceeds' then excess_units else 0 end) as decimal(18, 4)) as excess_units,
    cast(sum(case when status = 'exception' then excess_units else 0 end) as decimal(18, 4)) as excess_units_exception,
    cast(
        case when count(*) filter (where status = 'exceeds') = 0 then 0 else sum(excess_allowed_amount) filter (where status = 'exceeds') end
        as decimal(18, 2)
    ) as excess_allowed_amount,
    cast(
        case when count(*) filter (where status = 'exception') = 0 then 0 else sum(excess_allowed_amount) filter (where status = 'exception') end
        as decimal(18, 2)
    ) as excess_allowed_amount_exception
from administration
group by 1, 2, 3
