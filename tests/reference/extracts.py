"""Random small extracts, messy but mostly usable, for holding two implementations against each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from tests.reference import extract_claims, extract_people, extract_requests
from tests.reference.coverage import WANTED, coverage
from tests.reference.extract_mess import make_mess, random_as_of
from tests.reference.extract_world import POLICIES, TABLES, World
from tests.reference.policies import A, B
from tests.reference.schema import Raw

__all__ = ["POLICIES", "WANTED", "Case", "coverage", "random_case", "random_extract"]

BEGIN = date(2022, 9, 1)  # so that policy B's change of 2024-02-16 falls amid the requests


@dataclass(frozen=True)
class Case:
    """An extract with the settings of a run: as_of (None is the default) and the configured policies."""

    tables: dict[str, list[Raw]]
    as_of: date | None
    policies: dict[str, str]


def random_extract(rng: Random, n_persons: int) -> dict[str, list[Raw]]:
    """Raw text rows by input table; optional tables are sometimes absent. Run it with `POLICIES`."""
    return _tables(_world(rng, n_persons))


def random_case(rng: Random, n_persons: int) -> Case:
    """An extract together with random settings."""
    world = _world(rng, n_persons)
    policies = dict(POLICIES)
    if world.chance(0.1):
        policies["*"] = world.pick(A, B)
    if world.chance(0.05):
        policies["ConnectiCare"] = A
    return Case(_tables(world), random_as_of(world), policies)


def _world(rng: Random, n_persons: int) -> World:
    world = World(rng, BEGIN, BEGIN + timedelta(days=rng.randint(500, 950)))
    world.history = world.pick(300, 300, 0)
    for number in range(1, n_persons + 1):
        who = extract_people.person(world, number)
        extract_claims.course(world, who)
        extract_claims.other_lines(world, who)
        extract_requests.chain(world, who)
        extract_people.eligibility(world, who)
        extract_people.observations(world, who)
        extract_people.pharmacy(world, who)
    extract_people.strangers(world)
    make_mess(world)
    return world


def _tables(world: World) -> dict[str, list[Raw]]:
    kept = {name for name in TABLES if name in ("medical_claim", "authorization") or not world.chance(0.08)}
    return {name: rows for name, rows in world.tables.items() if name in kept}
