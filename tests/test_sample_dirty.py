"""The dirty folders: one for every expectation, which trips it alone, and some that are refused or set rows aside."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import pytest

import analytics as um
from analytics.errors import UserError
from analytics.quality import GateProcess
from analytics.quality.catalogue import catalogue
from analytics.sample.dirty import FAULTS, write_dirty
from analytics.sample.fault import Fault
from tests.plain_gate import PlainGate

DIRTY = Path(__file__).parent.parent / "data_samples" / "dirty"
# Of any table one folder, for which Great Expectations is asked for every expectation.
WHOLE = ("clean", "criterion_review.criterion_id.unique", "eligibility.birth_date.agreed")
ENOUGH = 3_000


class Outcome(NamedTuple):
    """What the product makes of a folder. statuses: by expectation; reasons: why rows in scope are not used."""

    exit_code: int
    statuses: dict[str, str]
    reasons: set[str]
    message: str

    @property
    def findings(self) -> set[str]:
        return {id for id, status in self.statuses.items() if status not in ("passed", "not_applicable")}


def _judge(fault: Fault, process: GateProcess, lock: Lock) -> Outcome:
    asked = set(catalogue()) if fault.name in WHOLE else fault.findings
    try:
        with um.open(DIRTY / fault.folder) as study:
            study.gate_process = PlainGate(process, lock, asked)
            results, verdict = study.quality
            counted = study.reconciliation_reason.rows(named=True)
    except UserError as error:
        return Outcome(error.exit_code, {}, set(), str(error))
    reasons = {row["reason"] for row in counted if row["kind"] != "out_of_scope"}
    return Outcome(int(verdict.failed), {result.expectation: result.status for result in results}, reasons, "")


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest) -> Iterator[dict[str, Future[Outcome]]]:
    """What becomes of the folders that are asked for: two at a time, and with one process of the gate for all."""
    asked = [item.callspec.params for item in request.session.items if hasattr(item, "callspec")]
    names = {params["fault"].name for params in asked if isinstance(params.get("fault"), Fault)} | {"clean"}
    lock = Lock()
    with GateProcess() as process, ThreadPoolExecutor(2) as pool:
        yield {fault.name: pool.submit(_judge, fault, process, lock) for fault in FAULTS if fault.name in names}


def test_committed_folders_are_what_the_generator_writes(tmp_path: Path) -> None:
    write_dirty(tmp_path)
    made = {file.relative_to(tmp_path): file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    kept = {file.relative_to(DIRTY): file.read_bytes() for file in DIRTY.rglob("*") if file.is_file()}
    assert made == kept


def test_every_expectation_has_one_folder_of_its_name() -> None:
    assert sorted(fault.expectation for fault in FAULTS if fault.expectation) == sorted(catalogue())
    assert len({fault.name for fault in FAULTS}) == len({fault.folder for fault in FAULTS}) == len(FAULTS)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_folder_is_tiny(fault: Fault) -> None:
    assert sum(len(content) for content in fault.files().values()) < ENOUGH


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_fault_is_found_and_nothing_else(fault: Fault, outcomes: dict[str, Future[Outcome]]) -> None:
    outcome = outcomes[fault.name].result()
    assert outcome.findings == fault.findings
    assert outcome.reasons == ({fault.reason} if fault.reason else set())
    assert outcome.exit_code == fault.exit_code
    assert fault.message in outcome.message
    assert bool(fault.message) == bool(outcome.message)
    assert "\n" not in outcome.message


def test_clean_folder_tests_much(outcomes: dict[str, Future[Outcome]]) -> None:
    """A folder in which nothing is tested would trip nothing either."""
    statuses = Counter(outcomes["clean"].result().statuses.values())
    assert statuses["passed"] > 60
