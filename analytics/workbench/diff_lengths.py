"""How long approvals are in two versions."""

from collections.abc import Iterator

from analytics.policy.model import Version
from analytics.policy.outline import spelled_length
from analytics.policy.rules import Length
from analytics.workbench.diff_kinds import Change, Effect

#: Days of the months of four years: any number of months begins at one of these 48.
_MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
_MONTHS_OF_YEARS = [*_MONTHS * 2, 31, 29, *_MONTHS[2:], *_MONTHS]


def compare_version_lengths(a: Version, b: Version) -> Iterator[Change]:
    """Of approvals of first requests, renewals and exceptions, where no indication says otherwise."""
    yield from compare_lengths("An approval", a.length("initial"), b.length("initial"))
    if a.other_lengths or b.other_lengths:
        yield from compare_lengths("The approval of a renewal", a.length("renewal"), b.length("renewal"))
        one, other = (version.length("initial", exception=True) for version in (a, b))
        yield from compare_lengths("An approved exception", one, other)


def compare_lengths(what: str, a: Length, b: Length) -> Iterator[Change]:
    """Whether approvals got longer or shorter, whichever months they begin in."""
    if (a.months, a.days) == (b.months, b.days):
        return
    (least, most), (new_least, new_most) = _days(a), _days(b)
    effect: Effect = "depends"
    if (a.months > 0) == (b.months > 0):
        effect = "stricter" if new_most < most else "looser"
    elif new_most <= least or new_least >= most:
        effect = "stricter" if new_most <= least else "looser"
    before, after = (spelled_length(length.months, length.days) for length in (a, b))
    sentence = f"{what} is for {after} instead of {before}."
    yield Change("length", effect, "changed", "", sentence, a.citation, b.citation)


def _days(length: Length) -> tuple[int, int]:
    """The fewest and the most days that a length can be."""
    if not length.months:
        return length.days, length.days
    years, months = divmod(length.months, 48)
    spans = [
        sum((_MONTHS_OF_YEARS * 2)[first : first + months]) + years * sum(_MONTHS_OF_YEARS) + length.days
        for first in range(48)
    ]
    return min(spans), max(spans)
