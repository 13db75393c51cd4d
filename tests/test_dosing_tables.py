"""Who gave the drug, and what was discarded: worked examples at the boundaries of both rules."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support import HARBOR, authorization, claim, opened

Line = Mapping[str, str | None]


def only(folder: Path, table: str, lines: Sequence[Line]) -> dict[str, Any]:
    """The table's one row, of claim lines of one day."""
    numbered = [claim(**{"claim_line_number": str(place), **line}) for place, line in enumerate(lines, 1)]
    with opened(folder, {"medical_claim": numbered, "authorization": [authorization()]}, HARBOR) as study:
        return dict(study.frame(table).row(0, named=True))


def npi(one: str | None = None, billing: str | None = None, units: str = "60", **more: str | None) -> Line:
    return {"rendering_npi": one, "billing_npi": billing, "service_unit_quantity": units, **more}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([npi("1700000007", "1900000005")], "1700000007"),
        ([npi(None, "1900000005")], "1900000005"),
        # What can't be a provider's number is none: neither is it printed, nor does it hide the billing provider.
        ([npi("P000001", "1900000005")], "1900000005"),
        ([npi("3700000007"), npi("170000000"), npi("17000000071")], None),
        ([npi()], None),
        # Most units, discarded ones among them; lines of one provider add up.
        ([npi("1700000007", units="40"), npi("1700000536", units="50")], "1700000536"),
        (
            [
                npi("1700000007", units="40"),
                npi("1700000536", units="50"),
                npi("1700000007", units="15", hcpcs_modifier_1="JW"),
            ],
            "1700000007",
        ),
        # A tie goes to the least number; lines that name nobody don't count, however many units they have.
        ([npi("1700000536", units="40"), npi("1700000007", units="40")], "1700000007"),
        ([npi("1700000536", units="10"), npi(units="60")], "1700000536"),
        # What is reversed is not given.
        (
            [
                npi("1700000007", units="60", claim_line_number="1"),
                npi("1700000007", units="-60", claim_line_number="1"),
                npi("1700000536", units="30", claim_line_number="2"),
            ],
            "1700000536",
        ),
        # A denied line is nobody's.
        ([npi("1700000007", units="60", claim_status="denied"), npi("1700000536", units="30")], "1700000536"),
    ],
)
def test_the_provider_has_most_units(tmp_path: Path, lines: list[Line], expected: str | None) -> None:
    assert only(tmp_path, "administration_provider", lines)["npi"] == expected


def test_each_administration_has_its_own_provider(tmp_path: Path) -> None:
    lines = [
        claim(rendering_npi="1700000007"),
        claim(claim_id="C2", claim_line_start_date="2025-03-24", rendering_npi="1700000536"),
        claim(claim_id="C3", person_id="P2", rendering_npi="1700001062"),
    ]
    with opened(tmp_path, {"medical_claim": lines, "authorization": [authorization()]}, HARBOR) as study:
        found = study.frame("administration_provider").select("person_id", "administered_on", "npi").rows()
    assert found == [
        ("P1", date(2025, 3, 3), "1700000007"),
        ("P1", date(2025, 3, 24), "1700000536"),
        ("P2", date(2025, 3, 3), "1700001062"),
    ]


def waste(folder: Path, given: str, discarded: str | None, amounts: tuple[str | None, str | None]) -> dict[str, Any]:
    lines: list[Line] = [{"service_unit_quantity": given, "allowed_amount": amounts[0]}]
    if discarded:
        lines.append({"service_unit_quantity": discarded, "hcpcs_modifier_1": "JW", "allowed_amount": amounts[1]})
    return only(folder, "administration_waste", lines)


@pytest.mark.parametrize(
    ("given", "discarded", "vials", "units"),
    [
        ("60", None, 0, "0"),
        ("74", "14", 0, "0"),
        ("74", "14.9999", 0, "0"),
        # 60 given of 2 × 45: a 45 and a 15 would have held them.
        ("60", "15", 1, "15"),
        ("50", "29.5", 1, "15"),
        ("60", "30", 2, "30"),
        ("46", "44", 2, "30"),
    ],
)
def test_avoidable_is_what_fills_whole_smallest_vials(
    tmp_path: Path, given: str, discarded: str | None, vials: int, units: str
) -> None:
    row = waste(tmp_path, given, discarded, ("9000", "1000"))
    assert (row["avoidable_vials"], row["avoidable_units"]) == (vials, Decimal(units))
    assert row["wasted_units"] == Decimal(discarded or 0) and row["administered_units"] == Decimal(given)
    assert row["wasted_vials"] == pytest.approx(Decimal(discarded or 0) / 15, abs=Decimal("0.0001"))


def test_what_is_avoidable_is_what_the_flag_says(tmp_path: Path) -> None:
    for place, discarded in enumerate(("14", "15", "44")):
        lines: list[Line] = [{}, {"service_unit_quantity": discarded, "hcpcs_modifier_1": "JW"}]
        flags = only(tmp_path / f"a{place}", "administration", lines)["flags"]
        avoidable = only(tmp_path / f"b{place}", "administration_waste", lines)["avoidable_vials"]
        assert ("avoidable_waste" in flags) == (avoidable > 0)


def test_dollars_go_by_units(tmp_path: Path) -> None:
    # 90 units for 9,000.00, of which 30 are discarded and two vials of 15 avoidable.
    row = waste(tmp_path, "60", "30", ("6000", "3000"))
    assert row["allowed_amount"] == 9000 and row["wasted_allowed_amount"] == 3000
    assert row["avoidable_allowed_amount"] == 3000


def test_dollars_are_rounded_to_the_cent_half_up(tmp_path: Path) -> None:
    # 1.00 × 16 ÷ 90 is 0.1777…, 1.00 × 15 ÷ 90 is 0.1666…
    row = waste(tmp_path, "74", "16", ("1.00", None))
    assert row["wasted_allowed_amount"] == Decimal("0.18") and row["avoidable_allowed_amount"] == Decimal("0.17")


def test_without_an_amount_there_are_no_dollars(tmp_path: Path) -> None:
    row = waste(tmp_path, "60", "30", (None, None))
    assert row["allowed_amount"] is None and row["wasted_allowed_amount"] is None
    assert row["avoidable_allowed_amount"] is None and row["avoidable_vials"] == 2
