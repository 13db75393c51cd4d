"""The way from request to renewal: worked examples, each step's date and time computed by hand."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.support import HARBOR, authorization, claim, opened

#: A dose long after everything else, so that the extracts reach far enough to tell what became of approvals.
LATER = claim(claim_id="C9", person_id="P9", claim_line_start_date="2026-12-01")
LAST_REQUEST = authorization(
    authorization_id="A9", person_id="P9", received_at="2026-12-01", decided_at="", decision="pending"
) | {"approved_from": "", "approved_to": ""}


def way(tmp_path: Path, requests: list[dict[str, Any]], claims: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The rows of `authorization_way` of a small extract, by authorization."""
    tables = {"authorization": [*requests, LAST_REQUEST], "medical_claim": [*claims, LATER]}
    with opened(tmp_path / "data", tables, HARBOR) as study:
        return {row["authorization_id"]: row for row in study.authorization_way.iter_rows(named=True)}


def test_each_step_of_a_renewed_treatment(tmp_path: Path) -> None:
    first = authorization(received_at="2025-01-02T08:00", decided_at="2025-01-04T14:30")
    renewal = authorization(
        authorization_id="A2",
        request_type="renewal",
        prior_authorization_id="A1",
        received_at="2025-12-20T00:00",
        decided_at="2025-12-21T06:00",
        approved_from="2026-01-04",
        approved_to="2027-01-03",
    )
    claims = [claim(claim_line_start_date="2025-01-20"), claim(claim_id="C2", claim_line_start_date="2025-02-11")]
    found = way(tmp_path, [first, renewal], claims)
    # Only initial requests start a way; the renewal is a step of the first one's.
    assert set(found) == {"A1", "A9"}
    row = found["A1"]
    assert row["hours_to_decision"] == pytest.approx(54.5)
    assert row["finally_decided_on"] == date(2025, 1, 4)
    assert row["first_administered_on"] == date(2025, 1, 20)
    assert row["days_to_first_dose"] == 16
    assert (row["renewal_authorization_id"], row["renewal_received_on"]) == ("A2", date(2025, 12, 20))
    assert row["days_to_renewal_request"] == 334
    assert (row["renewal_final_decision"], row["renewal_hours_to_decision"]) == ("approved", pytest.approx(30))


def test_an_overturned_denial_is_decided_by_its_appeal(tmp_path: Path) -> None:
    denied = authorization(
        decided_at="2025-01-04",
        decision="denied",
        appeal_decision="overturned",
        appeal_received_at="2025-01-10",
        appeal_decided_at="2025-01-15",
        approved_from="2025-01-15",
        approved_to="2026-01-14",
    )
    row = way(tmp_path, [denied], [claim(claim_line_start_date="2025-01-25")])["A1"]
    assert (row["decision"], row["final_decision"]) == ("denied", "approved")
    assert row["hours_to_decision"] == pytest.approx(48)
    assert (row["finally_decided_on"], row["days_to_first_dose"]) == (date(2025, 1, 15), 10)


def test_a_dose_before_the_decision_counts_backwards(tmp_path: Path) -> None:
    retrospective = authorization(received_at="2025-02-01", decided_at="2025-02-10", approved_from="2025-01-01")
    row = way(tmp_path, [retrospective], [claim(claim_line_start_date="2025-01-20")])["A1"]
    assert row["days_to_first_dose"] == -21


@pytest.mark.parametrize(
    "line",
    [
        claim(claim_line_start_date="2025-01-03"),  # the day before the approved period
        claim(claim_line_start_date="2026-01-04"),  # the day after it
        claim(person_id="P2"),
        claim(claim_status="denied"),
        claim(hcpcs_modifier_1="JW"),  # all of it discarded
    ],
)
def test_what_is_no_first_dose(tmp_path: Path, line: dict[str, Any]) -> None:
    row = way(tmp_path, [authorization()], [line])["A1"]
    assert row["first_administered_on"] is None and row["days_to_first_dose"] is None


@pytest.mark.parametrize(
    ("approved_to", "is_ended"),
    # The horizon is 2026-12-01: an approval has to be over by three months before it.
    [("2026-09-01", True), ("2026-09-02", False)],
)
def test_too_early_to_tell(tmp_path: Path, approved_to: str, is_ended: bool) -> None:
    row = way(tmp_path, [authorization(approved_to=approved_to)], [])["A1"]
    assert row["is_ended"] is is_ended


def test_undecided_and_denied_requests_go_no_further(tmp_path: Path) -> None:
    denied = authorization(decision="denied", approved_from="", approved_to="")
    found = way(tmp_path, [denied], [claim()])
    for ident in ("A1", "A9"):
        row = found[ident]
        assert row["is_ended"] is False
        assert [row[name] for name in ("approved_from", "first_administered_on", "renewal_received_on")] == [None] * 3
    assert found["A9"]["hours_to_decision"] is None
