"""Tables that no policy of a run asks for: they are there without rows, and are not computed."""

from collections.abc import Callable, Mapping

from analytics.policy.tables import PolicyTable

_RESULT = (
    "administration_id BIGINT, regimen VARCHAR, limit_id VARCHAR, kind VARCHAR, advisory BOOLEAN, measured DOUBLE, "
    "allowed DOUBLE, result INTEGER, is_day_over BOOLEAN, excess_units DECIMAL(18,4)"
)
#: Each with its columns, as the SQL file of its name makes them.
COLUMNS: Mapping[str, str] = {
    # No request is of any indication, and nothing need be known of requests to say so.
    "request_indication": "authorization_id VARCHAR, indication VARCHAR",
    "prior_therapy_shown": "authorization_id VARCHAR, fact VARCHAR",
    "prior_therapy_taken": "authorization_id VARCHAR, drug_class VARCHAR, n_doses BIGINT, n_days DECIMAL(38,4)",
    "request_therapy_claim": "authorization_id VARCHAR, drug_class VARCHAR, is_fill BOOLEAN, "
    "claimed_on DATE, days_supplied DECIMAL(18,4)",
    "administration_therapy_claim": "administration_id BIGINT, therapy VARCHAR, is_fill BOOLEAN, "
    "claimed_on DATE, days_away BIGINT, days_supplied DECIMAL(18,4)",
    "administration_therapy": "policy_id VARCHAR, payer VARCHAR, person_id VARCHAR, hcpcs_code VARCHAR, "
    "administered_on DATE, therapy VARCHAR, authorization_id VARCHAR, documented VARCHAR, on_claims VARCHAR, "
    "nearest_on DATE, days_away BIGINT, evidence VARCHAR",
    "request_evidence": "authorization_id VARCHAR, policy_id VARCHAR, payer VARCHAR, person_id VARCHAR, "
    "therapy VARCHAR, documented VARCHAR, on_claims VARCHAR, latest_on DATE, evidence VARCHAR",
    "course_day": "policy_id VARCHAR, person_id VARCHAR, day_number BIGINT, dose_number BIGINT, began_day BIGINT, "
    "is_numbered BOOLEAN",
    "total_result": _RESULT,
    "administration_place": "administration_id BIGINT, place VARCHAR",
    "site_result": f"{_RESULT}, reason VARCHAR",
    "given_day": "administration_id BIGINT, policy_id VARCHAR, person_id VARCHAR, authorization_id VARCHAR, "
    "day_number BIGINT, is_dose INTEGER, given DECIMAL(18,4), one_unit DOUBLE",
    "given_total": "policy_id VARCHAR, span VARCHAR, window_days INTEGER, grace_days INTEGER, holder VARCHAR, "
    "day_number BIGINT, given DECIMAL(18,4), doses BIGINT, one_of_each DOUBLE",
    "cumulative_result": f"{_RESULT}, grace_days INTEGER, amount DOUBLE, dose_per VARCHAR, doses BIGINT, "
    "one_unit DOUBLE, one_of_each DOUBLE, size_low DOUBLE, size_high DOUBLE, reason VARCHAR",
    "greedy_cycle": "policy_id VARCHAR, person_id VARCHAR, window_days INTEGER, day_number BIGINT, began_day BIGINT, "
    "is_certain BOOLEAN",
    "cycle_result": f"{_RESULT}, grace_days INTEGER, began_day BIGINT, reason VARCHAR",
    "administration_weight": "administration_id BIGINT, weight_kg DOUBLE, weight_low DOUBLE, weight_high DOUBLE",
}


def unasked(tables: Mapping[str, PolicyTable]) -> dict[str, list[tuple[str, str]]]:
    """The tables that these policies leave empty, each with its columns and their types."""

    def limits(is_asking: Callable[[dict[str, object]], bool]) -> bool:
        names = [name for name, _ in tables["policy_limit"].columns]
        return any(is_asking(dict(zip(names, row, strict=True))) for row in tables["policy_limit"].rows)

    therapies, proofs = tables["policy_therapy"].rows, tables["policy_prior_therapy"].rows
    is_site = limits(lambda one: one["kind"] == "site_of_care")
    is_cumulative = limits(lambda one: one["kind"] == "cumulative")
    asks = {
        "request_indication": bool(tables["policy_indication_test"].rows),
        "prior_therapy_shown": bool(proofs),
        "prior_therapy_taken": bool(proofs),
        "request_therapy_claim": bool(therapies or proofs),
        "administration_therapy_claim": bool(therapies),
        "administration_therapy": bool(therapies),
        "request_evidence": bool(therapies or proofs),
        "course_day": limits(lambda one: one["from_dose"] is not None or one["cycles"] == "first_dose"),
        "total_result": limits(lambda one: str(one["kind"]).startswith("total_")),
        "administration_place": is_site,
        "site_result": is_site,
        "given_day": is_cumulative,
        "given_total": is_cumulative,
        "cumulative_result": is_cumulative,
        "greedy_cycle": limits(lambda one: one["cycles"] == "greedy"),
        "cycle_result": limits(lambda one: one["cycles"] is not None),
        "administration_weight": limits(lambda one: one["dose_per"] == "kg"),
    }
    return {
        name: [(column.split()[0], column.split()[1]) for column in COLUMNS[name].split(", ")]
        for name, is_asked in asks.items()
        if not is_asked
    }
