"""The same SQL on Spark: on this machine and on a Spark Connect server, the report is DuckDB's to the last value."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import polars as pl
import pytest

from analytics.errors import UserError
from analytics.results import RESULTS
from analytics.spark.choice import Choice
from tests.support import HARBOR, ROOT, SAMPLES, authorization, claim, open_study, write_extract

on_spark = pytest.mark.skipif(
    shutil.which("java") is None or find_spec("pyspark") is None, reason="needs Java and PySpark (make spark)"
)
# A machine of Java's that starts quickly: nothing here runs long enough for its best compiler to pay.
QUICK = {"JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}


def report(data: Path, out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """`um report` in a process of its own, as a user runs it."""
    command = [sys.executable, "-m", "analytics.cli", "report", str(data), "--out", str(out), *options]
    environment = os.environ | QUICK | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=out.parent, check=False)


def differing(ours: Path, theirs: Path) -> list[str]:
    """The parts of two reports that are not the same: pages and quarantine by byte, tables by value, type and order."""
    found = [name for name in ("report.html", "manifest.json") if _bytes(ours / name) != _bytes(theirs / name)]
    for name in RESULTS:
        one, other = (pl.read_parquet(out / "tables" / f"{name}.parquet") for out in (ours, theirs))
        if one.schema != other.schema or not one.equals(other):
            found.append(name)
    mended = sorted(path.name for path in (ours / "quarantine").iterdir())
    if mended != sorted(path.name for path in (theirs / "quarantine").iterdir()):
        return [*found, "quarantine"]
    return found + [one for one in mended if _bytes(ours / "quarantine" / one) != _bytes(theirs / "quarantine" / one)]


def _bytes(path: Path) -> bytes:
    return path.read_bytes()


@on_spark
@pytest.mark.long
def test_the_report_on_the_samples_is_that_of_duckdb(tmp_path: Path) -> None:
    done = report(SAMPLES, tmp_path / "spark", "--engine", "spark")
    assert (done.returncode, done.stderr) == (0, "")
    assert report(SAMPLES, tmp_path / "duckdb").returncode == 0
    assert differing(tmp_path / "duckdb", tmp_path / "spark") == []


@on_spark
@pytest.mark.long
def test_the_report_on_this_machine_is_that_of_duckdb(tmp_path: Path) -> None:
    from analytics.sample import write_sample

    write_sample(tmp_path / "data", 60, 8)
    done = report(tmp_path / "data", tmp_path / "spark", "--engine", "spark")
    assert (done.returncode, done.stderr) == (0, report(tmp_path / "data", tmp_path / "duckdb").stderr)
    assert differing(tmp_path / "duckdb", tmp_path / "spark") == []


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Spark Connect server on the loopback, started for these tests."""
    import pyspark

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder, home = tmp_path_factory.mktemp("server"), Path(pyspark.__file__).parent
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": str(port),
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.driver.memory": "2g",
    }
    command = [home / "bin" / "spark-submit", "--master", "local[2]"]
    command += ["--class", "org.apache.spark.sql.connect.service.SparkConnectServer"]
    command += [word for key, value in settings.items() for word in ("--conf", f"{key}={value}")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*map(str, command), "spark-internal"],
            stdout=log,
            stderr=log,
            env=os.environ | QUICK | {"SPARK_HOME": str(home)},
            cwd=folder,
            start_new_session=True,
        )
        try:
            _wait_for(port, process, folder / "log")
            yield f"sc://127.0.0.1:{port}"
        finally:
            os.killpg(process.pid, 15)
            process.wait(timeout=30)


def _wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(240):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None, log.read_text(errors="replace")[-2000:]
        time.sleep(0.5)
    pytest.fail(f"no server after two minutes: {log.read_text(errors='replace')[-2000:]}")


@on_spark
def test_the_report_by_a_connect_server_is_that_of_duckdb(server: str, tmp_path: Path) -> None:
    from analytics.sample import write_sample

    write_sample(tmp_path / "data", 60, 7)
    done = report(tmp_path / "data", tmp_path / "spark", "--engine", "spark", "--spark-remote", server)
    assert (done.returncode, done.stderr) == (0, report(tmp_path / "data", tmp_path / "duckdb").stderr)
    assert differing(tmp_path / "duckdb", tmp_path / "spark") == []


def small(folder: Path, config: str = HARBOR) -> Path:
    return write_extract(folder, {"medical_claim": [claim()], "authorization": [authorization()]}, config)


def test_an_engine_that_is_none_is_refused() -> None:
    with pytest.raises(UserError, match="duckdb or spark"):
        Choice("spakr")


def test_a_server_goes_with_spark_alone() -> None:
    with pytest.raises(UserError, match="--engine spark"):
        Choice("duckdb", "sc://127.0.0.1")


def test_tables_of_a_catalog_need_spark(tmp_path: Path) -> None:
    config = f'{HARBOR}[tables]\nmedical_claim = "main.um.medical_claim"\n'
    with pytest.raises(UserError, match="--engine spark"):
        open_study(small(tmp_path, config))


def test_pyspark_that_is_not_installed_is_said_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(UserError, match=r"pip install 'um-analytics\[spark\]'"):
        open_study(small(tmp_path), engine="spark")


@on_spark
def test_java_that_is_missing_is_said_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(UserError, match="needs Java 17 or 21"):
        open_study(small(tmp_path / "data"), engine="spark")


@on_spark
@pytest.mark.parametrize(("remote", "said"), [("sc://127.0.0.1:9", "No Spark Connect server"), ("http://x", "sc://")])
def test_a_server_that_does_not_answer_is_said_in_a_sentence(tmp_path: Path, remote: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        open_study(small(tmp_path), engine="spark", spark_remote=remote)
