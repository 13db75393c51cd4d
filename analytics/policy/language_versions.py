"""The policy language of dated versions: lengths, and trees; limits have a room of their own."""

from collections.abc import Mapping

from analytics.policy import language_limits
from analytics.policy.shape import CITATION, Choice, Field, Shape, cited, optional

_TREE = Field("table", "the criteria of such a request: { id, all = […] } or { id, any = […] }", of="tree")

SHAPES: Mapping[str, Shape] = {
    "version": cited(
        "The rule of its day, whole by itself.",
        dated=Field("day", "its name and first day; the first version has no start"),
        authorization_length=Field("table", "how long an approval is", of="length"),
        bsa_cap=optional("table", "body surface area counts as so much at most", of="bsa_cap"),
        weight_cap=optional("table", "body weight counts as so much at most, for doses per kg", of="weight_cap"),
        course=optional("table", "when a new course of treatment begins, for limits on some of its doses", of="course"),
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
    **language_limits.SHAPES,
}
