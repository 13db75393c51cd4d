"""The page's words for the codes of the result tables."""

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
    "early": "Up to three days too early",
    "extra": "One more than the window allows",
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

REQUEST_TYPES: Mapping[str, str] = {"initial": "Initial requests", "renewal": "Renewal requests"}

CONSISTENCY: Mapping[str, str] = {
    "consistent": "Decision agrees with the review",
    "approved_unmet": "Approved, though the criteria are not met",
    "approved_undocumented": "Approved, though the record leaves criteria open",
    "denied_all_met": "Denied, though all criteria are met",
    "denied_undocumented": "Denied, and the record leaves criteria open",
}

MEASURES: Mapping[str, str] = {"dosing": "Dosing", "approvals": "Approvals", "renewals": "Renewals"}

QUALITY: Mapping[str, str] = {
    "failed": "failed",
    "could_not_run": "could not run",
    "not_applicable": "not applicable",
    "passed": "passed",
}

KINDS: Mapping[str, str] = {
    "excluded": "Excluded by the rules",
    "quarantined": "Quarantined",
    "out_of_scope": "Out of scope",
}

RULES: Mapping[str, str] = {
    "length": "Length of approval",
    "regimen": "Regimen",
    "limit": "Limit",
    "cap": "Cap of body surface area",
    "weight_cap": "Cap of body weight",
    "course": "Course of treatment",
    "indication": "Indication",
    "criterion": "Criterion",
}


def plain(code: str) -> str:
    """A code as words: `missing_person_id` reads "missing person id"."""
    return code.replace("_", " ")
