"""The policy language of dated versions and trees; limits, and indications with lengths, have rooms of their own."""

from collections.abc import Mapping

from analytics.policy import language_indications, language_limits
from analytics.policy.language_indications import EXCEPTION_LENGTH, RENEWAL_LENGTH, TREE
from analytics.policy.shape import Choice, Field, Shape, cited, optional

SHAPES: Mapping[str, Shape] = {
    "version": cited(
        "The rule of its day, whole by itself.",
        dated=Field("day", "its name and first day; the first version has no start"),
        authorization_length=Field("table", "how long an approval is", of="length"),
        renewal_length=RENEWAL_LENGTH,
        exception_length=EXCEPTION_LENGTH,
        bsa_cap=optional("table", "body surface area counts as so much at most", of="bsa_cap"),
        weight_cap=optional("table", "body weight counts as so much at most, for doses per kg", of="weight_cap"),
        course=optional("table", "when a new course of treatment begins, for limits on some of its doses", of="course"),
        initial=TREE,
        renewal=TREE,
        indication=optional(
            "tables", "what the drug is asked for; a request is of the first that fits", of="indication"
        ),
        regimen=Field("tables", "an administration must keep all limits of any one of them", of="regimen", at_least=1),
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
    **language_indications.SHAPES,
    **language_limits.SHAPES,
}
