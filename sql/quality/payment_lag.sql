-- How long after the service is a claim line paid?
-- Grain: service month, days from service to payment, and the month's lines paid then. Parameters: $as_of.
select
    cast(date_trunc('month', service_date) as date) as month,
    date_diff('day', service_date, paid_date) as lag_days,
    max(paid_date) as last_paid_on,
    count(*) as n_lines
from medical_claim_row
where (reason is null or reason = 'denied_line') and service_date is not null and paid_date between service_date and $as_of
group by 1, 2
