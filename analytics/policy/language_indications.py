"""The policy language of indications, and of the lengths of approvals."""

from collections.abc import Mapping

from analytics.policy.shape import CITATION, Choice, Field, Shape, cited, optional

TREE = Field("table", "the criteria of such a request: { id, all = […] } or { id, any = […] }", of="tree")
RENEWAL_LENGTH = optional("table", "how long the approval of a renewal is, where it is another length", of="length")
EXCEPTION_LENGTH = optional("table", "how long an approved exception is, where it is another length", of="length")

SHAPES: Mapping[str, Shape] = {
    "indication": cited(
        "What the drug is asked for: criteria that stand beside those of every request, a length, and regimens.",
        name=Field("text", "its name"),
        when=Field("test", "when a request is of it: a test, or tests under all, any, none or at_least"),
        authorization_length=optional("table", "how long an approval is, in place of the version's", of="length"),
        renewal_length=RENEWAL_LENGTH,
        exception_length=EXCEPTION_LENGTH,
        regimens=optional("texts", "names of the regimens that it allows; left out: all", at_least=1),
        initial=TREE,
        renewal=TREE,
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
}
