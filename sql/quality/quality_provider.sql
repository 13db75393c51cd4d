-- Which national provider identifiers do the extracts carry, and what is their checksum?
-- Grain: table, column and identifier. Parameters: none.
-- The check digit (ISO/IEC 7812, with 80840 before the number, worth 24): every other digit from the ninth leftwards is
-- doubled, its digits summed; with all others the total must be a multiple of ten.
with npi as (
    select distinct 'medical_claim' as table_name, 'rendering_npi' as column_name, rendering_npi as npi
    from medical_claim_row where reason is null and rendering_npi is not null
    union all
    select distinct 'medical_claim' as table_name, 'billing_npi' as column_name, billing_npi as npi
    from medical_claim_row where reason is null and billing_npi is not null
    union all
    select distinct 'authorization' as table_name, 'prescriber_npi' as column_name, prescriber_npi as npi
    from authorization_row where reason is null and prescriber_npi is not null
),
position as (
    select 1 as place, true as is_doubled
    union all select 2, false
    union all select 3, true
    union all select 4, false
    union all select 5, true
    union all select 6, false
    union all select 7, true
    union all select 8, false
    union all select 9, true
    union all select 10, false
),
digit as (
    select
        n.table_name,
        n.column_name,
        n.npi,
        p.is_doubled,
        try_cast(substring(n.npi, p.place, 1) as integer) as digit
    from npi as n
    cross join position as p
)
select
    table_name,
    column_name,
    npi,
    length(npi) = 10 and count(digit) = 10 as is_ten_digits,
    24 + sum(case when not is_doubled then digit when digit > 4 then 2 * digit - 9 else 2 * digit end) as checksum
from digit
group by 1, 2, 3
