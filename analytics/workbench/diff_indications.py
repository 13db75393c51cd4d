"""How two versions differ in their indications, and in how long approvals are."""

from collections.abc import Iterator
from decimal import Decimal

from analytics.policy.model import REQUEST_TYPES, Version
from analytics.policy.outline import spelled_length
from analytics.policy.rules import Indication, Length
from analytics.workbench.diff_kinds import Change, Effect

#: Days in a month, to compare a length in months with one in days.
DAYS_IN_MONTH = Decimal("30.4375")


def compare_lengths(what: str, a: Length, b: Length) -> Iterator[Change]:
    """Whether approvals got longer or shorter."""
    one, other = (length.months * DAYS_IN_MONTH + length.days for length in (a, b))
    if one != other:
        before, after = (spelled_length(length.months, length.days) for length in (a, b))
        sentence = f"{what} is for {after} instead of {before}."
        yield Change("length", "stricter" if other < one else "looser", "changed", "", sentence, a.citation, b.citation)


def compare_indications(a: Version, b: Version) -> Iterator[Change]:
    """Indications that are new or gone, and what changed in those of one name; their criteria are compared with all."""
    before = {indication.name: indication for indication in a.indications}
    after = {indication.name: indication for indication in b.indications}
    for name, one in before.items():
        if name not in after:
            sentence = f"The indication '{name}' is gone: {one.label}."
            yield Change("indication", "stricter", "gone", name, sentence, one.citation, None)
    for name, other in after.items():
        if name not in before:
            # Beside others a new one covers more; the first of all leaves what it doesn't name not listed.
            sentence = f"The indication '{name}' is new: {other.label}."
            effect: Effect = "looser" if before else "depends"
            yield Change("indication", effect, "new", name, sentence, None, other.citation)
        else:
            yield from _changed(a, before[name], b, other)


def _changed(a: Version, one: Indication, b: Version, other: Indication) -> Iterator[Change]:
    where = (one.citation, other.citation)
    if one.when != other.when:
        sentence = f"A request is of '{other.name}' when {other.when.describe()}, and was when {one.when.describe()}."
        yield Change("indication", "depends", "changed", other.name, sentence, *where)
    if set(one.regimens) != set(other.regimens):
        said = (", ".join(each.regimens) or "all" for each in (other, one))
        sentence = f"For '{other.name}', the regimens allowed are {' instead of '.join(said)}."
        yield Change("indication", "depends", "changed", other.name, sentence, *where)
    if one.lengths or other.lengths:
        for request_type in REQUEST_TYPES:
            renewal = "" if request_type == "initial" else " of a renewal"
            what = f"An approval{renewal} for '{other.name}'"
            yield from compare_lengths(what, a.length(request_type, one), b.length(request_type, other))
