"""The dirty folders: each trips the one thing that it was made for, and nothing else."""

from contextlib import nullcontext
from pathlib import Path
from typing import NamedTuple

import pytest

import analytics as um
from analytics.errors import UserError
from analytics.quality.process import GateProcess
from analytics.sample.dirty import FAULTS, write_dirty
from analytics.sample.fault import Fault

DIRTY = Path(__file__).parent.parent / "data_samples" / "dirty"
# A policy's own list of diagnosis codes is behind today's: true of every extract.
ALWAYS = {"policy.diagnosis_code.current"}
REFUSED = [fault for fault in FAULTS if fault.exit_code == 2]
JUDGED = [fault for fault in FAULTS if fault.exit_code != 2]


class Outcome(NamedTuple):
    """What the gate makes of a folder."""

    exit_code: int
    findings: set[str]
    reasons: set[str]
    message: str


def _judge(fault: Fault) -> Outcome:
    try:
        with um.open(DIRTY / fault.name) as study:
            results, verdict = study.quality
            failed = {result.expectation for result in results if result.status in ("failed", "could_not_run")}
            counted = study.reconciliation_reason.rows(named=True)
    except UserError as error:
        return Outcome(error.exit_code, set(), set(), str(error))
    reasons = {row["reason"] for row in counted if row["kind"] != "out_of_scope"}
    return Outcome(int(verdict.failed), failed - ALWAYS, reasons, "")


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    """The gate's outcome for every folder that can be opened, all from one process: starting one takes seconds."""
    with GateProcess() as process, pytest.MonkeyPatch.context() as patch:
        patch.setattr("analytics.quality.gate.GateProcess", lambda: nullcontext(process))
        return {fault.name: _judge(fault) for fault in JUDGED}


def test_committed_folders_are_what_the_generator_writes(tmp_path: Path) -> None:
    write_dirty(tmp_path)
    made = {file.relative_to(tmp_path): file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    kept = {file.relative_to(DIRTY): file.read_bytes() for file in DIRTY.rglob("*") if file.is_file()}
    assert made == kept


def test_names_are_unique() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


@pytest.mark.parametrize("fault", REFUSED, ids=lambda fault: fault.name)
def test_unusable_input_is_refused_in_one_sentence(fault: Fault) -> None:
    with pytest.raises(UserError) as error, um.open(DIRTY / fault.name) as study:
        assert study.as_of
    assert error.value.exit_code == 2
    assert fault.message in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("fault", JUDGED, ids=lambda fault: fault.name)
def test_fault_is_found_and_nothing_else(fault: Fault, outcomes: dict[str, Outcome]) -> None:
    outcome = outcomes[fault.name]
    assert outcome.exit_code == fault.exit_code
    assert outcome.findings == set(fault.findings)
    assert outcome.reasons == ({fault.reason} if fault.reason else set())
    assert fault.message in outcome.message
