"""Several random extracts as one, so that one run of a slow engine covers them all."""

import random
import re
from collections.abc import Iterable

from tests.reference import extracts
from tests.reference.extract_world import POLICIES
from tests.reference.schema import Raw

# Within an extract these tell persons, claims and requests apart; between extracts they would run into each other.
_IDS = {"person_id", "claim_id", "original_claim_id", "authorization_id", "prior_authorization_id"}
# Random extracts are messier than the gate lets pass.
CONFIG = "[policies]\n" + "".join(f'"{payer}" = "{policy}"\n' for payer, policy in POLICIES.items())
CONFIG += "[gate]\nmax_quarantined_percent = 100\n"


def merged_extract(seeds: Iterable[int], n_persons: int) -> dict[str, list[Raw]]:
    """The raw text rows of one random extract a seed, by input table; headers are lower case throughout."""
    found: dict[str, list[Raw]] = {}
    for seed in seeds:
        case = extracts.random_case(random.Random(seed), n_persons)
        for name, rows in case.tables.items():
            found.setdefault(name, []).extend(_apart(row, f"d{seed}-") for row in rows)
    return found


def _apart(row: Raw, mark: str) -> Raw:
    return {
        column.lower(): re.sub(r"\S", lambda first: mark + first[0], value, count=1)
        if value and column.lower() in _IDS
        else value
        for column, value in row.items()
    }
