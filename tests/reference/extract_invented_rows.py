"""Rows of other drugs and of observations, as extracts of invented drugs need them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tests.reference.extract_claims import adjusted, line
from tests.reference.extract_world import Person, World


def observe(world: World, who: Person, on: date, loinc: str, result: object, **more: object) -> None:
    row = {"source_units": None, "source_reference_range_high": None, **more}
    world.add("observation", person_id=who.id, observation_date=on, source_code=loinc, result=result, **row)


def other_drug(world: World, who: Person, codes: Sequence[str], ndcs: Sequence[str], on: date) -> None:
    """A claim of another drug, as a line of whichever payer or a fill; some are void or denied."""
    if ndcs and (not codes or world.chance(0.5)):
        ndc = world.pick(*ndcs)
        world.add(
            "pharmacy_claim",
            person_id=who.id,
            dispensing_date=on,
            ndc_code=ndc if len(ndc) == 11 else ndc + world.pick("01", "30"),
            quantity=world.weighted({"120": 0.9, "0": 0.05, None: 0.05}),
            days_supply=world.weighted({"28": 0.4, "42": 0.3, "84": 0.2, "0": 0.05, None: 0.05}),
        )
        return
    units = world.weighted({"2": 0.9, "-2": 0.1})
    payer = world.pick(who.payer, "Birch Plan")
    made = line(world, world.claim_id(), payer, who.id, on, units, hcpcs_code=world.pick(*codes))
    adjusted(world, made, 0.1)
