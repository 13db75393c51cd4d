"""The policy language of facts: questions that a request may document, and what else can answer them."""

from collections.abc import Mapping

from analytics.policy.model import ANSWER_TYPES
from analytics.policy.shape import CITATION, Case, Choice, Field, Shape, cited, optional

#: What a lab's fact is: its result over its own upper reference limit, or the result in a unit.
LAB_VALUES = ("upper_limit_multiple", "result")

SHAPES: Mapping[str, Shape] = {
    "question": Shape(
        "What a request may document, as a question of the extract clinical_answer.",
        {
            "name": Field("text", "the question's name in the extract"),
            "type": Field("word", "what an answer is", words=ANSWER_TYPES),
            "label": Field("text", "the question in our own words"),
            "words": optional("texts", "for the type word: the words an answer may be, in lower case"),
        },
        cases=(Case("type", ("word",), needs=("words",)), Case("type", ("yes_no", "number", "date"), bars=("words",))),
    ),
    "age": Shape(
        "A fact that is the age in whole years on the received date.",
        {"fact": Field("text", "a question of type number"), "citation": CITATION},
    ),
    "days_since": Shape(
        "An unanswered fact that is the days from a date that was answered to the received date.",
        {
            "fact": Field("text", "a question of type number"),
            "question": Field("text", "a question of type date"),
            "citation": CITATION,
        },
    ),
    "lab": cited(
        "A fact that is the latest laboratory result: over its own upper reference limit, or by itself.",
        cases=(
            Case("value", ("result",), needs=("unit",)),
            Case("value", ("upper_limit_multiple",), bars=("unit", "conversion")),
        ),
        fact=Field("text", "a question of type number"),
        loinc=Field("text", "the observation's code", system="LOINC"),
        days=Field(
            "whole",
            "the days up to the received date in which it was measured, that date included",
            least="1",
            most="3660",
        ),
        value=optional("word", "what the fact is, a multiple when left out", words=LAB_VALUES),
        unit=optional("text", "for value = result: the unit that the policy speaks of, as extracts write it"),
        conversion=optional("tables", "other units that results may come in", of="conversion"),
    ),
    "conversion": Shape(
        "A unit that is converted to the lab's own.",
        {
            "unit": Field("text", "the other unit, as extracts write it"),
            "factor": Field("number", "what a result in it is multiplied by", least=">0"),
        },
    ),
    "prior_therapy": cited(
        "A yes/no fact that follows from claims before the received date, where nobody answered.",
        choices=(
            Choice(("doses", "days")),
            Choice((("code_list", "ndc_list"),), None, "names no codes", "code_list, ndc_list or both"),
        ),
        fact=Field("text", "a question of type yes_no"),
        code_list=optional("text", "HCPCS codes of medical claims"),
        ndc_list=optional("text", "NDCs of pharmacy claims; xx stands for any package"),
        months=Field("whole", "how many calendar months before the received date", least="1", most="120"),
        doses=optional("whole", "shown by so many days with a claim", least="1", most="1000"),
        days=optional("whole", "shown by so many days of supply", least="1", most="3660"),
    ),
    "therapy_evidence": cited(
        "What claims show of another drug, around each administration or before a request. It decides nothing.",
        choices=(
            Choice(("around_days", "months")),
            Choice((("code_list", "ndc_list"),), None, "names no codes", "code_list, ndc_list or both"),
        ),
        therapy=Field("text", "its name in the tables administration_therapy and request_evidence"),
        code_list=optional("text", "HCPCS codes of medical claims"),
        ndc_list=optional("text", "NDCs of pharmacy claims; xx stands for any package"),
        around_days=optional("whole", "so many days before and after each administration", least="0", most="366"),
        months=optional("whole", "so many calendar months before the received date", least="1", most="120"),
        fact=optional("text", "a question of type yes_no that documents it"),
        implied_by=optional("text", "a question of type yes_no whose yes documents it; its no says nothing"),
    ),
    "resistance": Shape(
        "A yes/no fact that follows from progression, last dose and setting.",
        {
            "fact": Field("text", "a question of type yes_no"),
            "drug_class": Field("text", "the class's name"),
            "progressed_on": Field("text", "a question of type date"),
            "last_dose_on": Field("text", "a question of type date"),
            "setting": Field("text", "a question of type word"),
            "months": Field("wholes", "by setting: months after the last dose that count", least="0", most="120"),
            "code_list": Field("text", "the class's billing codes, for an unanswered last dose"),
            "citation": CITATION,
        },
    ),
    "implication": Shape(
        "An unanswered question is answered by another.",
        {
            "if": Field("table", "what was answered", of="answered"),
            "then": Field("table", "what follows", of="answered"),
            "citation": CITATION,
        },
    ),
    "answered": Shape(
        "A yes/no question and its answer.",
        {"fact": Field("text", "the question"), "value": Field("word", "its answer", words=("yes", "no"))},
    ),
}
