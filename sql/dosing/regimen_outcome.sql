-- What came of each tested regimen, with its excess?
-- Grain: an administration and a tested regimen. result: the least of its deciding limits. Parameters: none.
select
    administration_id,
    regimen,
    min(case when advisory then 1 else result end) as result,
    max(case when advisory then 0 else excess_units end) as excess_units,
    bool_or(kind = 'dose' and not advisory and result = -1) as is_over_dose,
    bool_or(kind = 'units' and not advisory and is_day_over) as is_day_over,
    bool_or(kind = 'site_of_care' and not advisory and result = -1) as is_other_site
from limit_outcome
group by 1, 2
