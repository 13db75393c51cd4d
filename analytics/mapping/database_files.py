"""SQLite and DuckDB files: opened to be read alone, their rows carried in batches."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from analytics.errors import UserError
from analytics.mapping.asked import Asked, waited
from analytics.mapping.database_arrow import write_batches
from analytics.mapping.database_rows import write_rows
from analytics.room import usual_memory

_ROWS = 20_000


def write_sqlite(asked: Asked, file: Path, path: Path) -> None:
    """The rows that a SQLite file answers with, as Parquet. Its columns have the types that their values have."""
    place = f"{file.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(place, uri=True, check_same_thread=False)) as connection:
        cursor = connection.cursor()
        try:
            connection.execute("pragma query_only = on")
            waited(lambda: cursor.execute(asked.query), connection.interrupt)
        except sqlite3.Error as fault:
            raise _sqlite_fault(asked, fault) from None

        def batches() -> Iterator[list[tuple[Any, ...]]]:
            try:
                while rows := waited(lambda: cursor.fetchmany(_ROWS), connection.interrupt):
                    yield rows
            except sqlite3.Error as fault:
                raise _sqlite_fault(asked, fault) from None

        write_rows(asked, [name for name, *_ in cursor.description or ()], batches(), path)


def _sqlite_fault(asked: Asked, fault: sqlite3.Error) -> UserError:
    said = str(fault)
    undecoded = re.match(r"Could not decode to UTF-8 column '([^']*)'", said)
    if undecoded:
        return asked.fault(f"the column '{undecoded.group(1)}' holds text that is not UTF-8: cast it in the query")
    if "not a database" in said or "malformed" in said:
        return asked.fault("names a file that is no SQLite database, or a damaged one", address=True)
    if "unable to open" in said:
        return asked.fault("names a file that can't be opened", address=True)
    if "locked" in said:
        return asked.fault(
            "names a database that another program is writing: start again when it is done", address=True
        )
    if "readonly" in said or "not authorized" in said:
        return asked.fault("its query would change the database, which is only read")
    return asked.fault(f"its query failed ({asked.shown(said)})")


def write_duckdb(asked: Asked, file: Path, path: Path) -> None:
    """The rows that a DuckDB file answers with, as Parquet. Its query reads that file and nothing beside it."""
    import duckdb

    try:
        connection = duckdb.connect(file, read_only=True, config={"memory_limit": usual_memory()})
    except duckdb.Error:
        says = "names a file that is no DuckDB database, or one that another program is writing"
        raise asked.fault(says, address=True) from None
    with closing(connection):
        for setting in ("enable_external_access = false", "lock_configuration = true"):
            connection.execute(f"set {setting}")
        try:
            if len(connection.extract_statements(asked.query)) != 1:
                raise asked.fault("its query must be one statement")
            rows = waited(lambda: connection.sql(asked.query).to_arrow_reader(_ROWS), connection.interrupt)
        except duckdb.Error as fault:
            raise _duckdb_fault(asked, fault) from None

        def batches() -> Iterator[Any]:
            try:
                while True:
                    yield waited(rows.read_next_batch, connection.interrupt)
            except StopIteration:
                return
            except (duckdb.Error, OSError) as fault:
                raise _duckdb_fault(asked, fault) from None

        write_batches(asked, rows.schema, batches(), path)


def _duckdb_fault(asked: Asked, fault: Exception) -> UserError:
    kind = type(fault).__name__
    if kind in ("ParserException", "CatalogException", "BinderException"):
        return asked.fault(f"the database does not understand its query ({asked.shown(str(fault))})")
    if kind == "PermissionException" or "external access" in str(fault):
        return asked.fault("its query may read the tables of the database alone, and no files or other databases")
    return asked.fault(f"its query failed on what it read; {asked.unshown}")
