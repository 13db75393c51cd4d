-- Which claim lines can be used, and why not the others?
-- Grain: one row in scope; reason is null where it is used. Parameters: $as_of.
-- A line takes the first reason that fits: unusable, repeated, too late, then voided, replaced, denied, netted away.
with checked as (
    select
        *,
        coalesce(data_source, '') as source_key,
        coalesce('JW' in (hcpcs_modifier_1, hcpcs_modifier_2, hcpcs_modifier_3, hcpcs_modifier_4, hcpcs_modifier_5), false) as has_jw,
        coalesce('JZ' in (hcpcs_modifier_1, hcpcs_modifier_2, hcpcs_modifier_3, hcpcs_modifier_4, hcpcs_modifier_5), false) as has_jz,
        case when row_reason is not null then row_reason when service_unit_quantity = 0 then 'zero_units' end as own_reason
    from medical_claim_in_scope
),
counted as (
    select
        *,
        row_number() over (partition by own_reason is null, row_identity order by row_text) as copy_number
    from checked
),
stepped as (
    select
        c.* exclude (row_reason),
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
    * exclude (own_reason, step_reason, net_reason, copy_number, is_netted, net_units, net_number, n_same_key),
    case
        when net_reason is not null then net_reason
        when n_same_key > 1 then 'conflicting_lines'
    end as reason
from lined
