"""Any other database, through SQLAlchemy and the driver that its address names, where that is installed.

The transaction is asked to be read-only where SQLAlchemy knows how to, and never committed.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from analytics.errors import UserError
from analytics.mapping.asked import Asked, let_go, waited
from analytics.mapping.database_rows import write_rows

_ROWS = 20_000


def write(asked: Asked, address: str, path: Path) -> None:
    """The rows that the database answers with, as Parquet; columns have the types that their values have."""
    from sqlalchemy.exc import SQLAlchemyError

    engine = _engine(asked, address)
    try:
        connection = waited(engine.connect)
    except Exception as fault:
        raise asked.fault(
            f"leads to no database that lets us in ({_named(fault)}): look at the host, the account and the password, "
            "in the database's own client",
            address=True,
        ) from None
    try:
        options: dict[str, Any] = {"stream_results": True, "max_row_buffer": _ROWS, "no_parameters": True}
        if engine.dialect.name == "postgresql":
            options["postgresql_readonly"] = True
        connection = connection.execution_options(**options)
        if engine.dialect.name == "sqlite":
            # Its driver begins no transaction for a change behind a with: nothing could be rolled back.
            connection.exec_driver_sql("pragma query_only = on")
        try:
            result = waited(lambda: connection.exec_driver_sql(asked.query))
        except SQLAlchemyError as fault:
            raise _failed(asked, fault) from None

        def batches() -> Iterator[list[Any]]:
            try:
                while rows := waited(lambda: result.fetchmany(_ROWS)):
                    yield rows
            except SQLAlchemyError as fault:
                raise _failed(asked, fault) from None

        write_rows(asked, list(result.keys()) if result.returns_rows else [], batches(), path)
    finally:
        let_go(connection.close, engine.dispose)


def _engine(asked: Asked, address: str) -> Any:
    from sqlalchemy import create_engine
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError
    from sqlalchemy.pool import NullPool

    try:
        return create_engine(address, poolclass=NullPool, hide_parameters=True)
    except NoSuchModuleError:
        raise asked.fault(
            "begins with a scheme that nothing here reads: it is postgresql://, sqlite:///, duckdb:/// or one whose "
            "SQLAlchemy driver is installed, like mssql+pyodbc://",
            address=True,
        ) from None
    except ModuleNotFoundError as fault:
        raise asked.fault(f"needs the driver '{fault.name}', which is not installed", address=True) from None
    except (ArgumentError, ValueError, TypeError):
        raise asked.fault(
            "can't be taken apart: it looks like scheme://user:password@host:port/database, with signs like @ and / "
            "in a password written %40 and %2F",
            address=True,
        ) from None


def _failed(asked: Asked, fault: Exception) -> UserError:
    if getattr(fault, "connection_invalidated", False):
        return asked.fault("the database went away while its rows were read: start again when it is back")
    return asked.fault(f"its query failed ({_named(fault)}); {asked.unshown}")


def _named(fault: Exception) -> str:
    """A driver's fault by its class and code alone: its text may hold the address, and values."""
    original = getattr(fault, "orig", None) or fault
    code = getattr(original, "sqlstate", None) or getattr(original, "pgcode", None)
    return f"{type(original).__name__}{f' {code}' if isinstance(code, str) and code.isalnum() else ''}"
