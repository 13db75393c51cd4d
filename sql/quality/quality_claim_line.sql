-- Does a claim's line number stand for one line, once reversals are netted?
-- Grain: data source, claim and line number. Parameters: none.
with net_line as (
    select
        source_key,
        claim_id,
        claim_line_number,
        case when min(service_unit_quantity) < 0 then 1 else count(*) end as n_lines
    from quality_live_line
    where reason is null or reason = 'conflicting_lines'
    group by source_key, claim_id, claim_line_number, payer, person_id, service_date, hcpcs_code, is_jw
)
select source_key, claim_id, claim_line_number, sum(n_lines) as n_lines
from net_line
group by 1, 2, 3
