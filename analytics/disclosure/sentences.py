"""Sentences that others wrote, made fit for a published page."""

import re
from collections.abc import Collection

# A whole number that stands alone: no part of a name, a date, a decimal, a version or a percentage.
_ALONE = re.compile(r"(?<![\w.,:/+\-])(\d{1,3}(?:,\d{3})+|\d+)(?![\w%]|[.,:/\-]\d)")
_SHARE = re.compile(r" ?\([\d.,]+%\)")


def without_small_numbers(sentence: str, threshold: int, withheld: Collection[float] = ()) -> str:
    """The sentence without its small counts: each number from 1 to threshold − 1 becomes "fewer than …".

    Warnings count rows and values; few rows may be few people. A number that the page withholds elsewhere becomes
    "some", and the bracketed percentage goes with a number that goes.
    """

    def blurred(match: re.Match[str]) -> str:
        number = int(match[1].replace(",", ""))
        if 1 <= number < threshold:
            return f"fewer than {threshold}"
        return "some" if number in withheld else match[1]

    safe = _ALONE.sub(blurred, sentence)
    return sentence if safe == sentence else _SHARE.sub("", safe)
