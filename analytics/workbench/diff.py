"""What differs between two versions of a policy, or between two payers' policies: stricter, looser, new or gone."""

from collections.abc import Iterator
from decimal import Decimal

from analytics.policy.model import Policy, Version
from analytics.policy.saying import new_course
from analytics.workbench.diff_criteria import compare_trees
from analytics.workbench.diff_facts import compare_facts
from analytics.workbench.diff_indications import compare_indications
from analytics.workbench.diff_kinds import Change, Effect
from analytics.workbench.diff_lengths import compare_version_lengths
from analytics.workbench.diff_limits import compare_regimens
from analytics.workbench.diff_products import compare_products
from analytics.workbench.diff_rest import untold


def compare(a: Policy, a_version: Version, b: Policy, b_version: Version) -> list[Change]:
    """Every change from the first to the second: lengths, indications, caps, limits, criteria, answers, codes."""
    sides = (a, a_version), (b, b_version)
    found = [
        *compare_version_lengths(a_version, b_version),
        *compare_indications(a, a_version, b, b_version),
        *_caps(a_version, b_version),
        *_courses(a_version, b_version),
        *compare_regimens(sides),
        *compare_trees(a, a_version, b, b_version),
        *compare_facts(sides),
        *compare_products(sides),
    ]
    return [*found, *untold(sides, found)]


def _effect(is_stricter: bool) -> Effect:
    return "stricter" if is_stricter else "looser"


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
            sentence = f"{new_course(other)} instead of {one}."
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
