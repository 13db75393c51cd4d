"""The product against a second, slow, plain-Python implementation of the same rules, on random messy extracts."""

import random
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.errors import UserError
from analytics.results import RESULTS
from tests.reference import extracts, twin
from tests.support import differences, open_study, write_extract

# Within a tree the twin knows ids, not places; its labels are nobody's.
KEYS = {"approval_by_criterion": ("policy_id", "policy_version", "payer", "request_type", "criterion_id")}
DATES = ("as_of", "claims_through", "authorizations_through", "horizon")


def compare(case: extracts.Case) -> list[str]:
    """What the product and the twin disagree on."""
    config = "[policies]\n" + "".join(f'"{payer}" = "{policy}"\n' for payer, policy in case.policies.items())
    with tempfile.TemporaryDirectory() as folder:
        write_extract(Path(folder) / "data", case.tables, config)
        with open_study(Path(folder) / "data", as_of=case.as_of) as study:
            try:
                expected = twin.compute(case.tables, as_of=case.as_of, policies=case.policies)
            except ValueError:
                with pytest.raises(UserError):
                    _ = study.as_of
                return []
            found = [
                f"{name}: product {getattr(study, name)}, twin {getattr(expected, name)}"
                for name in DATES
                if getattr(study, name) != getattr(expected, name)
            ]
            for name, twins in expected.tables.items():
                rows = [{column: value for column, value in row.items() if column != "label"} for row in twins]
                ours = study.frame(name).to_dicts()
                if name == "quarantine":
                    if (one := Counter(_reasons(ours))) != (other := Counter(_reasons(rows))):
                        found.append(f"quarantine: product alone {one - other}, twin alone {other - one}")
                else:
                    found += differences(name, KEYS.get(name, RESULTS[name].key), ours, rows)
            return found


def _reasons(rows: list[dict[str, object]]) -> list[tuple[object, object]]:
    return [(row["table_name"], row["reason"]) for row in rows]


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(seed=st.integers(0, 2**32 - 1), n_persons=st.integers(1, 8))
def test_product_and_twin_agree(seed: int, n_persons: int) -> None:
    assert compare(extracts.random_case(random.Random(seed), n_persons)) == []
