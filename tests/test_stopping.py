"""Work that is stopped, or that runs out of room, leaves nothing half-written and says what to do."""

import errno
import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import duckdb
import pytest

from analytics.engine import Engine
from analytics.errors import UserError
from analytics.quality import GateVerdict
from analytics.quality.catalogue import catalogue
from analytics.quality.process import GateProcess
from analytics.room import out_of_room
from analytics.writing import write_report
from tests.support import HARBOR, ROOT, authorization, claim, opened

COMMAND = [sys.executable, "-m", "analytics.cli", "report", str(ROOT / "data_samples"), "--out"]


@pytest.mark.parametrize("moment", ["staging", "gate", "writing"])
def test_stopping_leaves_an_earlier_report_as_it_was_and_nothing_beside(moment: str, tmp_path: Path) -> None:
    out, temporary = tmp_path / "out", tmp_path / "temporary"
    out.mkdir()
    temporary.mkdir()
    (out / "report.html").write_text("the earlier report", encoding="utf-8")
    running = subprocess.Popen(
        [*COMMAND, str(out)],
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    # What each phase leaves in sight while it runs; then all of its processes get the signal, as from a terminal.
    signs = {"staging": (temporary, "um-*"), "gate": (temporary, "um-gate-*"), "writing": (out, ".um-*")}
    folder, pattern = signs[moment]
    until = time.monotonic() + 200
    while not list(folder.glob(pattern)) and running.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    os.killpg(running.pid, signal.SIGINT)
    _, said = running.communicate(timeout=100)
    assert running.returncode == 130, said
    assert said.strip() == "um: stopped; nothing was changed."
    assert [path.name for path in out.iterdir()] == ["report.html"]
    assert (out / "report.html").read_text(encoding="utf-8") == "the earlier report"
    assert list(temporary.iterdir()) == []


def test_a_full_disk_is_named_with_its_folder() -> None:
    engine = Engine(memory_limit="40MB", threads=1)
    try:
        engine.connection.execute("set max_temp_directory_size = '1MB'")
        with pytest.raises(UserError, match="free") as caught:
            engine.table("much", "select i, md5(i::varchar) as t from range(3000000) as numbers(i) order by t")
        assert engine.spill in str(caught.value)
    finally:
        engine.close()


def test_the_sentence_for_a_full_disk_names_the_folder_to_free() -> None:
    for file, folder, names_other in (("/tmp/um-1/x.tmp", "/tmp/um-1", True), ("/out/t/a.parquet", "/out/t", False)):
        fault = duckdb.IOException(f'Could not write file "{file}": No space left on device')
        sentence = str(out_of_room(fault, "/tmp/um-1"))
        assert f"'{folder}'" in sentence and ("TMPDIR" in sentence) is names_other
    assert out_of_room(duckdb.Error("something else"), "/tmp/um-1") is None


def test_a_full_disk_under_the_report_says_what_to_free_and_leaves_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("analytics.writing.write_quarantine", full)
    tables = {"medical_claim": [claim()], "authorization": [authorization()]}
    with opened(tmp_path / "data", tables, HARBOR) as study:
        study.quality = ([], GateVerdict(failed=False, by_measure={}, failures=[]))
        with pytest.raises(UserError, match="free space in") as caught:
            write_report(study, tmp_path / "out")
    assert f"'{tmp_path}'" in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_a_full_disk_under_the_gate_is_no_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GateProcess, "_ask", lambda self, spec: {"any": {"fault": "DiskFull"}})
    with GateProcess() as process, pytest.raises(UserError, match="free space there"):
        process.run(tmp_path, (), date(2025, 1, 1), list(catalogue().values())[:1])


def test_long_work_says_which_table_it_makes(monkeypatch: pytest.MonkeyPatch) -> None:
    engine, said = Engine(), list[str]()
    engine.progress = said.append
    engine.load("medical_claim_hcpcs_code", [("hcpcs_code", "VARCHAR"), ("n_rows", "BIGINT")], [("J9207", 1)])
    engine.derive("read_elsewhere", "select * from medical_claim_hcpcs_code")
    engine.make("read_elsewhere")
    assert said == []
    monkeypatch.setattr(engine, "_run", lambda name: None)
    engine.load("eligibility_row", [("person_id", "VARCHAR")], [("P1",)])
    engine.make("enrollment_end")
    engine.close()
    assert said == ["enrollment_end"]
