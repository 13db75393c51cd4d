"""A source that is a query: what a database answers -> one Parquet file, read like any other.

The address stands in an environment variable, so that no password is ever in a file or on a command line. Rows travel
in batches, and memory stays the same whatever their number. No message repeats the address or a value of a row.

PostgreSQL is read by Arrow's own driver (extra `postgres`), SQLite and DuckDB files by what is installed anyway,
other databases through SQLAlchemy where the driver is installed that their address names.
"""

import os
import re
from pathlib import Path
from urllib.parse import unquote

from analytics.errors import UserError
from analytics.mapping.asked import Asked
from analytics.room import put, unwritten

_EXAMPLE = "postgresql://user:password@host:5432/database"
_SCHEME = re.compile(r"^([a-z][a-z0-9]*)(\+[a-z0-9_]+)?://(.*)$", re.IGNORECASE | re.DOTALL)
# What a query begins with, after remarks and brackets: a statement that reads, and does nothing else.
_REMARKS = re.compile(r"\A(\s+|--[^\n]*(\n|\Z)|/\*.*?\*/|\()+", re.DOTALL)
_READS = ("select", "with", "values", "table", "from")


def fetch(variable: str, query: str, out: Path, what: str) -> Path:
    """Run a query on the database whose address an environment variable holds, and write its rows to `out`.

    out: a Parquet file that only its owner may read, complete or not there; dates, timestamps (as UTC), decimals,
    whole numbers, text and booleans keep their type. what: how messages call the source. The database is only read.
    Raises :class:`UserError` with one sentence for whatever is wrong with the address, the query or the database.
    """
    asked = Asked(what, variable, _checked(query, what, variable))
    address = _address(asked)
    scheme = _SCHEME.match(address)
    if scheme is None:
        raise asked.fault(f"is no address of a database, which looks like {_EXAMPLE}", address=True)
    asked = asked.knowing(address)
    try:
        put(out, lambda path: _write(asked, address, scheme, path))
    except OSError as fault:
        raise unwritten(out, fault) from None
    return out


def _write(asked: Asked, address: str, scheme: re.Match[str], path: Path) -> None:
    name, driver, rest = scheme.group(1).lower(), scheme.group(2), scheme.group(3)
    if driver is None and name in ("postgresql", "postgres"):
        from analytics.mapping.database_postgres import write
    elif driver is None and name in ("sqlite", "duckdb"):
        from analytics.mapping.database_files import write_duckdb, write_sqlite

        file = Path(unquote(rest.partition("?")[0].removeprefix("/")))
        if not rest.startswith("/") or not file.name:
            says = "names no file: three slashes come before its name, four before one that begins at the root"
            raise asked.fault(says, address=True)
        if not file.is_file():
            raise asked.fault("names a file that is not there", address=True)
        return write_sqlite(asked, file, path) if name == "sqlite" else write_duckdb(asked, file, path)
    else:
        from analytics.mapping.database_others import write
    write(asked, address, path)


def _address(asked: Asked) -> str:
    given = os.environ.get(asked.variable)
    if given is None or not given.strip():
        state = "is not set" if given is None else "is empty"
        raise UserError(
            f"{asked.what}: the environment variable {asked.variable} {state}: it must hold the address of the "
            f"database, like {_EXAMPLE}."
        )
    return given.strip()


def _checked(query: str, what: str, variable: str) -> str:
    """The query without a semicolon at its end; `UserError` where it is none that reads."""
    text = query.strip().rstrip(";").rstrip()
    word = re.match(r"[a-z]*", _REMARKS.sub("", text, count=1), re.IGNORECASE)
    if word is None or word.group(0).lower() not in _READS:
        raise UserError(
            f"{what}: its query must begin with select or with, as the database of {variable} is only read."
        )
    # A remark at the end would swallow what drivers write behind it.
    return text + "\n"
