"""Policy files: what the two that we ship say, how another is added, and whose policy is whose."""

import time
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from analytics.errors import UserError
from analytics.policy import load_policies, resolve_payers
from analytics.policy.load import load_policy
from analytics.policy.rules import Node

POLICY_A = "ixempra-oncology-injectable"
POLICY_B = "emblemhealth-mg-mm-ph-153"
POLICIES = load_policies()

TREE_A = "(1 all 1.indication 1.A (1.B any 1.B.i 1.B.ii 1.B.iii) 1.C)"
CAPECITABINE = (
    "(I.1.A.i all I.1.A.i.combination (I.1.A.i.resistance any"
    " (I.1.A.i.a all I.1.A.i.a.anthracycline I.1.A.i.a.taxane)"
    " (I.1.A.i.b all I.1.A.i.b.taxane I.1.A.i.b.contraindicated)))"
)
ALONE = "(I.1.A.ii all I.1.A.ii.single_agent I.1.A.ii.anthracycline I.1.A.ii.taxane I.1.A.ii.capecitabine)"
TRASTUZUMAB = (
    "(I.1.A.iii all I.1.A.iii.trastuzumab"
    " (I.1.A.iii.one_of any I.1.A.iii.one_of.a I.1.A.iii.one_of.b I.1.A.iii.one_of.c))"
)
LIMITATIONS = "(L all L.1 L.2 L.3 L.4 L.5)"
BEFORE = f"I.1.A.dx_code I.1.A.disease (I.1.A any {CAPECITABINE} {ALONE} {TRASTUZUMAB}) {LIMITATIONS}"
SINCE = f"I.1.A.dx_code I.1.A.disease (I.1.A any {CAPECITABINE} {ALONE}) {LIMITATIONS}"


def drawn(node: Node) -> str:
    """A tree as one line: (id operator children)."""
    if node.operator is None:
        return node.criterion.id
    return f"({node.criterion.id} {node.operator} {' '.join(drawn(child) for child in node.children)})"


@pytest.mark.parametrize(
    ("policy_id", "version", "initial", "renewal"),
    [
        (POLICY_A, "2023-12-20", TREE_A, TREE_A),
        (POLICY_B, "2019-07-15", f"(I all {BEFORE})", f"(II all (II.1 all {BEFORE}) II.2 II.3)"),
        (POLICY_B, "2024-02-16", f"(I all {SINCE})", f"(II all (II.1 all {SINCE}) II.2 II.3)"),
    ],
)
def test_trees(policy_id: str, version: str, initial: str, renewal: str) -> None:
    found = next(each for each in POLICIES[policy_id].versions if each.name == version)
    assert drawn(found.initial) == initial
    assert drawn(found.renewal) == renewal


def test_conjuncts() -> None:
    a, b = POLICIES[POLICY_A].versions[0], POLICIES[POLICY_B].versions[1]
    assert a.initial.conjuncts() == a.renewal.conjuncts() == ("1.indication", "1.A", "1.B", "1.C")
    limitations = ("L.1", "L.2", "L.3", "L.4", "L.5")
    assert b.initial.conjuncts() == ("I.1.A.dx_code", "I.1.A.disease", "I.1.A", *limitations)
    assert b.renewal.conjuncts() == ("II.1", "II.2", "II.3")


@pytest.mark.parametrize(
    ("policy_id", "day", "version"),
    [
        (POLICY_A, date(1999, 1, 1), "2023-12-20"),
        (POLICY_A, date(2025, 1, 8), "2023-12-20"),
        (POLICY_B, date(1999, 1, 1), "2019-07-15"),
        (POLICY_B, date(2024, 2, 15), "2019-07-15"),
        (POLICY_B, date(2024, 2, 16), "2024-02-16"),
        (POLICY_B, date(2030, 1, 1), "2024-02-16"),
    ],
)
def test_version_in_force(policy_id: str, day: date, version: str) -> None:
    assert POLICIES[policy_id].version_on(day).name == version


def test_versions_lengths_caps_and_presumptions() -> None:
    a, b = POLICIES[POLICY_A], POLICIES[POLICY_B]
    assert [(v.length_months, v.length_days, v.bsa_cap_m2) for v in a.versions] == [(12, 0, None)]
    assert [(v.length_months, v.length_days, v.bsa_cap_m2) for v in b.versions] == [(6, 0, Decimal("2.2"))] * 2
    presumed = {criterion.id for criterion in b.criteria.values() if criterion.presumed}
    assert presumed == {"L.1", "L.4", "L.5"}
    assert not any(criterion.presumed for criterion in a.criteria.values())
    assert "only condition c can be met" in str(b.criteria["I.1.A.iii"].remark)


def test_diagnosis_codes_of_policy_b() -> None:
    listed = [code.code for code in POLICIES[POLICY_B].code_lists["breast_cancer"].codes]
    expected = [f"C50.{site}{sex}{side}" for site in "012345689" for sex in "12" for side in "129"]
    assert listed == [*expected, "Z85.3"]


def test_revision_histories_are_whole() -> None:
    dates = [[str(revision.dated) for revision in POLICIES[each].revisions] for each in (POLICY_A, POLICY_B)]
    assert dates[0] == ["2023-12-20", "2025-01-08"]
    assert dates[1] == ["2019-07-15", "2022-07-25", "2023-06-22", "2024-02-16", "2025-03-31"]


def test_loading_is_fast() -> None:
    """Some 0.03 s of processor time; the bound leaves room for a slower machine."""

    def seconds() -> float:
        start = time.process_time()
        load_policies()
        return time.process_time() - start

    assert min(seconds() for _ in range(5)) < 0.1


# ---- another drug, in a file of its own and no code


MINIMAL = """
id = "{id}"
title = "Another drug"
drug = "{drug}"
payers = ["Acme"]

[[document]]
name = "P1"
title = "A policy"
publisher = "A payer"

[[product]]
hcpcs_code = "{code}"
mg_per_unit = 10
label = "x"
citation = "P1, 1"

[[vial]]
ndc = "12345-123-01"
mg = 100
label = "x"
citation = "P1, 1"

[[question]]
name = "weight_kg"
type = "number"
label = "x"

[criterion."A"]
label = "x"
citation = "P1, 1"

[criterion."A.1"]
label = "x"
citation = "P1, 1"
test = {{ none = [{{ fact = "weight_kg", at_most = 30 }}] }}

[[version]]
dated = 2020-01-01
label = "x"
citation = "P1, 1"
authorization_length = {{ days = 90, citation = "P1, 1" }}
initial = {{ id = "A", all = ["A.1"] }}
renewal = {{ id = "A", all = ["A.1"] }}

[[version.regimen]]
name = "daily"
label = "x"
citation = "P1, 1"

[[version.regimen.limit]]
id = "daily.units"
kind = "units"
at_most = 12.5
window_days = 30
label = "x"
citation = "P1, 1"
"""


def with_minimal(tmp_path: Path, **files: tuple[str, str]) -> Path:
    """A folder of minimal policies: file name -> (drug, code)."""
    for name, (drug, code) in files.items():
        text = MINIMAL.format(id=name, drug=drug, code=code)
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_minimal_policy_of_another_drug(tmp_path: Path) -> None:
    policy = load_policy(with_minimal(tmp_path, one=("drug", "J0001")) / "one.toml")
    assert policy.versions[0].length_days == 90
    assert policy.versions[0].windows() == (30,)
    assert policy.versions[0].bsa_cap_m2 is None


# ---- payers


def test_payers_named_by_policies_and_by_the_configuration() -> None:
    named = [("ConnectiCare", POLICY_B), ("EmblemHealth", POLICY_B)]
    assert resolve_payers(POLICIES, {}) == named
    assert resolve_payers(POLICIES, {"*": POLICY_A}) == [*named, (None, POLICY_A)]
    configured = {"Harbor Health": POLICY_A, "EmblemHealth": POLICY_A}
    expected = [("ConnectiCare", POLICY_B), ("EmblemHealth", POLICY_A), ("Harbor Health", POLICY_A)]
    assert resolve_payers(POLICIES, configured) == expected


def test_payer_of_an_unknown_policy() -> None:
    with pytest.raises(UserError, match="There is no policy 'ixempra'"):
        resolve_payers(POLICIES, {"Harbor Health": "ixempra"})


def test_two_policies_for_one_payer_and_drug(tmp_path: Path) -> None:
    policies = load_policies(with_minimal(tmp_path, one=("drug", "J0001"), two=("drug", "J0001")))
    with pytest.raises(UserError, match="one and two name the same payer 'Acme' for drug"):
        resolve_payers(policies, {})
    assert resolve_payers(policies, {"Acme": "two"}) == [("Acme", "two")]


def test_a_payer_keeps_the_default_for_another_drug(tmp_path: Path) -> None:
    policies = load_policies(with_minimal(tmp_path, one=("drug", "J0001"), two=("other drug", "J0002")))
    assert resolve_payers(policies, {}) == [("Acme", "one"), ("Acme", "two")]
    one_named = {"one": policies["one"], **POLICIES}
    assert ("Acme", POLICY_A) in resolve_payers(one_named, {"*": POLICY_A})
