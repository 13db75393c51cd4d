-- Is the limit over an authorization or a lifetime kept?
-- Grain: an administration and such a limit of a tested regimen; without a covering authorization its limits are not tested.
-- result: 1 ok, -1 exceeded. Parameters: none.
with measured as (
    select
        t.*,
        case when t.kind = 'total_units' then n.units else cast(n.administrations as decimal(18, 4)) end as measured
    from tested_limit as t
    left join covering_authorization as c on t.administration_id = c.administration_id
    inner join total_so_far as n
        on t.policy_id = n.policy_id
        and t.span = n.span
        and t.day_number = n.day_number
        and case when t.span = 'lifetime' then t.person_id else c.authorization_id end = n.holder
    where t.kind in ('total_units', 'total_frequency')
),
judged as (
    -- A limit on administrations is kept on a day of discarded units alone.
    select
        *,
        case
            when kind = 'total_frequency' and administered_units = 0 then 1
            when measured <= amount then 1
            else -1
        end as result
    from measured
)
select
    administration_id,
    regimen,
    limit_id,
    case when kind = 'total_units' then 'units' else 'frequency' end as kind,
    advisory,
    cast(measured as double) / counted_per_shown as measured,
    amount / counted_per_shown as allowed,
    result,
    result = -1 and kind = 'total_units' and counted_units > amount as is_day_over,
    case
        when result > -1 then 0
        when kind = 'total_frequency' then administered_units
        when measured - cast(amount as decimal(18, 4)) >= counted_units then billed_units
        when counted_units = billed_units then measured - cast(amount as decimal(18, 4))
        else cast((cast(measured as double) - amount) * cast(billed_units as double) / cast(counted_units as double) as decimal(18, 4))
    end as excess_units
from judged
