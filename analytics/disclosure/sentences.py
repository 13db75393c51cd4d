"""Sentences that others wrote, made fit for a published page."""

import re
from collections.abc import Collection

# A whole number that stands alone: no part of a name, a date, a decimal, a version or a percentage.
_ALONE = re.compile(r"(?<![\w.,:/+\-])(\d{1,3}(?:,\d{3})+|\d+)(?![\w%]|[.,:/\-]\d)")
# A percentage in brackets tells the number that it is of, and so does the singular.
_SHARE = re.compile(r"(?<=\()[\d.,]+%(?:[;,] ?)?|(?<=\()[^()]*?[\d.,]+%(?=\))")
_PLURAL = {
    "is": "are",
    "was": "were",
    "has": "have",
    "does": "do",
    "breaks": "break",
    "reads": "read",
    "lies": "lie",
    "row": "rows",
    "value": "values",
    "request": "requests",
    "line": "lines",
    "day": "days",
    "claim": "claims",
    "person": "people",
    "decision": "decisions",
    "answer": "answers",
    "column": "columns",
}
_WORD = re.compile(rf"\b({'|'.join(_PLURAL)})\b")
# What a number that went is said of: the rest of its clause.
_CLAUSE = re.compile(r"(?<=\x00)[^.;:(\x00]*")


def without_small_numbers(sentence: str, threshold: int, withheld: Collection[float] = ()) -> str:
    """The sentence without its small counts: each number from 1 to threshold − 1 becomes "fewer than …".

    Warnings count rows and values; few rows may be few people. A number that the page withholds elsewhere becomes
    "some". With a number goes its percentage in brackets, and the singular that would give a 1 away.
    """

    def blurred(match: re.Match[str]) -> str:
        number = int(match[1].replace(",", ""))
        if 1 <= number < threshold:
            return f"fewer than {threshold}\x00"
        return "some\x00" if number in withheld else match[1]

    # What stands in quotation marks is a rule, not a count.
    pieces = re.split(r"(“[^”]*”)", sentence)
    safe = "".join(piece if piece.startswith("“") else _ALONE.sub(blurred, piece) for piece in pieces)
    if safe == sentence:
        return sentence
    told = _CLAUSE.sub(lambda clause: _WORD.sub(lambda word: _PLURAL[word[1]], clause[0]), safe)
    return _SHARE.sub("", told).replace(" ()", "").replace("\x00", "")
