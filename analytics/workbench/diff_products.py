"""How two policies differ in billing codes and vials."""

from collections.abc import Iterator

from analytics.policy.model import Policy, Vial
from analytics.policy.saying import number
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
    sizes = [{vial.mg for vial in some.values()} for some in (before, after)]
    doses = [limit for _, version in sides for limit in version.limits() if limit.kind == "dose" and not limit.advisory]
    decides = sizes[0] != sizes[1] and any(limit.round_to != "whole_unit" for limit in doses)
    effect: Effect = "depends" if decides else "neutral"
    for ndc, vial in before.items():
        if ndc not in after:
            yield Change("code", effect, "gone", ndc, f"The vial {ndc} is gone: {_told(vial)}.", vial.citation, None)
    for ndc, vial in after.items():
        if ndc not in before:
            yield Change("code", effect, "new", ndc, f"The vial {ndc} is new: {_told(vial)}.", None, vial.citation)
        elif before[ndc].mg != vial.mg:
            sentence = f"The vial {ndc} holds {number(vial.mg)} mg instead of {number(before[ndc].mg)} mg."
            yield Change("code", effect, "changed", ndc, sentence, before[ndc].citation, vial.citation)


def _told(vial: Vial) -> str:
    return f"{vial.label}, {number(vial.mg)} mg"
