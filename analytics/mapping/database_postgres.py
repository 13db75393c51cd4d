"""PostgreSQL through Arrow's driver: a read-only transaction, its rows as the server sends them, batch by batch.

The driver copies a query's rows out in binary form, so the server neither holds a cursor nor the client all rows.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from analytics.errors import UserError
from analytics.mapping.asked import Asked, let_go, waited
from analytics.mapping.database_arrow import write_batches

_BATCH_BYTES = 4 << 20
# A server that is gone without a word is noticed within two minutes; the address may say otherwise.
_OPTIONS = {
    "connect_timeout": "15",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "6",
    "application_name": "um-analytics",
}
# What libpq and the server say on the way in -> what it means. libpq gives no code for these.
_ON_OPENING = (
    (r"invalid (URI|integer|percent|port|connection|value|sslmode)|missing key|forbidden value|end of string", ""),
    (r"authentication failed|no password supplied|no pg_hba\.conf entry|role \".*\" does not exist", "user"),
    (r"database \".*\" does not exist", "database"),
    (r"SSL", "encryption"),
    (r"starting up|shutting down|too many|slots are reserved|in recovery mode", "busy"),
    (r"translate host name|refused|timeout|timed out|No route|unreachable|No such file|server closed", "absent"),
)
_OPENING_SAYS = {
    "": "is no address that PostgreSQL's client understands: it looks like "
    "postgresql://user:password@host:5432/database, with signs like @ and / in a password written %40 and %2F",
    "user": "names an account that the database does not let in: look at the user, the password, and from where it "
    "may connect",
    "database": "names a database that the server does not have",
    "encryption": "asks for an encrypted connection in a way that the server does not offer (sslmode)",
    "busy": "leads to a server that takes no connection just now: try again later",
    "absent": "leads to no database that answers: look at the host and the port, and whether it runs",
}
_GONE = re.compile(
    r"closed the connection|terminating connection|receive data|connection not open|no connection to the server"
    r"|SSL SYSCALL|could not send|Connection (reset|timed out)"
)
# Messages of the server about values, without the values.
_OF_VALUES = re.compile(
    r"invalid input syntax for type [\w ]+|division by zero|[\w/ ]+ out of range|numeric field overflow"
    r"|more than one row returned by a subquery used as an expression|permission denied for [\w ]+"
    r"|canceling statement due to [\w ]+|out of memory|out of shared memory|could not write to file"
)


def write(asked: Asked, address: str, path: Path) -> None:
    """The rows that PostgreSQL answers with, as Parquet."""
    dbapi = _driver(asked)
    import pyarrow as pa

    faults = (dbapi.Error, OSError, pa.ArrowException)
    if address.partition("?")[0].count("@") > 1:
        # Else a piece of the password would be looked up as the name of a host.
        raise asked.fault(_OPENING_SAYS[""], address=True)
    try:
        connection = waited(lambda: dbapi.connect(_with_options(address), autocommit=False))
    except faults as fault:
        raise _not_opened(asked, str(fault)) from None
    cursor = connection.cursor(adbc_stmt_kwargs={"adbc.postgresql.batch_size_hint_bytes": str(_BATCH_BYTES)})
    try:
        try:
            rows = waited(lambda: _asked(cursor, asked.query), cursor.adbc_cancel)
        except faults as fault:
            raise _failed(asked, fault) from None
        write_batches(asked, rows.schema, _batches(asked, rows, cursor.adbc_cancel, faults), path)
    finally:
        let_go(cursor.close, connection.close)


def _driver(asked: Asked) -> Any:
    try:
        import adbc_driver_postgresql.dbapi as dbapi
    except ImportError:
        raise asked.fault(
            "is the address of a PostgreSQL database, which needs the extra postgres: install um-analytics[postgres]",
            address=True,
        ) from None
    return dbapi


def _with_options(address: str) -> str:
    before, mark, given = address.partition("?")
    more = [f"{name}={value}" for name, value in _OPTIONS.items() if not re.search(rf"(^|&){name}=", given)]
    return before + "?" + "&".join(([given] if mark and given else []) + more)


def _asked(cursor: Any, query: str) -> Any:
    cursor.execute("set transaction read only")
    cursor.execute(query)
    return cursor.fetch_record_batch()


def _batches(asked: Asked, rows: Any, cancel: Callable[[], object], faults: Any) -> Iterator[Any]:
    while True:
        try:
            yield waited(rows.read_next_batch, cancel)
        except StopIteration:
            return
        except faults as fault:
            raise _failed(asked, fault) from None


def _not_opened(asked: Asked, said: str) -> UserError:
    meaning = next((meaning for words, meaning in _ON_OPENING if re.search(words, said)), None)
    if meaning is None:
        return asked.fault(
            "is an address under which no connection was made: try it in the database's own client", True
        )
    return asked.fault(_OPENING_SAYS[meaning], address=True)


def _failed(asked: Asked, fault: Exception) -> UserError:
    """The sentence for a query that failed, by the server's code (SQLSTATE) where it has one, else by words."""
    code, said = getattr(fault, "sqlstate", None) or "", str(fault)
    primary = re.search(r"(?:ERROR|FATAL|PANIC): +(.*)", said)
    message = primary.group(1) if primary else ""
    if _GONE.search(said) or code[:2] == "08" or code in ("57P01", "57P02", "57P03"):
        return asked.fault("the database went away while its rows were read: start again when it is back")
    if code == "25006":
        return asked.fault("its query would change the database, which is only read")
    if code == "42501":
        return asked.fault(f"the account may not read what the query asks for ({asked.shown(message)})")
    if code[:2] == "42":
        return asked.fault(f"the database does not understand its query ({asked.shown(message)})")
    known = _OF_VALUES.match(message)
    if known:
        return asked.fault(f"its query failed on what it read ({known.group(0).strip()})")
    return asked.fault(f"its query failed{f' (code {code})' if code else ''}; {asked.unshown}")
