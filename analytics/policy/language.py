"""The policy language: every table of a policy file and every key in it, with what it says and what it may hold.

This is the one place that knows the form of a file (with its rooms for facts, versions and examples). Names that
refer to other parts of the file, codes' check digits, the order of dates and the like are looked at by the modules
that read those parts.
"""

from collections.abc import Mapping
from typing import get_args

from analytics.policy import codes, language_examples, language_facts, language_versions
from analytics.policy.model import REQUEST_TYPES
from analytics.policy.rules import Bound
from analytics.policy.shape import CITATION, Choice, Field, Shape, cited, optional

#: The bounds that a test may set, and its lists of values.
BOUNDS: tuple[Bound, ...] = get_args(Bound)
LISTS = ("one_of", "prefixes", "silent_prefixes", "code_list")

SHAPES: Mapping[str, Shape] = {
    "policy": Shape(
        "A policy: one drug, its codes, what a request may document, criteria, and dated versions.",
        {
            "id": Field("text", "the policy's id: the file's name without .toml"),
            "title": Field("text", "the policy's name as people know it"),
            "drug": Field("text", "the drug, the same in every policy that lists the same billing code"),
            "payers": optional("texts", "payers whose policy it is; the configuration may choose others"),
            "document": Field("tables", "the sources; the first is the policy's own", of="document", at_least=1),
            "product": Field("tables", "billing codes of the drug", of="product", at_least=1),
            "vial": Field("tables", "vials (packages) of the drug", of="vial", at_least=1),
            "code_list": optional("named", "code sets by name", of="code_list"),
            "question": optional("tables", "what a request may document", of="question"),
            "age": optional("tables", "facts that the birth date answers", of="age"),
            "days_since": optional("tables", "facts that are the days since an answered date", of="days_since"),
            "lab": optional("tables", "facts that laboratory results answer", of="lab"),
            "prior_therapy": optional("tables", "therapies that claims show", of="prior_therapy"),
            "therapy_evidence": optional(
                "tables", "other drugs that claims show beside this one, or before it", of="therapy_evidence"
            ),
            "resistance": optional("tables", "resistance to a class, from dates", of="resistance"),
            "implication": optional("tables", "what one answer says of another question", of="implication"),
            "criterion": Field("named", "criteria by id, each named once", of="criterion"),
            "flag": optional("named", "what is worth noticing and decides nothing", of="flag"),
            "version": Field("tables", "dated versions, oldest first, each whole", of="version", at_least=1),
            "note": optional("tables", "what informs without deciding", of="note"),
            "revision": optional("tables", "the document's own history, oldest first", of="revision"),
            "example": optional("table", "worked examples at the boundaries", of="example"),
        },
    ),
    "document": Shape(
        "A source that citations name.",
        {
            "name": Field("text", "the name that citations begin with"),
            "title": Field("text", "its title"),
            "publisher": Field("text", "who published it"),
            "dated": optional("text", "its date, in words"),
        },
    ),
    "product": cited(
        "A billing code of the drug.",
        hcpcs_code=Field("text", "the code", system="HCPCS"),
        mg_per_unit=Field("number", "milligrams in one billed unit", least=">0"),
    ),
    "vial": cited(
        "A vial or other package.",
        ndc=Field("text", "its NDC as printed, with hyphens; xx for any package", system="NDC"),
        mg=Field("number", "milligrams in it, at most two decimals", least="0.1", most="100000"),
        hcpcs_code=optional("text", "the billing code that it is of, one of the policy's; left out: all of them"),
    ),
    "code_list": cited(
        "A set of codes of one system.",
        choices=(Choice(("file", "codes")),),
        system=Field("word", "the code system", words=codes.LISTED),
        file=optional("text", "a CSV beside the file, with the columns code and label"),
        codes=optional("tables", "the codes themselves", of="code", at_least=1),
    ),
    "code": Shape(
        "A code of a list.",
        {
            "code": Field("text", "the code as printed"),
            "label": Field("text", "what it means, in our own words"),
        },
    ),
    "criterion": cited(
        "A criterion. With a test it is a leaf; without one, a node over others.",
        test=optional("test", "when it is met"),
        presumed=optional("boolean", "a limitation that nobody raised counts as met"),
        listed=optional("boolean", "met when one of the version's indications fits; it has no test"),
        heading=optional("boolean", "it only gathers its children, which count in its place"),
        remark=optional("text", "said beside its rates"),
    ),
    "flag": cited(
        "Something worth noticing about a request.",
        test=Field("test", "when it is raised"),
        request_type=optional("word", "raised for such requests alone; left out: for all", words=REQUEST_TYPES),
    ),
    "fact_test": Shape(
        "A test of one fact.",
        {
            "fact": Field("text", "a question, or a column of the request"),
            "at_least": optional("number", "met from this number on", least="-1000000"),
            "at_most": optional("number", "met up to this number", least="-1000000"),
            "above": optional("number", "met by greater numbers", least="-1000000"),
            "below": optional("number", "met by smaller numbers", least="-1000000"),
            "one_of": optional("texts", "met by one of these values", at_least=1),
            "prefixes": optional("texts", "met by codes that begin so", at_least=1),
            "silent_prefixes": optional("texts", "codes that begin so say nothing either way", at_least=1),
            "code_list": optional("text", "met by a code of this list"),
        },
        choices=(
            Choice(
                (*BOUNDS, LISTS),
                "fact",
                "'{fact}' is compared in {how}",
                "a bound or a list of values",
            ),
        ),
    ),
    "rule": Shape(
        "Tests under one word.",
        {
            "all": optional("tests", "met when all are", at_least=1),
            "any": optional("tests", "met when one is", at_least=1),
            "none": optional("tests", "met when none is", at_least=1),
            "at_least": optional("whole", "how many of the tests must be met", least="1", most="100"),
            "of": optional("tests", "the tests that at_least counts", at_least=1),
        },
        choices=(Choice(("all", "any", "none", "of"), None, "has {n} of the keys fact, all, any and none"),),
        pairs=(("at_least", "of"),),
    ),
    "note": Shape(
        "What informs without deciding.",
        {"topic": Field("text", "its topic"), "text": Field("text", "in our own words"), "citation": CITATION},
    ),
    "revision": Shape(
        "An entry of the document's own history.",
        {
            "dated": Field("day", "its date"),
            "summary": Field("text", "in our own words"),
            "citation": CITATION,
        },
    ),
    **language_facts.SHAPES,
    **language_versions.SHAPES,
    **language_examples.SHAPES,
}
