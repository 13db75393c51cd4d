-- Which observations can be used, and why not the others?
-- Grain: one row in scope, with its value in the measure's own unit (cm, kg, m2); reason is null where it is used. is_multiple: a
-- policy asks for such results as multiples of their own upper limit.
-- Parameters: none.
with measured as (
    select
        r.* exclude (row_reason),
        r.row_reason,
        c.measure,
        case
            when c.measure is null then r.result
            when r.source_units is null then r.result
            else r.result * u.factor
        end as measure_value,
        m.source_code is not null as is_multiple,
        c.measure is not null and r.source_units is not null and u.factor is null as is_unknown_unit,
        s.lowest,
        s.highest
    from observation_in_scope as r
    left join body_size_code as c on r.source_code = c.source_code
    left join body_size_unit as u on c.measure = u.measure and r.source_units = u.unit
    left join body_size_span as s on c.measure = s.measure
    left join (select distinct source_code from policy_lab where unit is null) as m on r.source_code = m.source_code
),
checked as (
    select
        * exclude (row_reason, is_unknown_unit, lowest, highest),
        case
            when row_reason is not null then row_reason
            when is_unknown_unit then 'unknown_unit'
            when measure is not null and (measure_value < lowest or measure_value > highest) then 'implausible_result'
        end as own_reason
    from measured
),
counted as (
    select
        *,
        row_number() over (partition by own_reason is null, row_identity order by row_text) as copy_number
    from checked
)
select
    * exclude (own_reason, copy_number),
    case
        when own_reason is not null then own_reason
        when copy_number > 1 then 'duplicate_row'
    end as reason
from counted
