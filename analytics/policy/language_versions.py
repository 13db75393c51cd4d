"""The policy language of dated versions: lengths, trees, regimens and limits."""

from collections.abc import Mapping

from analytics.policy.model import DOSE_PERS, LIMIT_KINDS
from analytics.policy.shape import CITATION, Case, Choice, Field, Shape, cited, optional

#: Sensitivity shortens every window by up to 3 days, so a shorter window could not be shortened.
SHORTEST_WINDOW = 4

_TREE = Field("table", "the criteria of such a request: { id, all = […] } or { id, any = […] }", of="tree")

SHAPES: Mapping[str, Shape] = {
    "version": cited(
        "The rule of its day, whole by itself.",
        dated=Field("day", "its name and first day; the first version has no start"),
        authorization_length=Field("table", "how long an approval is", of="length"),
        bsa_cap=optional("table", "body surface area counts as so much at most", of="bsa_cap"),
        initial=_TREE,
        renewal=_TREE,
        regimen=Field("tables", "an administration must keep all limits of any one of them", of="regimen", at_least=1),
    ),
    "length": Shape(
        "An authorization's length.",
        {
            "months": optional("whole", "calendar months", least="1", most="60"),
            "days": optional("whole", "days", least="1", most="1830"),
            "citation": CITATION,
        },
        choices=(Choice(("months", "days")),),
    ),
    "bsa_cap": Shape(
        "A cap on body surface area.",
        {"m2": Field("number", "square metres", least="0.5", most="3.5"), "citation": CITATION},
    ),
    "tree": Shape(
        "A node over others, each criterion once at most.",
        {
            "id": Field("text", "the node's criterion"),
            "all": optional("nodes", "all must be met"),
            "any": optional("nodes", "one must be met"),
            "at_least": optional("whole", "how many of them must be met", least="1", most="100"),
            "of": optional("nodes", "the criteria that at_least counts"),
        },
        choices=(Choice(("all", "any", "of"), "id", "has {n} of the keys all, any and of", "one of them"),),
        pairs=(("at_least", "of"),),
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
            Case("kind", ("units", "frequency"), needs=("window_days",), bars=("per",)),
        ),
        id=Field("text", "its id, in results and examples"),
        kind=Field("word", "what is limited", words=LIMIT_KINDS),
        at_most=Field("number", "the limit: mg of a dose, billed units, or administrations", least=">0"),
        per=optional("word", "a dose is per m2 (as it is when left out) or flat", words=DOSE_PERS),
        window_days=optional(
            "whole", "counted over so many days, today's included", least=str(SHORTEST_WINDOW), most="366"
        ),
        advisory=optional("boolean", "it is reported and decides nothing"),
    ),
}
