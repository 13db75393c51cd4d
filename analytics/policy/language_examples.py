"""The policy language of worked examples."""

from collections.abc import Mapping

from analytics.policy.model import REQUEST_TYPES
from analytics.policy.rules import VALUES
from analytics.policy.shape import Case, Choice, Field, Shape, optional

STATUSES = ("within", "exceeds", "exception", "indeterminate")
BREACH_KINDS = ("over_dose", "over_units", "site", "early", "extra")
UNKNOWN_REASONS = (
    "bsa_unknown",
    "course_unknown",
    "cycle_unknown",
    "no_authorization",
    "place_unknown",
    "places_disagree",
    "unit_rounding",
    "vial_rounding",
    "weight_unknown",
)
EVIDENCE = ("documented", "derived", "contradicted")
#: What is known of another drug: the same, or none of them.
THERAPY = (*EVIDENCE, "not shown")
DETERMINATIONS = ("met", "not_met", "not_documented")

_UNITS = Field("number", "units given (billed without JW)", least="0")
_JW = optional("number", "units discarded, billed with JW", least="0")
_PLACE = optional("text", "the place of service on its claim lines; left out: none", system="POS")
_SUPPLY = optional("whole", "for a fill: how many days it lasts", least="0", most="366")
_CODE = optional("text", "the billing code; left out: the first of the policy", system="HCPCS")

SHAPES: Mapping[str, Shape] = {
    "example": Shape(
        "Worked examples, run by `um policy check`.",
        {
            "dosing": optional("tables", "administrations and what is said of them", of="dosing_example"),
            "criteria": optional("tables", "requests and what follows", of="criteria_example"),
        },
    ),
    "dosing_example": Shape(
        "An administration, and what the policy says of it.",
        {
            "title": Field("text", "what it shows"),
            "on": Field("day", "its day"),
            "bsa_m2": optional("number", "body surface area; left out: unknown", least="0.5", most="3.5"),
            "weight_kg": optional("number", "body weight; left out: unknown", least="2", most="400"),
            "hcpcs_code": _CODE,
            "administered_units": _UNITS,
            "jw_units": _JW,
            "place": _PLACE,
            "also": optional("tables", "what the day holds under other billing codes", of="also"),
            "jz": optional("boolean", "billed with JZ: nothing was discarded"),
            "regimen": optional("text", "the regimen that the authorization names"),
            "exception_approved": optional("boolean", "a clinician approved a dose outside the policy"),
            "authorized_days_before": optional(
                "whole", "the authorization began so many days before; left out: on the day", least="0", most="3660"
            ),
            "previous": optional("tables", "earlier administrations", of="previous"),
            "status": Field("word", "the verdict", words=STATUSES),
            "breach_kind": optional("word", "how the caps were broken", words=BREACH_KINDS),
            "exceeded": optional("texts", "ids of the exceeded limits that decide"),
            "advisories": optional("texts", "ids of the exceeded advisory limits"),
            "unknown_reasons": optional("texts", "why it can't be told"),
            "allowed_units": optional("wholes", "units allowed, by the id of a dose limit", least="0", most="1000000"),
            "excess_units": optional("number", "units over the limit", least="0"),
            "facts": optional("facts", "what the authorization documents"),
            "claim": optional("tables", "claims of other drugs around it", of="around_claim"),
            "therapy": optional("words", "what is known of other drugs around it", words=THERAPY),
        },
        cases=(
            Case("status", ("exceeds", "exception"), needs=("breach_kind",)),
            Case("status", ("within", "indeterminate"), bars=("breach_kind",)),
        ),
    ),
    "previous": Shape(
        "An earlier administration.",
        {
            "days_before": Field("whole", "how many days before", least="1", most="3660"),
            "hcpcs_code": _CODE,
            "administered_units": _UNITS,
            "jw_units": _JW,
        },
    ),
    "also": Shape(
        "What an administration holds under another billing code.",
        {
            "hcpcs_code": Field("text", "the code", system="HCPCS"),
            "administered_units": _UNITS,
            "jw_units": _JW,
            "place": _PLACE,
        },
    ),
    "criteria_example": Shape(
        "A request, and what follows at named criteria.",
        {
            "title": Field("text", "what it shows"),
            "on": Field("day", "the day on which it was received and decided"),
            "request_type": Field("word", "its type", words=REQUEST_TYPES),
            "facts": optional("facts", "what it documents"),
            "recorded": optional("words", "what a reviewer recorded", words=DETERMINATIONS),
            "evaluated": optional("words", "values that follow from the facts", words=VALUES),
            "reviewed": optional("words", "values that follow from the record", words=VALUES),
            "flags": optional("texts", "flags that are raised"),
            "indication": optional("text", "the indication that the request is of, or: not listed"),
            "lab": optional("tables", "laboratory results of the person", of="example_lab"),
            "evidence": optional("words", "what facts rest on", words=EVIDENCE),
            "claim": optional("tables", "earlier claims of the person", of="example_claim"),
            "therapy": optional("words", "what is known of other drugs before it", words=THERAPY),
        },
    ),
    "example_claim": Shape(
        "An earlier claim: an administration, or a fill of a pharmacy.",
        {
            "hcpcs_code": optional("text", "the code of a medical claim", system="HCPCS"),
            "ndc": optional("text", "the NDC of a pharmacy claim", system="NDC"),
            "days_before": Field("whole", "how many days before", least="0", most="3660"),
            "days_supply": _SUPPLY,
        },
        choices=(Choice(("hcpcs_code", "ndc")),),
    ),
    "around_claim": Shape(
        "A claim of another drug around an administration: of a code, or a fill of a pharmacy.",
        {
            "hcpcs_code": optional("text", "the code of a medical claim", system="HCPCS"),
            "ndc": optional("text", "the NDC of a pharmacy claim", system="NDC"),
            "days_before": optional("whole", "how many days before", least="0", most="3660"),
            "days_after": optional("whole", "how many days after", least="1", most="3660"),
            "days_supply": _SUPPLY,
        },
        choices=(Choice(("hcpcs_code", "ndc")), Choice(("days_before", "days_after"))),
    ),
    "example_lab": Shape(
        "A laboratory result.",
        {
            "loinc": Field("text", "the observation's code", system="LOINC"),
            "days_before": Field("whole", "how many days before", least="0", most="3660"),
            "result": Field("number", "the result"),
            "unit": optional("text", "its unit, as extracts write it"),
            "upper_limit": optional("number", "its own upper reference limit", least=">0"),
        },
    ),
}
