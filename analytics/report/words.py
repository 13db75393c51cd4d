"""The page's words for codes: those of the result tables, and its own."""

from collections.abc import Mapping

from analytics.results.words import BREACH_KINDS, CONSISTENCY, OUTCOMES, RESULTS, STATUSES

__all__ = [
    "BREACH_KINDS",
    "CONSISTENCY",
    "KINDS",
    "MEASURES",
    "OUTCOMES",
    "QUALITY",
    "REQUEST_TYPES",
    "RESULTS",
    "RULES",
    "STATUSES",
    "plain",
]

REQUEST_TYPES: Mapping[str, str] = {"initial": "Initial requests", "renewal": "Renewal requests"}

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
