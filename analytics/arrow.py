"""Rows on their way between the database and Polars, without pyarrow and numpy, which take long to load.

Polars holds on to every class that it was ever given until the process ends, and through it to the module that the
class stands in. The database's own class must not be among them, nor any module from which a connection can be
reached, or the database complains at exit: so this module imports nothing.
"""


class Stream:
    """A relation or frame as nothing but its stream of rows (the Arrow PyCapsule interface)."""

    def __init__(self, rows: object) -> None:
        self._rows = rows

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._rows.__arrow_c_stream__(requested_schema)  # type: ignore[attr-defined]
