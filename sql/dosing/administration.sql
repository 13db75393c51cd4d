-- Every administration with its dose, its cover, its verdict and what was over.
-- Grain: one payer, person, drug (the policy's) and service date. Parameters: none.
with extent as (
    select min(first_service_on) as first_service_on
    from medical_claim_extent
)
select
    a.policy_id,
    a.policy_version,
    a.payer,
    a.person_id,
    a.hcpcs_code,
    a.administered_on,
    a.claim_ids,
    a.billed_units,
    a.administered_units,
    a.wasted_units,
    a.waste_attested,
    a.dose_mg,
    list_filter(
        [
            case when a.wasted_mg >= v.smallest_vial_mg then 'avoidable_waste' end,
            case when a.has_jw and a.has_jz then 'jw_and_jz' end,
            case when a.wasted_units > 0 and a.administered_units = 0 then 'jw_without_partner' end,
            case when a.n_claims_giving > 1 then 'possible_duplicate' end,
            case when a.administered_units > 0 and a.administered_units < 10 then 'possible_unit_error' end
        ],
        lambda flag: flag is not null
    ) as flags,
    b.bsa_m2,
    b.bsa_source,
    a.dose_mg / b.bsa_m2 as dose_mg_per_m2,
    j.authorization_id,
    j.status,
    j.breach_kind,
    j.exceeded_limits,
    j.advisories,
    j.unknown_reasons,
    j.excess_units,
    a.allowed_amount,
    -- To the cent, half up.
    cast(
        floor(cast(a.allowed_amount as double) * 100 * cast(j.excess_units as double) / cast(a.billed_units as double) + 0.5 + 1e-9) / 100
        as decimal(18, 2)
    ) as excess_allowed_amount,
    a.day_number - a.longest_window_days + 1 < date_diff('day', date '1970-01-01', e.first_service_on) as window_truncated
from administration_day as a
inner join policy_vial_set as v on a.policy_id = v.policy_id and a.vial_sets = v.vial_sets
inner join administration_bsa as b on a.administration_id = b.administration_id
inner join administration_judged as j on a.administration_id = j.administration_id
cross join extent as e
