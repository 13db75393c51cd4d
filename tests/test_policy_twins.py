"""Every invented policy against the slow twin, which reads its file by itself, on random extracts about its bounds.

All of them together in one extract: so no policy may judge another's lines, and a study is opened once for each seed.
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from analytics.policy import load as loading
from analytics.results import RESULTS
from tests.policies import FOLDER
from tests.reference import extracts, policies
from tests.reference.dosing_tables import STATUSES
from tests.reference.extract_invented import invented_extract
from tests.reference.from_toml import read_policy, unknown_parts
from tests.reference.invented_profile import profile
from tests.reference.renewals import OUTCOMES
from tests.reference.rules import Policy
from tests.reference.twin import Result, compute
from tests.support import differences, open_study, write_extract
from tests.test_twin import DATES, KEYS

FILES = sorted(FOLDER.glob("*.toml"))
VALUES = ("met", "not_met", "unknown")


Rows = list[dict[str, Any]]


@dataclass
class Compared:
    """What the twin found of the extracts of all seeds, and what the product says otherwise."""

    found: list[Result]
    differences: list[str]

    def rows(self, table: str, policy: Policy) -> Rows:
        """The rows of a policy, by their policy or their request."""
        rows = []
        for result in self.found:
            requests = {row["authorization_id"] for row in result.tables["request"] if row["policy_id"] == policy.id}
            for row in result.tables[table]:
                if row["policy_id"] == policy.id if "policy_id" in row else row["authorization_id"] in requests:
                    rows.append(row)
        return rows


def against(tables: dict[str, list[dict[str, str | None]]], configured: dict[str, str], folder: Path) -> Compared:
    """The twin's tables, and where the product's differ."""
    config = "[policies]\n" + "".join(f'"{payer}" = "{chosen}"\n' for payer, chosen in configured.items())
    expected = compute(tables, policies=configured)
    with open_study(write_extract(folder, tables, config), policies=FOLDER) as study:
        said = [f"{name}: {getattr(study, name)}" for name in DATES if getattr(study, name) != getattr(expected, name)]
        for name, twins in expected.tables.items():
            rows = [{column: value for column, value in row.items() if column != "label"} for row in twins]
            ours = study.frame(name).to_dicts()
            if name == "quarantine":
                one, other = (Counter((row["table_name"], row["reason"]) for row in each) for each in (ours, rows))
                said += [f"quarantine: {one - other} or {other - one}"] if one != other else []
            else:
                said += differences(name, KEYS.get(name, RESULTS[name].key), ours, rows)
    return Compared([expected], said)


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Compared]:
    profiles = [profile(file) for file in FILES]
    configured = {payer: policy for each in profiles for payer, policy in each.config.items()}
    whole = Compared([], [])
    with pytest.MonkeyPatch.context() as patch:
        for each in profiles:
            patch.setitem(policies.POLICIES, each.policy.id, each.policy)
        # Claims from before treatment push the extract's beginning back, behind which doses might be hidden.
        has_history = [bool(each.policy.prior_therapies or each.policy.evidence) for each in profiles]
        with_history = [each for each, has in zip(profiles, has_history, strict=True) if has]
        without = [each for each, has in zip(profiles, has_history, strict=True) if not has]
        for seed, chosen in ((1, profiles), (5, with_history), (8, without)):
            tables = invented_extract(seed, chosen, 0.8)
            if chosen is with_history:
                del tables["pharmacy_claim"]
            one = against(tables, configured, tmp_path_factory.mktemp("twins") / "data")
            whole = Compared(whole.found + one.found, whole.differences + one.differences)
    yield whole


def test_every_table_is_what_the_twin_says(compared: Compared) -> None:
    assert compared.differences == []


def test_the_product_s_policies_read_from_their_files_are_those_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin's reader, on two policies that are written out from the contract."""
    case = extracts.random_case(random.Random(2), 8)
    by_hand = compute(case.tables, case.as_of, case.policies).tables
    for id in (policies.A, policies.B):
        monkeypatch.setitem(policies.POLICIES, id, read_policy(loading.FOLDER / f"{id}.toml"))
    read = compute(case.tables, case.as_of, case.policies).tables
    assert by_hand["request"] and by_hand["administration"]
    assert {name for name, rows in by_hand.items() if rows != read[name]} == set()


def test_the_twin_knows_all_policies() -> None:
    assert {file.stem: unknown_parts(file) for file in FOLDER.glob("*.toml") if unknown_parts(file)} == {}


def reached(compared: Compared, policy: Policy) -> set[str]:
    """Which of the policy's bounds the extracts are on either side of."""
    found = {f"{row['limit_id']}: {row['result']}" for row in compared.rows("limit_result", policy)}
    for row in compared.rows("criterion_result", policy):
        found |= {f"{row['criterion_id']}: {row['evaluated']}"}
    for row in compared.rows("request", policy):
        found |= {f"flag {flag}" for flag in row["flags"]} | {f"too long: {row['approved_too_long']}"}
    for table in ("administration_therapy", "request_evidence"):
        for row in compared.rows(table, policy):
            found |= {f"{row['therapy']}: {word}" for word in (row["on_claims"], row["evidence"])}
    return found


def bounds(policy: Policy) -> set[str]:
    """Each limit is kept and exceeded, each criterion goes every way, each flag is raised, and so on."""
    regimens = [limits for version in policy.versions for limits in version.regimens.values()]
    trees = [
        tree for version in policy.versions for each in (version, *version.indications) for tree in each.trees.values()
    ]
    wanted = {f"{limit.id}: {result}" for limits in regimens for limit in limits for result in ("ok", "exceeded")}
    may_be_unknown = ("cumulative", "site_of_care")
    wanted |= {f"{limit.id}: unknown" for limits in regimens for limit in limits if limit.kind in may_be_unknown}
    wanted |= {f"{node.id}: {value}" for tree in trees for node in tree.nodes for value in VALUES}
    wanted |= {f"flag {flag.name}" for flag in policy.flags} | {"too long: True", "too long: False"}
    for therapy in (*policy.evidence, *policy.prior_therapies):
        words = {"yes", "no", "derived"} | ({"not_evaluable"} if therapy.ndcs else set())
        words |= {"documented", "contradicted"} if therapy.fact else set()
        wanted |= {f"{therapy.name}: {word}" for word in words}
    return wanted


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_extracts_reach_the_bounds(compared: Compared, file: Path) -> None:
    policy = read_policy(file)
    assert bounds(policy) - reached(compared, policy) == set()


def test_all_verdicts_come_about(compared: Compared) -> None:
    rows = [row for result in compared.found for row in result.tables["administration"]]
    assert {row["status"] for row in rows} == set(STATUSES)
    assert {row["breach_kind"] for row in rows} == {None, "over_dose", "over_units", "site", "early", "extra"}
    # That a cycle's beginning isn't known, has extracts of its own in test_policy_cycles.py.
    reasons = {"bsa_unknown", "weight_unknown", "vial_rounding", "course_unknown", "no_authorization"}
    reasons |= {"place_unknown", "places_disagree", "unit_rounding"}
    limits = [row for result in compared.found for row in result.tables["limit_result"]]
    assert {row["reason"] for row in limits} >= reasons
    outcomes = {row["outcome"] for result in compared.found for row in result.tables["renewal"]}
    assert outcomes == set(OUTCOMES) - {"withdrawn"}
