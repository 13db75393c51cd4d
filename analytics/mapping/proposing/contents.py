"""What a column's texts look like: dates of a format, numbers, codes, words of few kinds."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from analytics.extracts.schema import BOOLEAN_WORDS, Column
from analytics.mapping.proposing.looking import Seen
from analytics.mapping.proposing.synonyms import WORDS

# Formats that dates are tried against, the contract's own first; what fits only with another order of day and month
# is told apart by days above 12.
DATES = (
    *("%Y-%m-%d", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%m-%d-%Y", "%d-%m-%Y", "%Y/%m/%d", "%d-%b-%Y", "%d-%b-%y"),
    *("%d%b%Y", "%Y%m%d", "%m/%d/%y", "%d/%m/%y", "%d.%m.%y", "%b %d %Y", "%d %b %Y"),
)
_TIMES = (
    " %H:%M:%S.%f",
    " %H:%M:%S",
    " %H:%M",
    "T%H:%M:%S.%f",
    "T%H:%M:%S",
    "T%H:%M",
    " %I:%M:%S %p",
    " %I:%M %p",
    "T%H:%M:%SZ",
    "T%H:%M:%S.%fZ",
)
# What the contract reads without a format.
_OWN_DATE = re.compile(r"\d{4}-\d{2}-\d{2}$")
_OWN_TIME = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$")
_BLANK_WORDS = (
    "null",
    "(null)",
    "\\n",
    "n/a",
    "na",
    "none",
    "nil",
    ".",
    "-",
    "--",
    "~",
    "?",
    "nan",
    "unknown",
    "00000000",
)
# Numbers as the contract writes them, with a comma before decimals, with commas between thousands.
_PLAIN = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
_COMMA = r"[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?"
_GROUPED = r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?"
# Of a sample, so many must fit: extracts are never clean. With fewer, a column is likely at best.
MOST, MANY = 0.95, 0.7
# A column of words has few of them, and short ones: others could be anybody's, and are never shown.
FEW, LONGEST = 15, 30


@dataclass(frozen=True)
class Dated:
    """formats: those that all texts fit, in the order of trust; several where day and month can't be told apart."""

    formats: tuple[str, ...]
    is_own: bool


def texts_of(seen: Seen) -> list[str]:
    """Its distinct texts, but for words that stand for nothing."""
    return [text for text in seen.distinct if text.lower() not in _BLANK_WORDS]


def blanks_of(seen: Seen) -> list[str]:
    """The words in it that stand for nothing."""
    return sorted({text for text in seen.distinct if text.lower() in _BLANK_WORDS})


def dated(seen: Seen, column: Column, least: float = MOST) -> Dated | None:
    """How its dates are written, as far as at least such a share of its texts is; None where it holds others."""
    texts = texts_of(seen)
    if not texts:
        return None
    own = _OWN_DATE if column.kind == "date" else _OWN_TIME
    if _share(texts, lambda text: bool(own.match(text)), least):
        return Dated((), True)
    likely = [form for form in _formats() if any(_is_date(text, form) for text in texts[:5])]
    found = [form for form in likely if _share(texts, partial(_is_date, form=form), least)]
    return Dated(tuple(found), False) if found else None


def _formats() -> Iterable[str]:
    yield from DATES
    for time in _TIMES:
        for day in DATES:
            yield day + time


def _is_date(text: str, form: str) -> bool:
    if "%f" in form:
        # Python reads six digits of a second at most, databases write up to nine.
        text = re.sub(r"(\.\d{6})\d+", r"\1", text)
    try:
        return 1900 <= datetime.strptime(text, form).year <= 9999
    except ValueError:
        return False


def number_marks(seen: Seen, least: float = MOST) -> dict[str, str] | None:
    """The marks of its numbers where these aren't the contract's; empty where they are; None where it holds others."""
    texts = texts_of(seen)
    marked = [text for text in texts if not re.fullmatch(r"[+-]?\d+", text)]
    if marked and all(re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", text) for text in marked):
        return {"thousands": ","}
    fits = {form: sum(bool(re.fullmatch(form, text)) for text in texts) for form in (_PLAIN, _COMMA, _GROUPED)}
    best = max(fits, key=lambda form: fits[form])
    if not texts or fits[best] < least * len(texts):
        return None
    if best == _COMMA:
        return {"decimal": ",", **({"thousands": "."} if any("." in text for text in texts) else {})}
    return {"thousands": ","} if best == _GROUPED else {}


_CODES: dict[str, Callable[[str], bool]] = {
    "hcpcs": lambda text: bool(re.fullmatch(r"[A-V]\d{4}|\d{4}[0-9FTUM]", text.upper())),
    "icd10": lambda text: bool(re.fullmatch(r"[A-TV-Z]\d[0-9A-Z](\.?[0-9A-Z]{1,4})?", text.upper())),
    "ndc": lambda text: bool(
        re.fullmatch(r"\d{5}-\d{4}-\d{2}|\d{5}-\d{4}-\d|\d{5}-\d{3}-\d{2}|\d{4}-\d{4}-\d{2}", text)
    ),
    "loinc": lambda text: bool(re.fullmatch(r"\d{1,5}-\d", text)) and _loinc_checks(text),
    "npi": lambda text: bool(re.fullmatch(r"[12]\d{9}", text)) and _luhn("80840" + text),
    "taxonomy": lambda text: bool(re.fullmatch(r"\d{3}[0-9A-Z]{6}X", text)),
    "modifier": lambda text: bool(re.fullmatch(r"[A-Z0-9]{2}", text.upper())),
}


def code_of(seen: Seen) -> str | None:
    """The kind of code that its texts are, or None."""
    texts = texts_of(seen)
    fits = [kind for kind, test in _CODES.items() if _share(texts, test)]
    # A HCPCS code could be one of ICD-10 too, but codes of diseases are not all of five signs.
    return fits[0] if fits else None


def is_code(seen: Seen, kind: str) -> bool:
    """Whether its texts could be codes of a kind; also where it holds too little to tell."""
    texts = texts_of(seen)
    return not texts or _share(texts, _CODES[kind], 0.8)


def few_words(seen: Seen) -> list[str] | None:
    """Its distinct texts where these are few short words; None where they are many, and could be anybody's."""
    words = sorted({text.lower(): text for text in texts_of(seen)}.values())
    return words if 0 < len(words) <= FEW and all(len(word) <= LONGEST for word in words) else None


def worded(seen: Seen, column: Column) -> tuple[dict[str, str], list[str]] | None:
    """A word column's words: (the plan's -> the contract's, where they differ), and those not known; None if many."""
    words = few_words(seen)
    if words is None:
        return None
    if column.kind == "boolean":
        unknown = [word for word in words if word.lower() not in BOOLEAN_WORDS]
        return {}, unknown
    meant = WORDS.get(column.name, {})
    known = {word: meant[word.lower()] for word in words if word.lower() in meant and word.lower() not in column.words}
    return known, [word for word in words if word not in known and word.lower() not in column.words]


def holds_own_words(seen: Seen, column: Column) -> bool:
    """Whether nearly all rows of a word column hold the contract's words already."""
    words = BOOLEAN_WORDS if column.kind == "boolean" else column.words
    own = sum(text.lower() in words for text in seen.texts)
    return own >= 0.9 * len(seen.texts)


def _share(texts: list[str], test: Callable[[str], bool], least: float = MOST) -> bool:
    return bool(texts) and sum(map(test, texts)) >= least * len(texts)


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        number = int(digit) * (2 if place % 2 else 1)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def _loinc_checks(code: str) -> bool:
    """LOINC's last digit checks the others (mod 10, as LOINC's guide describes)."""
    number, check = code.split("-")
    odd = "".join(digit for place, digit in enumerate(reversed(number)) if place % 2 == 0)
    even = "".join(digit for place, digit in enumerate(reversed(number)) if place % 2)
    doubled = str(int(odd[::-1]) * 2)
    total = sum(map(int, doubled)) + sum(map(int, even))
    return (10 - total % 10) % 10 == int(check)
