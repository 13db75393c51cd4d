"""The policy language of dosing: caps, regimens and limits."""

from collections.abc import Mapping

from analytics.policy.dosing import COUNTED_IN, DOSE_PERS, LIMIT_KINDS
from analytics.policy.shape import CITATION, Case, Field, Shape, cited, optional

#: Sensitivity shortens every window by up to 3 days, so a shorter window could not be shortened.
SHORTEST_WINDOW = 4

SHAPES: Mapping[str, Shape] = {
    "bsa_cap": Shape(
        "A cap on body surface area.",
        {"m2": Field("number", "square metres", least="0.5", most="3.5"), "citation": CITATION},
    ),
    "weight_cap": Shape(
        "A cap on body weight.",
        {"kg": Field("number", "kilograms", least="2", most="400"), "citation": CITATION},
    ),
    "regimen": cited(
        "A schedule that the policy allows.",
        name=Field("text", "what an authorization's regimen column says"),
        limit=Field("tables", "all must be kept", of="limit", at_least=1),
    ),
    "limit": cited(
        "A dosing limit.",
        cases=(
            Case("kind", ("dose",), bars=("window_days",)),
            Case("kind", ("units", "frequency"), needs=("window_days",), bars=("per", "counted_in")),
        ),
        id=Field("text", "its id, in results and examples"),
        kind=Field("word", "what is limited", words=LIMIT_KINDS),
        at_most=Field("number", "the limit: mg (or units) of a dose, billed units, or administrations", least=">0"),
        per=optional("word", "a dose is per m2 (as it is when left out), per kg, or flat", words=DOSE_PERS),
        counted_in=optional("word", "a dose is in mg (as it is when left out) or in billed units", words=COUNTED_IN),
        window_days=optional(
            "whole", "counted over so many days, today's included", least=str(SHORTEST_WINDOW), most="366"
        ),
        advisory=optional("boolean", "it is reported and decides nothing"),
    ),
}
