"""Vials of one billing code alone: products of several makers, whose vials differ."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analytics.errors import UserError
from analytics.policy import policy_tables
from analytics.policy.load import load_policy
from analytics.policy.show import show_text
from analytics.policy.vials import fewest
from analytics.study import Study
from analytics.workbench.diff import compare
from tests.policies import FOLDER
from tests.support import authorization, claim, opened
from tests.test_explain_reasons import said
from tests.test_policy_limits import changed
from tests.test_raw_traps import found

MAKERS = "invented-makers"
OF_150, OF_420 = 'mg = 150\nhcpcs_code = "J2101"', 'mg = 420\nhcpcs_code = "Q2102"'
DAY = "2024-03-01"

# ---- The file

FAULTS = [
    (
        OF_420,
        'mg = 420\nhcpcs_code = "Q21O2"',
        "vial[2].hcpcs_code: 'Q21O2' is no [[product]] of the file (the nearest is 'Q2102')",
    ),
    (
        OF_420,
        'mg = 420\nhcpcs_code = "J2101"',
        "product[2].hcpcs_code: no vial is of 'Q2102'; right would be a [[vial]] with hcpcs_code = 'Q2102', or one "
        "without hcpcs_code",
    ),
    (OF_420, "mg = 420\nhcpcs_code = 2", "vial[2].hcpcs_code: is a whole number (2); right would be a text in quotes"),
]


@pytest.mark.parametrize(("old", "new", "wrong"), FAULTS)
def test_fault(tmp_path: Path, old: str, new: str, wrong: str) -> None:
    with pytest.raises(UserError) as raised:
        changed(tmp_path, MAKERS, (old, new))
    assert wrong in str(raised.value) and "faults" not in str(raised.value)


def with_products(tmp_path: Path, many: int) -> Path:
    """The policy with so many products more, each with a vial of its own size."""
    more = "".join(
        f'[[product]]\nhcpcs_code = "Q30{place:02}"\nmg_per_unit = 10\nlabel = "x"\ncitation = "Policy, x"\n'
        f'[[vial]]\nndc = "45678-30{place:02}-xx"\nmg = {200 + place}\nhcpcs_code = "Q30{place:02}"\nlabel = "x"\n'
        'citation = "Policy, x"\n'
        for place in range(many)
    )
    text = (FOLDER / f"{MAKERS}.toml").read_text(encoding="utf-8").split("# ---- Worked examples")[0]
    file = tmp_path / f"{MAKERS}.toml"
    file.write_text(text.replace('[criterion."1"]', more + '[criterion."1"]'), encoding="utf-8")
    return file


def test_eight_sets_of_sizes_at_most(tmp_path: Path) -> None:
    load_policy(with_products(tmp_path, 5))
    with pytest.raises(UserError, match="vial: makes 9 different sets of sizes of the billing codes; right would be 8"):
        load_policy(with_products(tmp_path, 6))


def sums(policy_id: str, *changes: tuple[str, str], folder: Path) -> tuple[dict[str, int], dict[int, list[float]]]:
    """The bit of each billing code's vials, and the least sums of whole vials by the bits of a day's codes."""
    tables = policy_tables([changed(folder, policy_id, *changes)], [])
    held: dict[int, list[float]] = {}
    for _, vial_sets, _, up_to in tables["policy_vial_sum"].rows:
        held.setdefault(vial_sets, []).append(up_to)
    least = {vial_sets: some[:4] for vial_sets, some in held.items()}
    assert {row[1]: row[2] for row in tables["policy_vial_set"].rows} == {key: some[0] for key, some in least.items()}
    return {row[1]: row[4] for row in tables["policy_code"].rows}, least


def test_a_day_has_the_vials_of_its_codes(tmp_path: Path) -> None:
    codes, least = sums(MAKERS, folder=tmp_path)
    assert codes == {"J2101": 1, "Q2102": 2, "Q2103": 4}
    assert (least[1], least[2]) == ([150, 300, 450, 600], [420, 840, 1260, 1680])
    assert (least[3], least[7]) == ([150, 300, 420, 450], [60, 120, 150, 180])
    # A vial without a code is of all of them, and codes whose vials have the same sizes share a set.
    codes, least = sums(MAKERS, (OF_150, "mg = 150"), folder=tmp_path)
    assert codes == {"J2101": 1, "Q2102": 2, "Q2103": 4} and least[2] == [150, 300, 420, 450]
    codes, least = sums(MAKERS, (OF_420, 'mg = 150\nhcpcs_code = "Q2102"'), folder=tmp_path)
    assert codes == {"J2101": 1, "Q2102": 1, "Q2103": 2} and sorted(least) == [1, 2, 3]
    codes, _ = sums("invented-codes", folder=tmp_path)
    assert codes == {"J6661": 1, "J6662": 1}


def test_shown() -> None:
    text = " ".join(show_text(load_policy(FOLDER / f"{MAKERS}.toml")).split())
    assert "Vial of 420 mg, multiple dose; it holds 420 mg, of Q2102 alone" in text


CHANGES = [
    ("mg = 420\n", "mg = 440\n", "depends", "holds 440 mg instead of 420 mg."),
    (OF_150, "mg = 150", "depends", "is of all billing codes instead of J2101 alone."),
    (
        OF_150,
        "mg = 160",
        "depends",
        "holds 160 mg instead of 150 mg and is of all billing codes instead of J2101 alone.",
    ),
]


@pytest.mark.parametrize(("old", "new", "effect", "sentence"), CHANGES)
def test_compared(tmp_path: Path, old: str, new: str, effect: str, sentence: str) -> None:
    one, other = load_policy(FOLDER / f"{MAKERS}.toml"), changed(tmp_path, MAKERS, (old, new))
    [change] = compare(one, one.versions[0], other, other.versions[0])
    assert change.effect == effect and change.sentence.endswith(sentence), change.sentence


# ---- What is judged by them


def test_fewest_vials() -> None:
    sizes = (Decimal(150), Decimal(420))
    assert fewest(Decimal(570), sizes) == {Decimal(420): 1, Decimal(150): 1}
    assert fewest(Decimal(1260), sizes) == {Decimal(420): 3}


#: Persons with what was billed for them on the day: weight, then code, units and modifier of each line.
BILLED: dict[str, tuple[str, list[tuple[str, str, str]]]] = {
    "45 units of 150 mg": ("70", [("J2101", "45", "")]),
    "45 units of 420 mg": ("70", [("Q2102", "45", "")]),
    "both": ("79.2", [("Q2102", "42", ""), ("J2101", "15", "")]),
    # 150 mg left of a vial of 420 mg: the drug of that code comes in no smaller one.
    "a rest": ("70", [("Q2102", "27", ""), ("Q2102", "15", "JW")]),
    "a vial": ("70", [("J2101", "30", ""), ("J2101", "15", "JW")]),
    "less": ("70", [("J2101", "30", ""), ("J2101", "14", "JW")]),
    "a rest of both": ("70", [("J2101", "15", ""), ("Q2102", "27", ""), ("Q2102", "15", "JW")]),
}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Study]:
    folder = tmp_path_factory.mktemp("makers")
    changed(folder, MAKERS)
    tables: dict[str, list[dict[str, str | None]]] = {"medical_claim": [], "authorization": [], "observation": []}
    for person, (weight, lines) in BILLED.items():
        whose = {"person_id": person, "payer": "Maker Health"}
        for number, (code, units, modifier) in enumerate(lines, start=1):
            billed = {"hcpcs_code": code, "service_unit_quantity": units, "hcpcs_modifier_1": modifier}
            of_claim = {"claim_id": person, "claim_line_number": str(number), "claim_line_start_date": DAY}
            tables["medical_claim"].append(claim(**whose, **of_claim, **billed))
        spans = {"received_at": DAY, "decided_at": DAY, "approved_from": DAY, "approved_to": "2024-12-31"}
        asked = {"authorization_id": person, "hcpcs_code": lines[0][0], "regimen": "usual"}
        tables["authorization"].append(authorization(**whose, **asked, **spans))
        measured = {"source_code": "29463-7", "result": weight, "source_units": "kg"}
        tables["observation"].append({"person_id": person, "observation_date": DAY, **measured})
    with opened(folder / "data", tables, policies=folder) as made:
        yield made


def told(study: Study, person: str) -> tuple[dict[str, Any], str]:
    """A person's administration, and its explanation."""
    [row] = study.administration.filter(person_id=person).to_dicts()
    return row, said(study.explain(person=person, on=DAY))


def test_a_dose_is_held_by_its_makers_vials(study: Study) -> None:
    row, text = told(study, "45 units of 150 mg")
    assert (row["status"], row["unknown_reasons"]) == ("indeterminate", ["vial_rounding"])
    assert "the least whole vials of J2101 for it hold 450 mg (3 of 150 mg), 45 units; given 45" in text
    row, text = told(study, "45 units of 420 mg")
    assert (row["status"], row["excess_units"]) == ("exceeds", 3)
    assert "the least whole vials of Q2102 for it hold 420 mg (1 of 420 mg), 42 units; given 45" in text


def test_a_day_of_two_makers_is_held_by_the_vials_of_both(study: Study) -> None:
    row, text = told(study, "both")
    assert row["unknown_reasons"] == ["vial_rounding"]
    words = (
        "the least whole vials of the day's billing codes for it hold 570 mg (1 of 420 mg and 1 of 150 mg), 57 units"
    )
    assert words in text


def test_avoidable_goes_by_the_smallest_vial_of_the_days_codes(study: Study) -> None:
    waste = study.frame("administration_waste").filter(pl.col("wasted_units") > 0)
    avoidable = dict(waste.select("person_id", "avoidable_units").iter_rows())
    assert avoidable == {"a rest": 0, "a vial": 15, "less": 0, "a rest of both": 15}
    for person, units in avoidable.items():
        row, text = told(study, person)
        assert ("avoidable_waste" in row["flags"]) == (units > 0)
        assert ("at least as much as the smallest vial holds was discarded" in text) == (units > 0)
    # The gate goes by days of one code: 15 units of Q2102 are less than its vial of 420 mg.
    assert found(study)["medical_claim.hcpcs_modifier.avoidable_waste"] == ("failed", 4, 1)
