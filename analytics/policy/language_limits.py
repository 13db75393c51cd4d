"""The policy language of dosing: caps, regimens and limits."""

from collections.abc import Mapping

from analytics.policy.dosing import COUNTED_IN, CYCLES, DOSE_PERS, LIMIT_KINDS, ROUND_TO, SPANS
from analytics.policy.shape import CITATION, Case, Choice, Field, Shape, cited, optional

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
    "course": Shape(
        "When a new course begins.",
        {
            "new_after_days": Field(
                "whole", "a dose more than so many days after the one before begins one", least="1", most="3660"
            ),
            "citation": CITATION,
        },
    ),
    "doses": Shape(
        "Doses of a course, counted from its first.",
        {
            "from": Field("whole", "the first of them", least="1", most="999"),
            "to": optional("whole", "the last of them; left out: all later ones", least="1", most="999"),
        },
    ),
    "regimen": cited(
        "A schedule that the policy allows.",
        name=Field("text", "what an authorization's regimen column says"),
        limit=Field("tables", "all must be kept", of="limit", at_least=1),
    ),
    "rounding": Shape(
        "What a dose over the exact amount may be rounded up to.",
        {
            "to": optional("word", "whole units alone, or the whole vials that hold it", words=ROUND_TO),
            "percent": optional("number", "so many percent over the exact amount", least=">0", most="25"),
        },
        choices=(Choice(("to", "percent")),),
    ),
    "limit": cited(
        "A dosing limit.",
        absent={
            "at_least": (
                "is no key of a limit: limits are maxima alone, and nothing is judged for being too little",
                "at_most, or a criterion with at_least",
            )
        },
        cases=(
            Case("kind", ("dose", "units", "frequency"), needs=("at_most",), bars=("places",)),
            Case(
                "kind",
                ("site_of_care",),
                needs=("places",),
                bars=("at_most", "window_days", "span", "cycles", "grace_days", "per", "counted_in", "rounding"),
            ),
            Case("kind", ("dose",), bars=("window_days", "span", "cycles", "grace_days")),
            Case("kind", ("units",), needs=("window_days",), unless="span", bars=("rounding",)),
            Case(
                "kind",
                ("frequency",),
                needs=("window_days",),
                unless="span",
                bars=("per", "counted_in", "rounding"),
            ),
            Case("span", SPANS, bars=("window_days", "doses", "cycles", "grace_days")),
            Case("cycles", CYCLES, bars=("grace_days", "per")),
        ),
        id=Field("text", "its id, in results and examples"),
        kind=Field("word", "what is limited", words=LIMIT_KINDS),
        at_most=optional("number", "the limit: mg (or units) of a dose, billed units, or administrations", least=">0"),
        places=optional(
            "texts", "CMS's place-of-service codes at which the drug may be given", system="POS", at_least=1
        ),
        per=optional(
            "word",
            "a dose is per m2 (as it is when left out), per kg, or flat; units that were given, per m2 or kg",
            words=DOSE_PERS,
        ),
        counted_in=optional("word", "mg (as a dose is when left out) or billed units (as units are)", words=COUNTED_IN),
        rounding=optional("table", "what a dose may be rounded up to", of="rounding"),
        doses=optional("table", "the doses of a course that it holds for; left out: all", of="doses"),
        window_days=optional(
            "whole", "counted over so many days, today's included", least=str(SHORTEST_WINDOW), most="366"
        ),
        cycles=optional(
            "word",
            "counted in cycles of window_days that begin so; left out: over the days up to each dose",
            words=CYCLES,
        ),
        grace_days=optional(
            "whole", "a dose so many days early is none too many: so much shorter is the window", least="1", most="30"
        ),
        span=optional("word", "in place of window_days: all under an authorization, or in a lifetime", words=SPANS),
        advisory=optional("boolean", "it is reported and decides nothing"),
    ),
}
