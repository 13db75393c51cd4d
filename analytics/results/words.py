"""Words for the codes of the result tables, wherever people read them."""

from collections.abc import Mapping

STATUSES: Mapping[str, str] = {
    "within": "Within the limits",
    "exceeds": "Over a limit",
    "exception": "Over a limit, with an approved exception",
    "indeterminate": "Can't be judged",
}

BREACH_KINDS: Mapping[str, str] = {
    "over_dose": "Dose above the limit",
    "over_units": "One day's units above the limit",
    "site": "Given at a place that is not allowed",
    "early": "Up to three days earlier than allowed",
    "extra": "More, over time, than a limit allows",
}

RESULTS: Mapping[str, str] = {"ok": "Kept", "exceeded": "Exceeded", "unknown": "Can't be judged"}

OUTCOMES: Mapping[str, str] = {
    "renewed_on_time": "Renewed without a gap",
    "renewed_late": "Renewed after a gap",
    "reauthorized": "Approved again on a new initial request",
    "denied": "Renewal denied",
    "pending": "Renewal pending",
    "withdrawn": "Renewal request withdrawn",
    "lapsed": "Lapsed: still treated around the end or after it, but nobody asked",
    "stopped": "Treatment had stopped, and nobody asked",
    "deceased": "Died",
    "disenrolled": "Left the plan",
    "not_due": "Too recent to tell",
}

CONSISTENCY: Mapping[str, str] = {
    "consistent": "Decision agrees with the review",
    "approved_unmet": "Approved, though the criteria are not met",
    "approved_undocumented": "Approved, though the record leaves criteria open",
    "denied_all_met": "Denied, though all criteria are met",
    "denied_undocumented": "Denied, and the record leaves criteria open",
}

#: Why an administration can't be judged, and what is odd about one.
UNKNOWN_REASONS: Mapping[str, str] = {
    "bsa_unknown": "no body surface area",
    "course_unknown": "which dose of the course: treatment may have begun before the extract",
    "cycle_unknown": "where its cycle began: treatment may have begun before the extract",
    "no_authorization": "where its cycle began: no authorization covers it",
    "place_unknown": "no place of service on the claim lines",
    "places_disagree": "claim lines name places that are allowed and others",
    "weight_unknown": "no body weight",
    "unit_rounding": "may be what each dose was rounded up by, to whole units",
    "vial_rounding": "may be the rest of a vial: nothing attested about discarded drug",
}
DAY_FLAGS: Mapping[str, str] = {
    "avoidable_waste": "at least as much as the smallest vial holds was discarded",
    "jw_and_jz": "JW and JZ on one day",
    "jw_without_partner": "discarded units without units given",
    "possible_duplicate": "several claims for one day",
    "possible_unit_error": "fewer than 10 units: units may be vials",
}
REQUEST_FLAGS: Mapping[str, str] = {
    "breast_cancer_code_not_listed": "a breast cancer code that the policy's list lacks",
    "history_code_only": "a code of history alone",
    "contradictory_answers": "combination and single agent both answered yes",
}
