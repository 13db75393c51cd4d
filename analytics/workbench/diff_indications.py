"""How two versions differ in their indications: which there are, when a request is of one, and in which order."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from analytics.policy.model import REQUEST_TYPES, Policy, Version
from analytics.policy.rules import Indication
from analytics.workbench.diff_kinds import Change, Effect
from analytics.workbench.diff_lengths import compare_lengths
from analytics.workbench.diff_rules import can_both_hold, effect, form


def compare_indications(a: Policy, a_version: Version, b: Policy, b_version: Version) -> Iterator[Change]:
    """Indications that are new or gone, in another order, or changed; their criteria are compared with all."""
    before = {indication.name: indication for indication in a_version.indications}
    after = {indication.name: indication for indication in b_version.indications}
    both = (a, b)
    for name, one in before.items():
        if name not in after:
            # What a later one would take as well is judged by that one now.
            does: Effect = "depends" if not after or _reaches_later(both, one, a_version) else "stricter"
            sentence = f"The indication '{name}' is gone: {one.label}."
            yield Change("indication", does, "gone", name, sentence, one.citation, None)
    for name, other in after.items():
        if name not in before:
            # Beside others a new one covers more; the first of all leaves what it doesn't name not listed.
            does = "depends" if not before or _reaches_later(both, other, b_version) else "looser"
            sentence = f"The indication '{name}' is new: {other.label}."
            yield Change("indication", does, "new", name, sentence, None, other.citation)
        else:
            yield from _when(both, before[name], a_version, other, b_version)
            yield from _regimens(a_version, before[name], b_version, other)
            yield from _lengths(a_version, before[name], b_version, other)
    yield from _order(both, before, after)


def _later(one: Indication, version: Version) -> tuple[Indication, ...]:
    return version.indications[version.indications.index(one) + 1 :]


def _reaches_later(policies: Sequence[Policy], one: Indication, version: Version) -> bool:
    """Whether a request may be of an indication that comes later, but for this one."""
    return any(can_both_hold(policies, one.when, other.when) for other in _later(one, version))


def _order(policies: Sequence[Policy], before: dict[str, Indication], after: dict[str, Indication]) -> Iterator[Change]:
    """Pairs that changed places: a request that fits both is judged by the other one now."""
    places = {name: place for place, name in enumerate(after)}
    shared = [name for name in before if name in after]
    for first, second in combinations(shared, 2):
        if places[first] < places[second]:
            continue
        # Where only one version has such requests, what changed in when they are of it says what comes of them.
        fits = [can_both_hold(policies, some[first].when, some[second].when) for some in (before, after)]
        does: Effect = "depends" if all(fits) else "neutral"
        come = "is judged by" if any(fits) else "would be judged by"
        none = "" if any(fits) else "; none does"
        sentence = (
            f"The indication '{second}' stands before '{first}', and stood behind it: a request that fits both "
            f"{come} '{second}'{none}."
        )
        yield Change("indication", does, "changed", second, sentence, before[second].citation, after[second].citation)


def _when(policies: Sequence[Policy], one: Indication, a: Version, other: Indication, b: Version) -> Iterator[Change]:
    """A request that is of it no longer is of none, unless a later one takes it, and the reverse."""
    if form(one.when) == form(other.when):
        return
    does = effect(policies, one.when, other.when)
    if does is not None and (_reaches_later(policies, one, a) or _reaches_later(policies, other, b)):
        does = "depends"
    same = ", which comes to the same" if does is None else ""
    was = f"and was when {one.when.describe()}"
    sentence = f"A request is of '{other.name}' when {other.when.describe()}, {was}{same}."
    if one.when.describe() == other.when.describe():
        sentence = f"A request is of '{other.name}' by other codes than before: {other.when.describe()}{same}."
    yield Change("indication", does or "neutral", "changed", other.name, sentence, one.citation, other.citation)


def _regimens(a: Version, one: Indication, b: Version, other: Indication) -> Iterator[Change]:
    """Which regimens it allows: all, where it names none. Those that are new or gone are told by themselves."""
    before, after = ({name.lower() for name in each.regimens} for each in (one, other))
    if before == after:
        return
    all_before, all_after = ({regimen.name.lower() for regimen in version.regimens} for version in (a, b))
    before, after = before or all_before, after or all_after
    does: Effect = "depends"
    if before <= after or after <= before:
        does = "neutral" if before == after else "looser" if before < after else "stricter"
    said = (", ".join(each.regimens) or "all" for each in (other, one))
    sentence = f"For '{other.name}', the regimens allowed are {' instead of '.join(said)}."
    yield Change("indication", does, "changed", other.name, sentence, one.citation, other.citation)


def _lengths(a: Version, one: Indication, b: Version, other: Indication) -> Iterator[Change]:
    if not one.lengths and not other.lengths:
        return
    for request_type in REQUEST_TYPES:
        renewal = "" if request_type == "initial" else " of a renewal"
        what = f"An approval{renewal} for '{other.name}'"
        yield from compare_lengths(what, a.length(request_type, one), b.length(request_type, other))
    if "exception" in {*one.lengths, *other.lengths}:
        lengths = a.length("initial", one, exception=True), b.length("initial", other, exception=True)
        yield from compare_lengths(f"An approved exception for '{other.name}'", *lengths)
