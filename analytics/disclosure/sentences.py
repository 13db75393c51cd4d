"""Sentences that others wrote, made fit for a published page."""

import re

# A whole number that stands alone: no part of a name, a date, a decimal, a version or a percentage.
_ALONE = re.compile(r"(?<![\w.,:/+\-])(\d+)(?![\w%]|[.,:/\-]\d)")


def without_small_numbers(sentence: str, threshold: int) -> str:
    """The sentence with every whole number from 1 to threshold − 1 that stands alone replaced by "fewer than …".

    Warnings count rows and values; a count of few rows may be few people.
    """

    def blurred(match: re.Match[str]) -> str:
        return f"fewer than {threshold}" if 1 <= int(match[1]) < threshold else match[1]

    return _ALONE.sub(blurred, sentence)
