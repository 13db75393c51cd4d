"""An attacker at work on the page itself: it reads the HTML alone, and reckons with every total that it finds there.

For each table shape the true persons behind each cell are counted from the study; a cell of 1 to 10 persons must not be
shown, and the attacker's bounds for it, by a linear program of the test's own, must leave the whole of 1 to 10 open.
"""

from typing import Any

import pytest

from analytics import report
from analytics.disclosure import Ledger
from tests.attack.approvals import attack_approvals
from tests.attack.base import tables
from tests.attack.dosing import attack_dosing, attack_sensitivity, attack_sums
from tests.attack.payers import attack_payers
from tests.attack.persistence import attack_persistence
from tests.attack.renewals import attack_renewals
from tests.attack.rows import attack_rows
from tests.invented import TREES, invented_study

ATTACKS = {
    "dosing": attack_dosing,
    "approvals": attack_approvals,
    "renewals": attack_renewals,
    "persistence": attack_persistence,
    "rows": attack_rows,
    "sensitivity": attack_sensitivity,
    "sums": attack_sums,
    "payers": attack_payers,
}


@pytest.fixture(scope="module", params=[(7, 900), (3, 260), (11, 2400)], ids=lambda param: f"{param[1]} persons")
def published(request: pytest.FixtureRequest) -> tuple[dict[str, list[dict[str, str]]], Any]:
    seed, persons = request.param
    study = invented_study(seed, persons)
    return tables(report.render(study)), study


@pytest.mark.parametrize("shape", ATTACKS)
def test_nothing_small_can_be_worked_out(shape: str, published: tuple[dict[str, Any], Any]) -> None:
    assert ATTACKS[shape](*published).leaks() == []


@pytest.mark.parametrize("shape", ["dosing", "sums", "payers", "approvals", "renewals", "rows"])
def test_the_attacker_wins_without_complementary_suppression(shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    protect = Ledger.protect
    monkeypatch.setattr(Ledger, "protect", lambda ledger: protect(ledger, complementary=False))
    study = invented_study()
    assert ATTACKS[shape](tables(report.render(study)), study).leaks()


def test_hidden_cells_are_there_at_all(published: tuple[dict[str, Any], Any]) -> None:
    texts = [text for rows in published[0].values() for row in rows for text in row.values()]
    assert "<11" in texts and "withheld" in texts


def test_the_trees_of_the_invented_study_are_on_the_page(published: tuple[dict[str, Any], Any]) -> None:
    criteria = [ident for ident in published[0] if ident.startswith("t-criteria-")]
    assert criteria, "no tree is big enough to be broken down"
    for ident in criteria:
        policy, version = next((p, v) for p, v in TREES if ident.startswith(f"t-criteria-{p}-{v}"))
        whole = [row[0] for row in TREES[policy, version]]
        musts = [row[0] for row in TREES[policy, version] if row[2] or row[3] is None]
        assert [row["row"].split(" ")[0] for row in published[0][ident]] in (whole, musts)
