"""The few answers that a new policy file is written from: given as options, or asked for on a terminal."""

import argparse
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from analytics.errors import UserError

if TYPE_CHECKING:
    from analytics.policy.shape import Field


@dataclass(frozen=True, slots=True)
class Answer:
    """A question, what stands where nobody answers, and what an answer must look like."""

    name: str
    question: str
    default: str
    metavar: str
    pattern: str
    like: str
    # The table and key of a policy file whose bounds it has to keep.
    bounded_by: tuple[str, str] | None = None


_TEXT = r"(?=.*\S)[^\x00-\x1f\"\\]+"
_NUMBER = r"(?=.*[1-9])[0-9]+(\.[0-9]+)?"
_TWO_DECIMALS = r"[0-9]+(\.[0-9]{1,2})?"
_DAYS = r"[4-9]|[1-9][0-9]|[12][0-9]{2}|3[0-5][0-9]|36[0-6]"

ANSWERS = (
    Answer("title", "the policy's name", "A drug policy", "TEXT", _TEXT, "text without quotes"),
    Answer("drug", "the drug", "the drug", "NAME", _TEXT, "text without quotes"),
    Answer("payer", "the payer whose policy it is", "", "NAME", rf"({_TEXT})?", "text without quotes"),
    Answer("publisher", "who published the document", "the payer", "NAME", _TEXT, "text without quotes"),
    Answer("code", "its billing code (HCPCS)", "J0000", "CODE", r"[A-EGHJ-MP-V0-9][0-9]{4}", "J9207"),
    Answer("mg-per-unit", "milligrams in one billed unit", "1", "N", _NUMBER, "10, and above 0"),
    Answer("ndc", "the NDC of a vial", "00000-0000-xx", "NDC", r"[0-9-]{9,11}-([0-9]{1,2}|xx)", "70020-1910-xx"),
    Answer("vial", "milligrams in that vial", "100", "N", _TWO_DECIMALS, "45", ("vial", "mg")),
    Answer(
        "per",
        "what a dose is: mg per m2, per kg, flat, or billed units",
        "m2",
        "WORD",
        "m2|kg|flat|units",
        "m2, kg, flat or units",
    ),
    Answer("dose", "the most of it in one administration", "40", "N", _NUMBER, "40, and above 0"),
    Answer("every", "days between administrations", "21", "DAYS", _DAYS, "21: whole days from 4 to 366"),
    Answer("months", "months that an approval is for", "12", "N", r"[1-9]|[1-5][0-9]|60", "6: whole months up to 60"),
    Answer(
        "diagnosis",
        "how the diagnosis codes begin (ICD-10-CM)",
        "C50",
        "CODE",
        r"[A-Z][0-9][0-9A-Z][0-9A-Z.]*",
        "C50, one beginning in capitals",
    ),
    Answer("dated", "the version's first day", "2025-01-01", "DATE", r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "2025-01-01"),
)


def ask(given: argparse.Namespace, is_asked: bool) -> Mapping[str, str]:
    """Every answer by name: the options, else what is typed on a terminal, else the default."""
    found = {"id": _identifier(given.id, is_asked)}
    for answer in ANSWERS:
        value = getattr(given, answer.name.replace("-", "_"))
        # "the payer" is what stands there where no payer is named.
        default = found["payer"] if answer.name == "publisher" and found["payer"] else answer.default
        if value is None and is_asked:
            value = input(f"{answer.question[0].upper()}{answer.question[1:]} [{default}]: ").strip() or None
        value = default if value is None else value.strip()
        bounds = _bounds(answer)
        is_sound = re.fullmatch(answer.pattern, value) and (answer.metavar != "DATE" or _is_day(value))
        if not is_sound or not (bounds is None or bounds.holds(Decimal(value))):
            within = f", {bounds.span()}" if bounds is not None else ""
            raise UserError(f"--{answer.name} is '{value}', but must be like {answer.like}{within}.")
        found[answer.name] = value
    return found


def _bounds(answer: Answer) -> "Field | None":
    """The field of the policy language whose bounds the answer has to keep."""
    if answer.bounded_by is None:
        return None
    from analytics.policy.language import SHAPES

    table, key = answer.bounded_by
    return SHAPES[table].fields[key]


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _identifier(given: str | None, is_asked: bool) -> str:
    if given is None and is_asked:
        given = input("The policy's id, like acme-ixempra: ").strip()
    if not given:
        raise UserError("um policy new needs the policy's id, like: um policy new acme-ixempra --drug ixabepilone.")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", given):
        raise UserError(
            f"'{given}' is no id for a policy; right would be lower case with - between words, like acme-ixempra."
        )
    return given
