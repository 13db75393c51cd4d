-- Which claim lines can be used, and why not the others?
-- Grain: one row in scope; reason is null where it is used. Parameters: $as_of.
-- A line takes the first reason that fits: unusable, repeated, too late, then voided, replaced, denied, netted away.
-- A line with a number of its own and positive units needs no look at others; it comes without digests.
with counted as (
    select
        *,
        row_number() over (partition by own_reason is null, row_identity order by row_text) as copy_number
    from medical_claim_digest
),
stepped as (
    select
        c.*,
        case
            when c.own_reason is not null then c.own_reason
            when c.copy_number > 1 then 'duplicate_row'
            when c.service_date > $as_of then 'after_as_of'
            when f.is_void_record then 'void_record'
            when f.is_voided then 'voided'
            when f.is_replaced then 'replaced'
            when c.claim_status = 'denied' then 'denied_line'
        end as step_reason
    from counted as c
    left join claim_fate as f on c.source_key = f.source_key and c.claim_id = f.claim_id
),
netted as (
    select
        *,
        min(service_unit_quantity) over net < 0 as is_netted,
        sum(service_unit_quantity) over net as net_units,
        row_number() over (
            partition by step_reason is null, source_key, claim_id, claim_line_number, payer, person_id, service_date, hcpcs_code, has_jw
            order by row_identity, row_text
        ) as net_number
    from stepped
    window net as (
        partition by step_reason is null, source_key, claim_id, claim_line_number, payer, person_id, service_date, hcpcs_code, has_jw
    )
),
net_reasoned as (
    select
        *,
        case
            when step_reason is not null then step_reason
            when is_netted and net_units = 0 then 'reversed'
            when is_netted and net_units < 0 then 'negative_net'
        end as net_reason
    from netted
),
lined as (
    -- A netted group goes on as one line, so it counts once among the lines of its number.
    select
        *,
        sum(case when is_netted and net_number > 1 then 0 else 1 end) over (
            partition by net_reason is null, source_key, claim_id, claim_line_number
        ) as n_same_key
    from net_reasoned
)
select
    s.* exclude (own_reason),
    cast(null as varchar) as row_identity,
    cast(null as varchar) as row_text,
    case
        when s.service_date > $as_of then 'after_as_of'
        when f.is_void_record then 'void_record'
        when f.is_voided then 'voided'
        when f.is_replaced then 'replaced'
        when s.claim_status = 'denied' then 'denied_line'
    end as reason
from medical_claim_in_scope as s
left join medical_claim_repeated as r
    on s.source_key = r.source_key and s.claim_id = r.claim_id and s.claim_line_number = r.claim_line_number
left join claim_fate as f on s.source_key = f.source_key and s.claim_id = f.claim_id
where s.own_reason is null and s.service_unit_quantity > 0 and r.claim_id is null
union all
select
    * exclude (own_reason, step_reason, net_reason, copy_number, is_netted, net_units, net_number, n_same_key),
    case
        when net_reason is not null then net_reason
        when n_same_key > 1 then 'conflicting_lines'
    end as reason
from lined
