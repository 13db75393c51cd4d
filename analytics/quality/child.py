"""The process in which Great Expectations runs; the only module that imports it.

It reads specifications, one line of JSON each, from standard input and answers each with a line of counts on standard
output. It is a process of its own because DuckDB's SQLAlchemy dialect reports leaked objects when the interpreter exits
(it leaves without doing so), and because importing Great Expectations takes seconds that the parent can use. Row values
never leave it: no query fetches any, and a fault is told by the name of its kind alone.

The specification: `{"inputs": {table: {"file": path or null, "columns": {name: type}}}, "tables": [{"name", "sql",
"bound", "is_table"}], "suites": [{"name", "relation", "materialise", "checks": [{"id", "value", "gx", "arguments",
"mostly", "severity"}]}], "memory_limit": text, "spill": path}`.
The answer: `{id: {"n_checked": n, "n_failed": n}` or `{"fault": kind}}`.
"""

# ruff: noqa: E402
import gc
import os
import socket
import sys

# Nothing that is imported is garbage: not looking for it meanwhile saves half a second.
gc.disable()
os.environ["GX_ANALYTICS_ENABLED"] = "false"
os.environ["TQDM_DISABLE"] = "1"
# A library of web requests otherwise tries on import whether it can open an IPv6 socket.
socket.has_ipv6 = False
# An optional part of jsonschema builds a grammar for two seconds; no address is ever checked here.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
# Great Expectations takes PySpark in where it is installed: half a second, for nothing that is asked of it here.
sys.modules["pyspark"] = None  # type: ignore[assignment]

import warnings

warnings.simplefilter("ignore")

import json
import logging
from typing import Any

logging.disable(logging.CRITICAL)

import duckdb
import great_expectations.expectations as gxe
import sqlalchemy
from duckdb_engine import ConnectionWrapper
from great_expectations.core import ExpectationSuite
from great_expectations.core.batch import Batch
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from great_expectations.execution_engine.sqlalchemy_batch_data import SqlAlchemyBatchData
from great_expectations.validator.validator import Validator

gc.freeze()
gc.enable()

Counts = dict[str, Any]


class _Engine(SqlAlchemyExecutionEngine):  # type: ignore[misc]
    """Great Expectations reads results after it gave the connection back; on DuckDB they are gone by then."""

    def execute_query(self, query: Any) -> Any:
        with self.get_connection() as connection:
            return self._execute_query_with_recovery(connection, query).freeze()()

    def get_inspector(self) -> Any:
        return _Inspector(self)


class _Inspector:
    """A table's columns, asked of DuckDB itself: the dialect's way through a PostgreSQL catalogue takes 0.1 s."""

    def __init__(self, engine: _Engine) -> None:
        self._engine = engine
        self.dialect = engine.dialect

    def get_pk_constraint(self, **_table: Any) -> dict[str, list[str]]:
        return {"constrained_columns": []}

    def get_columns(self, table_name: str, **_schema: Any) -> list[dict[str, Any]]:
        described = self._engine.execute_query(sqlalchemy.text(f"describe {table_name}"))
        return [{"name": row[0], "type": sqlalchemy.types.NullType()} for row in described.fetchall()]


# An expectation's configuration, with the expectation itself so that its id is not given away.
_configurations: dict[int, tuple[Any, Any]] = {}


class _CountsOnly:
    """Great Expectations otherwise fetches the failing values, by a query per expectation.

    It also builds an expectation's configuration anew some eighty times, a third of the time that a suite takes.
    """

    @property
    def configuration(self) -> Any:
        if id(self) not in _configurations:
            _configurations[id(self)] = (self, super().configuration)  # type: ignore[misc]
        return _configurations[id(self)][1]

    def get_validation_dependencies(self, *args: Any, **kwargs: Any) -> Any:
        found = super().get_validation_dependencies(*args, **kwargs)  # type: ignore[misc]
        for name in [name for name in found.get_metric_names() if name.endswith(".unexpected_values")]:
            found.remove_metric_configuration(name)
        return found


# Under the same names: they take the place of the originals in the registry.
class ExpectColumnValuesToBeInSet(_CountsOnly, gxe.ExpectColumnValuesToBeInSet):  # type: ignore[misc]
    """Values are among those listed."""


class ExpectColumnValuesToNotBeInSet(_CountsOnly, gxe.ExpectColumnValuesToNotBeInSet):  # type: ignore[misc]
    """Values are none of those listed."""


class ExpectColumnValuesToNotBeNull(_CountsOnly, gxe.ExpectColumnValuesToNotBeNull):  # type: ignore[misc]
    """Values are there."""


class ExpectColumnValuesToBeBetween(_CountsOnly, gxe.ExpectColumnValuesToBeBetween):  # type: ignore[misc]
    """Values lie in a range."""


class ExpectColumnValuesToBeUnique(_CountsOnly, gxe.ExpectColumnValuesToBeUnique):  # type: ignore[misc]
    """No value comes twice."""


EXPECTATIONS: dict[str, Any] = {
    expectation.expectation_type: expectation
    for expectation in (
        ExpectColumnValuesToBeInSet,
        ExpectColumnValuesToNotBeInSet,
        ExpectColumnValuesToNotBeNull,
        ExpectColumnValuesToBeBetween,
        ExpectColumnValuesToBeUnique,
        gxe.ExpectTableColumnsToMatchSet,
        gxe.ExpectTableRowCountToBeBetween,
    )
}


def connect(spec: Counts) -> duckdb.DuckDBPyConnection:
    """The private in-memory database with the stage's tables and the questions asked of them."""
    connection = duckdb.connect(
        config={
            "memory_limit": spec["memory_limit"],
            "temp_directory": spec["spill"],
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )
    connection.execute("set enable_progress_bar = false")
    for name, given in spec["inputs"].items():
        _input(connection, name, given["file"], given["columns"])
    for table in spec["tables"]:
        kind = "table" if table["is_table"] else "view"
        try:
            connection.execute(f"create {kind} {table['name']} as {table['sql']}", table["bound"] or None)
        except duckdb.Error:
            # Whatever reads it can't run, and will be told so by its own checks.
            continue
    return connection


def _input(connection: duckdb.DuckDBPyConnection, name: str, file: str | None, columns: dict[str, str]) -> None:
    """A view of a table's file under its name; an absent table is an empty one."""
    if file is None:
        listed = ", ".join(f"{column} {kind}" for column, kind in columns.items())
        connection.execute(f"create table {name} ({listed})")
        return
    path = file.replace("'", "''")
    connection.execute(f"create view {name} as select * from read_parquet('{path}')")


def engine_on(connection: duckdb.DuckDBPyConnection) -> _Engine:
    """A Great Expectations engine over the database."""
    return _Engine(
        engine=sqlalchemy.create_engine(
            "duckdb:///:memory:",
            creator=lambda: ConnectionWrapper(connection.cursor()),
            poolclass=sqlalchemy.pool.StaticPool,
        )
    )


def run_suite(
    connection: duckdb.DuckDBPyConnection, engine: _Engine, suite: Counts, attempt: str = ""
) -> dict[str, Counts]:
    """The counts of a suite's checks. When one of several can't run, each is run alone, to find which."""
    name, checks = suite["name"] + attempt, suite["checks"]
    try:
        values = list(dict.fromkeys(check["value"] for check in checks if check["value"]))
        _test_rows(connection, name, suite, values)
        expectations = [
            EXPECTATIONS[check["gx"]](
                **({"column": f"value_{values.index(check['value'])}"} if check["value"] else {}),
                **({"mostly": check["mostly"]} if check["mostly"] is not None else {}),
                **check["arguments"],
                severity=check["severity"],
                meta={"id": check["id"]},
            )
            for check in checks
        ]
        results = _validate(engine, name, ExpectationSuite(name=name, expectations=expectations))
        found = {check["id"]: _counts(check, results.get(check["id"])) for check in checks}
    except Exception as fault:
        found = {check["id"]: {"fault": _kind(fault)} for check in checks}
    if len(checks) > 1 and any("fault" in counts for counts in found.values()):
        for number, check in enumerate(checks):
            found |= run_suite(connection, engine, suite | {"checks": [check]}, f"{attempt}_{number}")
    return found


def _test_rows(connection: duckdb.DuckDBPyConnection, name: str, suite: Counts, values: list[str]) -> None:
    """What is tested, a column per value: a view of a table's rows, or the kept answer to a costly question."""
    listed = [f"{value} as value_{number}" for number, value in enumerate(values)]
    kind = "table" if suite["materialise"] else "view"
    listed = listed if suite["materialise"] else ["*", *listed]
    connection.execute(f"create {kind} {name} as select {', '.join(listed)} from {suite['relation']}")


def _validate(engine: _Engine, name: str, suite: ExpectationSuite) -> dict[str, Any]:
    """Great Expectations' results by our ids; it bundles what it can into one query."""
    batch = Batch(data=SqlAlchemyBatchData(execution_engine=engine, table_name=name))
    validator = Validator(execution_engine=engine, batches=[batch])
    results = validator.graph_validate(
        suite.expectation_configurations, runtime_configuration={"result_format": "BASIC"}
    )
    return {result.expectation_config.meta["id"]: result for result in results}


def _counts(check: Counts, result: Any) -> Counts:
    """How many were tested and how many failed; an exception inside an expectation looks like a failure to it."""
    raised = result is None or not result.result or "observed_value" not in result.result
    if raised and (result is None or "unexpected_count" not in result.result):
        return {"fault": _fault(result)}
    found = result.result
    if check["gx"] == "expect_table_row_count_to_be_between":
        return {"n_checked": int(found["observed_value"]), "n_failed": int(not result.success)}
    if check["gx"] == "expect_table_columns_to_match_set":
        expected = set(check["arguments"]["column_set"])
        return {"n_checked": len(expected), "n_failed": len(expected - set(found["observed_value"]))}
    not_null = check["gx"] == "expect_column_values_to_not_be_null"
    n_checked = found["element_count"] - (0 if not_null else found["missing_count"])
    return {"n_checked": int(n_checked), "n_failed": int(found["unexpected_count"] or 0)}


def _fault(result: Any) -> str:
    """The kind of what went wrong, without its text: a message may quote a value."""
    information = getattr(result, "exception_info", None) or {}
    if _is_full(str(information)):
        return "DiskFull"
    return "MetricError" if information else "NoResult"


def _kind(fault: Exception) -> str:
    return "DiskFull" if _is_full(str(fault)) else type(fault).__name__


def _is_full(said: str) -> bool:
    """Whether the disk had no room for temporary files; the database calls it memory that is used up."""
    return "max_temp_directory_size" in said or "No space left" in said


def answer(spec: Counts) -> dict[str, Counts]:
    """The counts of every check of a specification."""
    connection = connect(spec)
    try:
        engine = engine_on(connection)
        found: dict[str, Counts] = {}
        for suite in spec["suites"]:
            found |= run_suite(connection, engine, suite)
        return found
    finally:
        _configurations.clear()
        connection.close()


def main() -> None:
    """Answer specifications until the parent has no more, or is gone."""
    # Whatever a library prints must not end up among the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        answers.write(json.dumps(answer(json.loads(line))) + "\n")
        answers.flush()
    # Not by returning: at exit DuckDB's dialect prints what it thinks has leaked.
    os._exit(0)


if __name__ == "__main__":
    main()
