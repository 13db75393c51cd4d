"""The same SQL on Spark: on this machine and on a Spark Connect server, the report is DuckDB's to the last value.

Spark takes most of a second for each of some hundred small queries, so two runs cover what can be covered together;
more of them are marked `long`.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from analytics.errors import UserError
from analytics.extracts.files import find_sources
from analytics.gatekeeper import failing_rows
from analytics.lake.preparing import prepare
from analytics.results import RESULTS
from analytics.spark.choice import Choice
from analytics.study import Study
from tests.foreign import write_foreign
from tests.merged import CONFIG, merged_extract, write_in_many_ways
from tests.policies import FOLDER
from tests.reference.extract_invented import invented_extract
from tests.reference.invented_profile import profile
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
    pages = ("report.html", "internal.html", "manifest.json")
    found = [name for name in pages if _bytes(ours / name) != _bytes(theirs / name)]
    for name in RESULTS:
        one, other = (pl.read_parquet(out / "tables" / f"{name}.parquet") for out in (ours, theirs))
        if one.schema != other.schema or not one.equals(other):
            found.append(name)
    mended = sorted(path.name for path in (ours / "quarantine").iterdir())
    if mended != sorted(path.name for path in (theirs / "quarantine").iterdir()):
        return [*found, "quarantine"]
    return found + [one for one in mended if _bytes(ours / "quarantine" / one) != _bytes(theirs / "quarantine" / one)]


def differing_tables(ours: Study, theirs: Study, names: Iterable[str] = tuple(RESULTS)) -> list[str]:
    """The result tables and dates of two studies that are not the same: by value, type and order."""
    frames = ((name, ours.frame(name), theirs.frame(name)) for name in names)
    found = [name for name, one, other in frames if one.schema != other.schema or not one.equals(other)]
    return found if ours.dates == theirs.dates else [*found, "dates"]


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


@on_spark
@pytest.mark.long
def test_the_report_on_the_samples_is_that_of_duckdb(tmp_path: Path) -> None:
    done = report(SAMPLES, tmp_path / "spark", "--engine", "spark")
    assert (done.returncode, done.stderr) == (0, "")
    assert report(SAMPLES, tmp_path / "duckdb").returncode == 0
    assert differing(tmp_path / "duckdb", tmp_path / "spark") == []


@on_spark
@pytest.mark.long
def test_the_report_on_random_extracts_by_spark_on_this_machine_is_that_of_duckdb(tmp_path: Path) -> None:
    data = write_extract(tmp_path / "data", merged_extract(range(100, 112), 8), CONFIG)
    done = report(data, tmp_path / "spark", "--engine", "spark", "--internal")
    assert (done.returncode, done.stderr) == (0, report(data, tmp_path / "duckdb", "--internal").stderr)
    assert differing(tmp_path / "duckdb", tmp_path / "spark") == []


@on_spark
@pytest.mark.long
def test_extracts_in_foreign_columns_on_spark_are_read_as_by_duckdb(tmp_path: Path) -> None:
    data = write_foreign(tmp_path / "data")
    names = ("administration", "request", "renewal", "quarantine", "reconciliation_reason")
    with open_study(data) as ours, open_study(data, engine="spark") as theirs:
        assert differing_tables(ours, theirs, names) == []


@on_spark
@pytest.mark.long
def test_without_optional_tables_spark_finds_what_duckdb_does(tmp_path: Path) -> None:
    tables = merged_extract(range(120, 124), 4)
    needed = {name: tables[name] for name in ("medical_claim", "authorization")}
    data = write_extract(tmp_path / "data", needed, CONFIG)
    with open_study(data) as ours, open_study(data, engine="spark") as theirs:
        assert differing_tables(ours, theirs) == []


@on_spark
@pytest.mark.long
def test_invented_policies_by_spark_are_judged_as_by_duckdb(tmp_path: Path) -> None:
    """All that a policy may say at once: cycles, phases, sites of care, cumulative doses, earlier therapies."""
    profiles = [profile(file) for file in sorted(FOLDER.glob("*.toml"))]
    chosen = {payer: policy for each in profiles for payer, policy in each.config.items()}
    config = "[policies]\n" + "".join(f'"{payer}" = "{policy}"\n' for payer, policy in chosen.items())
    data = write_extract(tmp_path / "data", invented_extract(2, profiles, 0.3), config)
    with open_study(data, policies=FOLDER) as ours, open_study(data, policies=FOLDER, engine="spark") as theirs:
        assert {*ours.frame("administration_therapy")["evidence"]} >= {"documented", "derived", "contradicted"}
        assert {*ours.frame("limit_result")["result"]} == {"ok", "exceeded", "unknown"}
        assert differing_tables(ours, theirs) == []


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
        # Rows are few here and queries many: what is compiled for a query would not pay.
        "spark.sql.shuffle.partitions": "1",
        "spark.default.parallelism": "1",
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
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
@pytest.mark.long
def test_the_report_on_an_invented_extract_by_a_server_is_that_of_duckdb(server: str, tmp_path: Path) -> None:
    from analytics.sample import write_sample

    write_sample(tmp_path / "data", 60, 7)
    done = report(tmp_path / "data", tmp_path / "spark", "--engine", "spark", "--spark-remote", server)
    assert (done.returncode, done.stderr) == (0, report(tmp_path / "data", tmp_path / "duckdb").stderr)
    assert differing(tmp_path / "duckdb", tmp_path / "spark") == []


@pytest.fixture(scope="module")
def mess(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight random messy extracts in one, stored in many ways."""
    return write_in_many_ways(tmp_path_factory.mktemp("mess") / "data", merged_extract(range(8), 6))


@on_spark
def test_the_report_on_prepared_extracts_by_a_server_is_that_of_duckdb(server: str, mess: Path, tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    prepare(mess, lake)
    done = report(lake, tmp_path / "spark", "--engine", "spark", "--spark-remote", server, "--internal")
    assert (done.returncode, done.stderr) == (0, report(lake, tmp_path / "duckdb", "--internal").stderr)
    assert differing(tmp_path / "duckdb", tmp_path / "spark") == []


@on_spark
@pytest.mark.long
def test_files_catalog_tables_and_repairs_on_a_server_give_what_duckdb_finds(
    server: str, mess: Path, tmp_path: Path
) -> None:
    named = tmp_path / "named"
    shutil.copytree(mess, named)
    # This session stays the active one while the study has its own.
    session = catalog_session(server)
    session.read.parquet(str(mess / "eligibility.parquet")).write.mode("overwrite").saveAsTable("spell")
    session.read.parquet(str(mess / "authorization.parquet")).selectExpr(
        "* except (decided_at)", "timestamp_micros(decided_at div 1000) as decided_at"
    ).write.mode("overwrite").saveAsTable("stored_request")
    session.sql("create or replace view request_asked as select * from stored_request")
    for name in ("eligibility", "authorization"):
        (named / f"{name}.parquet").unlink()
    config = f'{CONFIG}[tables]\nauthorization = "default.request_asked"\neligibility = "spell"\n'
    (named / "um.toml").write_text(config, encoding="utf-8")
    repairs = mended(mess, tmp_path / "repairs")
    on_server = {"engine": "spark", "spark_remote": server, "repairs": repairs}
    with open_study(mess, repairs=repairs) as ours, open_study(named, **on_server) as theirs:
        assert differing_tables(ours, theirs) == []
        assert theirs.check().results == ours.check().results
        for finding in (
            "authorization.quarantined",
            "observation.result.plausible",
            "medical_claim.hcpcs_code.not_null",
        ):
            one, other = failing_rows(ours, finding), failing_rows(theirs, finding)
            assert one.height > 0 and one.sort(pl.all()).equals(other.sort(pl.all())), finding
    session.stop()


def catalog_session(server: str) -> Any:
    """A session of our own on the server, as another user of its catalog has."""
    from pyspark.sql.connect.session import SparkSession

    session: Any = SparkSession.builder.remote(server).create()
    session.conf.set("spark.sql.legacy.parquet.nanosAsLong", "true")
    session.conf.set("spark.sql.session.timeZone", "UTC")
    return session


def mended(data: Path, folder: Path) -> Path:
    """Repairs of some quarantined rows: requests are denied, which is no fault, and claim lines stay as they were."""
    folder.mkdir()
    with open_study(data) as study:
        for name in ("authorization", "medical_claim"):
            rows = failing_rows(study, f"{name}.quarantined").unique("row_id", keep="first", maintain_order=True)
            if name == "authorization":
                rows = rows.with_columns(decision=pl.lit("denied"), appeal_decision=pl.lit(None))
            rows.drop("reason").head(20).write_csv(folder / f"{name}.csv")
    return folder


@on_spark
def test_a_file_that_changed_is_read_again_by_a_server_that_knows_it(server: str, tmp_path: Path) -> None:
    from analytics.spark.engine import SparkEngine

    def request_ids(engine: SparkEngine) -> list[Any]:
        engine.open_files("kept", find_sources(tmp_path)["authorization"])
        return engine.rows("select authorization_id from kept")

    before, after = SparkEngine(server), SparkEngine(server)
    small(tmp_path)
    assert request_ids(before) == [("A1",)]
    write_extract(tmp_path, {"authorization": [authorization(authorization_id="A2")]})
    assert request_ids(after) == [("A2",)]
    before.close()
    after.close()


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


def test_a_type_that_spark_reads_otherwise_is_refused_in_a_sentence(tmp_path: Path) -> None:
    from analytics.spark.inputs import open_source

    with duckdb.connect() as connection:
        rows = "select uuid() as person_id, 'Harbor' as payer, date '2025-01-01' as enrollment_start_date"
        connection.execute(f"copy ({rows}) to '{small(tmp_path) / 'eligibility.parquet'}'")
    with pytest.raises(UserError, match="stores the column person_id as uuid"):
        open_source(None, find_sources(tmp_path)["eligibility"], "a run")  # type: ignore[arg-type]


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
