"""What differs between two versions of a policy, or between two payers' policies: stricter, looser, new or gone."""

from collections.abc import Iterator
from decimal import Decimal

from analytics.policy.dosing import Limit, Regimen
from analytics.policy.model import Policy, Version
from analytics.policy.saying import limit_words, number
from analytics.workbench.diff_criteria import compare_trees
from analytics.workbench.diff_facts import compare_facts
from analytics.workbench.diff_indications import compare_indications, compare_lengths
from analytics.workbench.diff_kinds import Area, Change, Effect


def compare(a: Policy, a_version: Version, b: Policy, b_version: Version) -> list[Change]:
    """Every change from the first to the second: length, caps, regimens and limits, criteria, codes."""
    return [
        *_lengths(a_version, b_version),
        *compare_indications(a_version, b_version),
        *_caps(a_version, b_version),
        *_courses(a_version, b_version),
        *_regimens(a_version, b_version),
        *compare_trees(a, a_version, b, b_version),
        *compare_facts(a, b),
        *_products(a, b),
    ]


def _effect(is_stricter: bool) -> Effect:
    return "stricter" if is_stricter else "looser"


def _lengths(a: Version, b: Version) -> Iterator[Change]:
    yield from compare_lengths("An approval", a.length("initial"), b.length("initial"))
    if a.other_lengths or b.other_lengths:
        yield from compare_lengths("The approval of a renewal", a.length("renewal"), b.length("renewal"))
        one, other = (version.length("initial", exception=True) for version in (a, b))
        yield from compare_lengths("An approved exception", one, other)


def _caps(a: Version, b: Version) -> Iterator[Change]:
    area = (a.bsa_cap_citation, b.bsa_cap_citation)
    yield from _cap("Body surface area", "m²", a.bsa_cap_m2, b.bsa_cap_m2, area)
    weight = (a.weight_cap_citation, b.weight_cap_citation)
    yield from _cap("Body weight", "kg", a.weight_cap_kg, b.weight_cap_kg, weight)


def _courses(a: Version, b: Version) -> Iterator[Change]:
    """When a course begins anew, where a limit of both asks for it."""
    if all(any(limit.needs_course() for limit in version.limits()) for version in (a, b)):
        one, other = a.course_gap_days(), b.course_gap_days()
        if one != other:
            sentence = f"A new course begins after {other} days without a dose instead of {one}."
            yield Change("course", "depends", "changed", "", sentence, a.course_citation, b.course_citation)


def _cap(
    what: str, unit: str, one: Decimal | None, other: Decimal | None, where: tuple[str | None, str | None]
) -> Iterator[Change]:
    if one == other:
        return
    if one is None and other is not None:
        yield Change("cap", "stricter", "new", "", f"{what} is capped at {other} {unit}, and was not.", *where)
    elif other is None:
        yield Change("cap", "looser", "gone", "", f"{what} is capped no longer; it was at {one} {unit}.", *where)
    elif one is not None:
        sentence = f"{what} is capped at {other} {unit} instead of {one} {unit}."
        yield Change("cap", _effect(other < one), "changed", "", sentence, *where)


def _regimens(a: Version, b: Version) -> Iterator[Change]:
    before = {regimen.name.lower(): regimen for regimen in a.regimens}
    after = {regimen.name.lower(): regimen for regimen in b.regimens}
    for name, regimen in before.items():
        if name not in after:
            sentence = f"The regimen '{regimen.name}' is gone: {regimen.label}."
            yield Change("regimen", "stricter", "gone", regimen.name, sentence, regimen.citation, None)
    for name, regimen in after.items():
        if name not in before:
            sentence = f"The regimen '{regimen.name}' is new: {regimen.label}."
            yield Change("regimen", "looser", "new", regimen.name, sentence, None, regimen.citation)
        else:
            yield from _limits(before[name], regimen)


def _limits(a: Regimen, b: Regimen) -> Iterator[Change]:
    """Limits of one id are one limit; else those of one kind are, in their order."""
    left = list(b.limits)
    for limit in a.limits:
        other = next((each for each in left if each.id == limit.id and each.kind == limit.kind), None)
        other = other or next((each for each in left if (each.kind, each.span) == (limit.kind, limit.span)), None)
        if other is None:
            effect: Effect = "neutral" if limit.advisory else "looser"
            sentence = f"In '{a.name}', a limit is gone: {limit_words(limit)}."
            yield Change(_area(limit), effect, "gone", limit.id, sentence, limit.citation, None)
        else:
            left.remove(other)
            yield from _limit(limit, other, b.name)
    for limit in left:
        effect = "neutral" if limit.advisory else "stricter"
        sentence = f"In '{b.name}', a limit is new: {limit_words(limit)}."
        yield Change(_area(limit), effect, "new", limit.id, sentence, None, limit.citation)


def _area(limit: Limit) -> Area:
    return "site" if limit.kind == "site_of_care" else "dose" if limit.kind == "dose" else "window"


def _limit(a: Limit, b: Limit, regimen: str) -> Iterator[Change]:
    before, after = limit_words(a), limit_words(b)
    if before == after:
        return
    sentence = f"In '{regimen}', {after} instead of {before}."
    yield Change(_area(b), _limit_effect(a, b), "changed", b.id, sentence, a.citation, b.citation)


def _limit_effect(a: Limit, b: Limit) -> Effect:
    """Stricter where nothing got looser, and the reverse; else it depends on the case."""
    signs = {_sign(a.at_most, b.at_most), -_sign(a.window_days or 0, b.window_days or 0), _sign(a.advisory, b.advisory)}
    signs |= _rounding_signs(a, b) | _place_signs(a, b)
    if a.cycles != b.cycles:
        # The days up to each dose hold whatever a cycle of their length does.
        signs |= {1} if a.cycles is None else {-1} if b.cycles is None else {1, -1}
    signs.discard(0)
    if len(signs) != 1 or _measure(a) != _measure(b):
        return "depends"
    return _effect(signs == {-1})


def _measure(limit: Limit) -> tuple[object, ...]:
    """What two limits must share to be compared by their numbers."""
    return limit.per, limit.counted_in, limit.doses, limit.span


def _rounding_signs(a: Limit, b: Limit) -> set[int]:
    """1 where more is forgiven by rounding, -1 where less; both between a percentage and whole vials."""
    if {a.round_to, b.round_to} >= {"whole_vial"} and (a.round_percent or b.round_percent):
        return {1, -1}
    order = ("whole_unit", None, "whole_vial")
    return {
        _sign(order.index(a.round_to), order.index(b.round_to)),
        _sign(a.round_percent or 0, b.round_percent or 0),
    }


def _place_signs(a: Limit, b: Limit) -> set[int]:
    """1 where places are new, -1 where some are gone."""
    before, after = set(a.places), set(b.places)
    return {int(bool(after - before)), -int(bool(before - after))}


def _sign(before: Decimal | int, after: Decimal | int) -> int:
    """1 where it grew, -1 where it shrank."""
    return int(after > before) - int(after < before)


def _products(a: Policy, b: Policy) -> Iterator[Change]:
    before = {product.hcpcs_code: product for product in a.products}
    after = {product.hcpcs_code: product for product in b.products}
    for code in sorted(before.keys() - after.keys()):
        sentence = f"The billing code {code} is gone: {before[code].label}."
        yield Change("code", "neutral", "gone", code, sentence, before[code].citation, None)
    for code in sorted(after.keys() - before.keys()):
        sentence = f"The billing code {code} is new: {after[code].label}."
        yield Change("code", "neutral", "new", code, sentence, None, after[code].citation)
    for code in sorted(before.keys() & after.keys()):
        one, other = before[code], after[code]
        if one.mg_per_unit != other.mg_per_unit:
            mg = f"{number(other.mg_per_unit)} mg instead of {number(one.mg_per_unit)} mg"
            sentence = f"One unit of {code} is {mg}."
            yield Change("code", "depends", "changed", code, sentence, one.citation, other.citation)
