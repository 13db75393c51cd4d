"""The one database that files and expressions are looked at with, before any are read."""

import atexit
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


@cache
def looking() -> "duckdb.DuckDBPyConnection":
    """A database to look at files and expressions with, opened once: that takes longer than to look at them."""
    import duckdb

    # Nothing is ever fetched: an extension that is not built in is an error, not a download.
    connection = duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})
    atexit.register(connection.close)
    return connection
