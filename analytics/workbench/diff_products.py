"""How two policies differ in billing codes and vials."""

from collections.abc import Iterator

from analytics.policy.model import Policy, Vial
from analytics.policy.saying import number
from analytics.policy.vials import sizes_by_code
from analytics.workbench.diff_asked import Sides
from analytics.workbench.diff_kinds import Change, Effect


def compare_products(sides: Sides) -> Iterator[Change]:
    """Billing codes and vials that are new, gone, or hold another amount."""
    (a, _), (b, _) = sides
    yield from _codes(a, b)
    yield from _first_unit(sides)
    yield from _vials(sides)


def _codes(a: Policy, b: Policy) -> Iterator[Change]:
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


def _first_unit(sides: Sides) -> Iterator[Change]:
    """Limits in units mean those of the first billing code."""
    one, other = (policy.products[0] for policy, _ in sides)
    is_counted = all(any(limit.counted_in == "units" for limit in version.limits()) for _, version in sides)
    if is_counted and one.hcpcs_code != other.hcpcs_code and one.mg_per_unit != other.mg_per_unit:
        sentence = (
            f"Limits in units count those of {other.hcpcs_code}, of {number(other.mg_per_unit)} mg, instead of "
            f"those of {one.hcpcs_code}, of {number(one.mg_per_unit)} mg."
        )
        yield Change("code", "depends", "changed", other.hcpcs_code, sentence, one.citation, other.citation)


def _vials(sides: Sides) -> Iterator[Change]:
    """Sizes of vials decide wherever a dose may be rounded up to whole ones; else they tell what was wasted."""
    before, after = ({vial.ndc: vial for vial in policy.vials} for policy, _ in sides)
    doses = [limit for _, version in sides for limit in version.limits() if limit.kind == "dose" and not limit.advisory]
    decides = _are_unlike(sides) and any(limit.round_to != "whole_unit" for limit in doses)
    effect: Effect = "depends" if decides else "neutral"
    for ndc, vial in before.items():
        if ndc not in after:
            yield Change("code", effect, "gone", ndc, f"The vial {ndc} is gone: {_told(vial)}.", vial.citation, None)
    for ndc, vial in after.items():
        if ndc not in before:
            yield Change("code", effect, "new", ndc, f"The vial {ndc} is new: {_told(vial)}.", None, vial.citation)
        elif differs := list(_differences(before[ndc], vial)):
            sentence = f"The vial {ndc} {' and '.join(differs)}."
            yield Change("code", effect, "changed", ndc, sentence, before[ndc].citation, vial.citation)


def _are_unlike(sides: Sides) -> bool:
    """Whether vials of a billing code that both have differ in size; where they share none, of any code."""
    before, after = (sizes_by_code(policy.products, policy.vials) for policy, _ in sides)
    if shared := before.keys() & after.keys():
        return any(before[code] != after[code] for code in shared)
    return {vial.mg for vial in sides[0][0].vials} != {vial.mg for vial in sides[1][0].vials}


def _differences(one: Vial, other: Vial) -> Iterator[str]:
    if one.mg != other.mg:
        yield f"holds {number(other.mg)} mg instead of {number(one.mg)} mg"
    if one.hcpcs_code != other.hcpcs_code:
        yield f"is of {_whose(other)} instead of {_whose(one)}"


def _whose(vial: Vial) -> str:
    return "all billing codes" if vial.hcpcs_code is None else f"{vial.hcpcs_code} alone"


def _told(vial: Vial) -> str:
    of = "" if vial.hcpcs_code is None else f", of {_whose(vial)}"
    return f"{vial.label}, {number(vial.mg)} mg{of}"
