"""The gate's counts by the catalogue's own SQL, for tests that ask for them hundreds of times.

Great Expectations takes two seconds for what this takes a fraction of one for; `tests/test_quality_gate.py` holds that
both count alike. Here it is still asked for the expectations named, and must agree.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any

import duckdb

from analytics.quality import POLICY_TABLES, GateProcess
from analytics.quality.expectation import Expectation
from analytics.quality.sources import FILES, RUN_TABLE, SOURCES, input_columns, relation, statement
from analytics.quality.sqltext import broken

Counts = dict[str, dict[str, Any]]


class PlainGate(GateProcess):
    """Stands in for the gate's process. asked: the expectations for which Great Expectations is asked as well."""

    def __init__(self, process: GateProcess, lock: Lock, asked: set[str]) -> None:
        self.process, self.lock, self.asked = process, lock, asked

    def close(self) -> None:
        """Whoever made the process closes it."""

    def run(self, stage: Path, there: Iterable[str], as_of: date, expectations: list[Expectation]) -> Counts:
        """The counts of each expectation, those asked of Great Expectations held against its own."""
        found = _counts(stage, set(there), as_of, expectations)
        asked = [expectation for expectation in expectations if expectation.id in self.asked]
        if asked:
            with self.lock:
                assert self.process.run(stage, there, as_of, asked) == {one.id: found[one.id] for one in asked}
        return found


def _counts(stage: Path, there: set[str], as_of: date, expectations: list[Expectation]) -> Counts:
    with duckdb.connect(config={"threads": 1}) as connection:
        for name, columns in input_columns().items():
            table = name if name in POLICY_TABLES else f"{name}_row"
            connection.execute(f"create table {table} as {_rows(stage, name, columns, name in there)}")
        connection.execute(f"create table {RUN_TABLE} as {statement(RUN_TABLE)}", {"as_of": as_of})
        sources = {expectation.source for expectation in expectations}
        for name in FILES:
            if name in sources or name not in SOURCES:
                connection.execute(f"create table {name} as {statement(name)}")
        found = {}
        for source in sorted(sources):
            mine = [expectation for expectation in expectations if expectation.source == source]
            counted = ", ".join(_counted(expectation) for expectation in mine)
            row = connection.execute(f"select {counted} from {relation(source)}").fetchone()
            assert row is not None
            for place, expectation in enumerate(mine):
                found[expectation.id] = {"n_checked": row[2 * place], "n_failed": row[2 * place + 1]}
        return found


def _rows(stage: Path, name: str, columns: Mapping[str, str], is_there: bool) -> str:
    if is_there:
        return f"select * from '{stage / name}.parquet'"
    return "select " + ", ".join(f"cast(null as {kind}) as {column}" for column, kind in columns.items()) + " limit 0"


def _counted(expectation: Expectation) -> str:
    """How many rows are tested, and how many of them break the expectation."""
    if expectation.gx == "expect_table_columns_to_match_set":
        # Staging gives a table all its columns, or the statement above would have failed.
        return f"{len(expectation.arguments['column_set'])}, 0"
    if not expectation.value:
        return "count(*), cast(count(*) < 1 as integer)"
    tested = "count(*)" if expectation.gx.endswith("_not_be_null") else f"count({expectation.value})"
    return f"{tested}, count(*) filter (where {broken(expectation)})"
