"""Which vials a dose may be drawn from: those of the billing codes of its day, and what whole ones of them hold.

The vials of a billing code are those that name it and those that name none. Codes whose vials have the same sizes share
a set of sizes. Each set is a bit (1, 2, 4, …): a day billed under several codes has the sum of their bits, and the
vials of all of them.
"""

from collections import Counter
from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal
from itertools import pairwise
from math import gcd

from analytics.policy.dosing import DosePer
from analytics.policy.model import Policy, Product, Vial

#: Body sizes and tolerance beyond anything plausible: whole vials are summed up to a dose for them.
LARGEST_SIZES: Mapping[DosePer | None, Decimal] = {"m2": Decimal(6), "kg": Decimal(400), "flat": Decimal(1)}
LARGEST_TOLERANCE = Decimal("1.1")
LEAST_VIAL_SUM_MG = Decimal(60)
#: Vial sizes have two decimals at most (parts.py), so they are whole in hundredths of a milligram.
HUNDREDTHS = 100
#: So many sets of sizes at most: every combination of them is a set that a day may have.
MOST_SETS = 8

#: Sizes in mg, each once, ascending.
Sizes = tuple[Decimal, ...]


def sizes_by_code(products: tuple[Product, ...], vials: tuple[Vial, ...]) -> dict[str, Sizes]:
    """The sizes of each billing code's vials; none where no vial is of the code."""
    return {
        product.hcpcs_code: tuple(sorted({vial.mg for vial in vials if vial.hcpcs_code in (None, product.hcpcs_code)}))
        for product in products
    }


def set_by_code(policy: Policy) -> dict[str, int]:
    """The bit of each billing code's set of sizes."""
    by_code = sizes_by_code(policy.products, policy.vials)
    bits = {sizes: 1 << place for place, sizes in enumerate(dict.fromkeys(by_code.values()))}
    return {code: bits[sizes] for code, sizes in by_code.items()}


def sizes_of(policy: Policy, vial_sets: int) -> Sizes:
    """The sizes of a day's vials, by the sum of the bits of its billing codes."""
    by_code = sizes_by_code(policy.products, policy.vials)
    return tuple(sorted({mg for code, bit in set_by_code(policy).items() if bit & vial_sets for mg in by_code[code]}))


def sizes_by_sets(policy: Policy) -> dict[int, Sizes]:
    """The sizes of every set, and of every combination of sets, that a day may have."""
    whole = sum(set(set_by_code(policy).values()))
    return {vial_sets: sizes_of(policy, vial_sets) for vial_sets in range(1, whole + 1)}


def vial_sums(policy: Policy, sizes: Sizes) -> list[tuple[Decimal, Decimal]]:
    """The sums of whole vials of these sizes as half-open steps in mg: a need in (above, up to] is held by `up to`.

    They reach past the largest dose to be expected under any dose limit, and at least past 60 mg.
    """
    limits = [limit for version in policy.versions for limit in version.limits() if limit.kind == "dose"]
    unit = policy.products[0].mg_per_unit
    doses = [limit.in_mg(unit) * LARGEST_SIZES[limit.per] for limit in limits]
    reach = max([LEAST_VIAL_SUM_MG, *(dose * LARGEST_TOLERANCE for dose in doses)]) + sizes[0]
    step = Decimal(gcd(*(int(size * HUNDREDTHS) for size in sizes))) / HUNDREDTHS
    coins = [int(size / step) for size in sizes]
    end = int((reach / step).to_integral_value(ROUND_CEILING)) + coins[0]
    reachable = [True]
    for total in range(1, end + 1):
        reachable.append(any(coin <= total and reachable[total - coin] for coin in coins))
    sums = [step * total for total, can_be in enumerate(reachable) if can_be]
    return list(pairwise(sums))


def fewest(held: Decimal, sizes: Sizes) -> dict[Decimal, int]:
    """The fewest whole vials of these sizes that hold exactly so much, the largest first: how many of each."""
    drawn: dict[Decimal, Counter[Decimal]] = {Decimal(0): Counter()}
    latest = drawn
    while held not in drawn:
        latest = {
            total + size: many + Counter({size: 1})
            for total, many in latest.items()
            for size in sizes
            if total + size <= held and total + size not in drawn
        }
        assert latest, f"{held} mg is no sum of vials"
        drawn |= latest
    return dict(sorted(drawn[held].items(), reverse=True))
