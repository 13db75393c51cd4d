"""For which codes rows are kept: those of all policies there are, whoever the payers are."""

import hashlib
from collections.abc import Mapping

from analytics.extracts.rest import reading
from analytics.extracts.schema import BODY_SIZE_CODES
from analytics.lake.record import LAYOUT, Scope
from analytics.policy import Policy, policy_tables


def scope_of(policies: Mapping[str, Policy]) -> Scope:
    """The codes of the policies, and the rules of reading that this version has."""
    tables = policy_tables(policies, [])
    return Scope(
        reading=hashlib.sha256(f"{LAYOUT}\n{reading()}".encode()).hexdigest(),
        policy_codes=tuple(sorted({row[1] for row in tables["policy_code"].rows})),
        class_codes=tuple(sorted({row[2] for row in tables["policy_class_code"].rows})),
        observation_codes=tuple(sorted({row[2] for row in tables["policy_lab"].rows} | {*BODY_SIZE_CODES})),
    )
