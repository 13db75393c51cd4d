"""A Spark session of our own: on this machine, or on a Spark Connect server that the user names.

Dates and times are read as UTC without a zone, and what can't be computed is an error, whatever the server's defaults.
"""

import os
import re
import shutil
import socket
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analytics.errors import UserError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PORT = 15002
# What every session of ours is told, here and on a server.
SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.ansi.enabled": "true",
    # A line with too few or too many values must be seen, whichever columns are asked for.
    "spark.sql.csv.parser.columnPruning.enabled": "false",
    # A folder named `npi=0012` says 0012 and not 12.
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    # Times stored in nanoseconds come as numbers, and are read as times by the view over them.
    "spark.sql.legacy.parquet.nanosAsLong": "true",
}


def open_session(remote: str | None, memory: str, scratch: Path) -> tuple["SparkSession", bool]:
    """A session, and whether Spark itself was started for it and is to be stopped with it.

    remote: sc://host[:port] of a Spark Connect server; None for this machine, in at most `memory` and with its
    temporary files in `scratch`. Where Spark is running in this process already, its session is shared.
    """
    _require_pyspark()
    if remote is not None:
        return _connected(remote), False
    from pyspark.sql import SparkSession

    running = SparkSession.getActiveSession()
    if running is not None:
        session = running.newSession()
        _tell(session)
        return session, False
    return _started(memory, scratch), True


def _require_pyspark() -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pyspark.sql  # noqa: F401
            from pyspark.logger import PySparkLogger
    except ImportError:
        raise UserError(
            "--engine spark needs PySpark, which is not installed: pip install 'um-analytics[spark]'."
        ) from None
    for name in ("DataFrameQueryContextLogger", "SQLQueryContextLogger"):
        # They print each fault with the values that Spark quotes in it.
        PySparkLogger.getLogger(name).disabled = True


def _started(memory: str, scratch: Path) -> "SparkSession":
    from pyspark.sql import SparkSession

    home = os.environ.get("JAVA_HOME")
    if not (Path(home, "bin", "java").exists() if home else shutil.which("java")):
        where = f"JAVA_HOME is '{home}', where it is not" if home else "it is not on the PATH"
        raise UserError(f"--engine spark needs Java 17 or 21, and {where}: install it, or name a --spark-remote.")
    threads = os.cpu_count() or 1
    builder = SparkSession.builder.master(f"local[{threads}]").appName("um-analytics")
    for key, value in {
        # Nobody else is to reach this Spark, and it reaches nobody.
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.memory": _in_spark_words(memory),
        "spark.local.dir": str(scratch / "local"),
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        "spark.sql.shuffle.partitions": str(threads),
        **SETTINGS,
    }.items():
        builder = builder.config(key, value)
    try:
        with _unheard():
            session: SparkSession = builder.getOrCreate()
    except Exception as fault:
        raise UserError(f"Spark does not start on this machine ({_first_line(fault)}): is it Java 17 or 21?") from None
    return session


def _connected(remote: str) -> "SparkSession":
    host, port = _address(remote)
    try:
        socket.create_connection((host, port), timeout=10).close()
    except OSError as fault:
        raise UserError(
            f"No Spark Connect server answers at '{remote}' ({fault.strerror or fault}): check host and port, and that "
            "it is running."
        ) from None
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pyspark.sql.connect.session import SparkSession as RemoteSession
    except ImportError as fault:
        raise UserError(
            f"--spark-remote needs the parts of PySpark for Spark Connect ({_first_line(fault)}): "
            "pip install 'um-analytics[spark]'."
        ) from None
    try:
        session: Any = RemoteSession.builder.remote(remote).create()
        _tell(session)
    except Exception as fault:
        raise UserError(
            f"What answers at '{remote}' is no Spark Connect server for us ({_first_line(fault)})."
        ) from None
    return session


def _address(remote: str) -> tuple[str, int]:
    found = re.fullmatch(r"sc://(\[[0-9a-fA-F:]+\]|[^/:;\s]+)(?::(\d{1,5}))?(?:/.*)?", remote)
    if not found:
        raise UserError(f"--spark-remote '{remote}' is no address of a Spark Connect server like sc://host:15002.")
    return found.group(1).strip("[]"), int(found.group(2) or PORT)


def _tell(session: Any) -> None:
    for key, value in SETTINGS.items():
        session.conf.set(key, value)


def _in_spark_words(size: str) -> str:
    """A size like 2GB as Java takes it, in whole mebibytes."""
    number, unit = re.fullmatch(r"([\d.]+) ?([KMGT])i?B", size).groups()  # type: ignore[union-attr]
    factor = {"K": 1 / 1024, "M": 1, "G": 1024, "T": 1024 * 1024}[unit]
    # Java's machine does not start in less.
    return f"{max(int(float(number) * factor), 512)}m"


def _first_line(fault: Exception) -> str:
    lines = str(fault).strip().splitlines()
    return lines[0][:200].rstrip(".") if lines else type(fault).__name__


@contextmanager
def _unheard() -> Iterator[None]:
    """Java's machine writes what it thinks of its start, and of its end, where nobody reads it."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = {number: os.dup(number) for number in (1, 2)}
    with tempfile.TemporaryFile() as noise:
        for number in kept:
            os.dup2(noise.fileno(), number)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield
        finally:
            for number, copy in kept.items():
                with suppress(OSError):
                    os.dup2(copy, number)
                os.close(copy)
