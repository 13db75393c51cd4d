"""Run the files of `sql/` in the order in which they need each other, on an embedded DuckDB.

A file holds one SELECT and makes the table of its own name. What it needs is read from the SQL itself, so nobody
keeps an order by hand, and asking for one table runs only what that table needs.
"""

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analytics import resources
from analytics.errors import UserError
from analytics.extracts.files import Source, unreadable

if TYPE_CHECKING:
    import polars as pl

# What a statement may be told from outside; each is bound, never pasted in.
PARAMETER = re.compile(r"\$([a-z_]+)")
# Tables that a file makes from their own rows, one depth of the tree after the other: they need their columns first.
FOLDED = {
    "node_value": (
        "authorization_id varchar, node_id varchar, parent_id varchar, depth integer, "
        "reviewed integer, evaluated integer"
    ),
}
FOLDERS = ("stage", "dosing", "approvals", "renewals", "quality")


@cache
def statements() -> dict[str, Path]:
    """Every SQL file by the name of the table that it makes."""
    root = resources.folder("sql")
    return {path.stem: path for part in FOLDERS for path in sorted((root / part).glob("*.sql"))}


@cache
def needs(name: str) -> frozenset[str]:
    """The tables that a file reads, its own CTEs left out."""
    import sqlglot
    from sqlglot import exp

    tree = sqlglot.parse_one(statements()[name].read_text(encoding="utf-8"), read="duckdb")
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    return frozenset(table.name for table in tree.find_all(exp.Table) if table.name not in own)


class Engine:
    """One private in-memory database; tables that outgrow `memory_limit` spill to a folder that only we can read."""

    def __init__(self, memory_limit: str | None = None, threads: int | None = None) -> None:
        import duckdb

        self._spill = tempfile.TemporaryDirectory(prefix="um-")
        settings: dict[str, Any] = {
            "temp_directory": self._spill.name,
            # Nothing is ever fetched: an extension that is not built in is an error, not a download.
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "preserve_insertion_order": False,
        }
        if memory_limit:
            settings["memory_limit"] = memory_limit
        if threads:
            settings["threads"] = threads
        self.connection = duckdb.connect(config=settings)
        with suppress(duckdb.Error):  # A notebook without ipywidgets has no bar to switch off.
            self.connection.execute("set enable_progress_bar = false")
        self.parameters: dict[str, Any] = {}
        self.sources: Mapping[str, Source] = {}
        self._made: set[str] = set()

    def close(self) -> None:
        """Let the database and its spill folder go."""
        self.connection.close()
        self._spill.cleanup()

    def load(self, name: str, columns: Sequence[tuple[str, str]], rows: Sequence[tuple[Any, ...]]) -> None:
        """Make a small table from Python rows: policies, scenarios and the like."""
        # Column by column: binding a list each is many times faster than inserting row by row.
        listed = ", ".join(f"unnest(cast(? as {kind}[])) as {column}" for column, kind in columns)
        values = [[row[place] for row in rows] for place in range(len(columns))]
        self.connection.execute(f"create or replace temp table {name} as select {listed}", values)
        self._made.add(name)

    def view(self, name: str, text: str) -> None:
        """Name a SELECT that takes no parameter."""
        self.connection.execute(f"create or replace temp view {name} as {text}")
        self._made.add(name)

    def make(self, *names: str) -> None:
        """Make the tables, and before them whatever they need."""
        for name in names:
            if name in self._made:
                continue
            if name not in statements():
                raise KeyError(f"no file in sql/ makes the table {name}")
            for needed in sorted(needs(name)):
                if needed != name:
                    self.make(needed)
            self._run(name)
            self._made.add(name)

    def _run(self, name: str) -> None:
        text = statements()[name].read_text(encoding="utf-8")
        with self._explained():
            if "$depth" in text:
                self._fold(name, text)
            else:
                self.connection.execute(f"create temp table {name} as {text}", self._bound(text))

    def _fold(self, name: str, text: str) -> None:
        """A file that takes `$depth` reads its own deeper rows: run it once per depth, from the leaves to the root."""
        self.connection.execute(f"create temp table {name} ({FOLDED[name]})")
        for depth in range(self.parameters["deepest"], -1, -1):
            self.connection.execute(f"insert into {name} by name {text}", self._bound(text, depth=depth))

    def _bound(self, text: str, **more: Any) -> dict[str, Any]:
        given: Mapping[str, Any] = {**self.parameters, **more}
        code = re.sub(r"--[^\n]*", "", text)
        return {name: given[name] for name in set(PARAMETER.findall(code))}

    def frame(self, name: str) -> "pl.DataFrame":
        """A table as a Polars frame."""
        self.make(name)
        return self.query(f"select * from {name}")

    def query(self, text: str, **parameters: Any) -> "pl.DataFrame":
        """A query of ours as a Polars frame."""
        with self._explained():
            frame: pl.DataFrame = self.connection.sql(text, params=parameters or None).pl()
        return frame

    def rows(self, text: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """A query of ours as Python rows."""
        with self._explained():
            return self.connection.execute(text, parameters or None).fetchall()

    def load_rows(self, name: str, columns: dict[str, str], rows: list[tuple[Any, ...]]) -> None:
        """Make a table from Python rows that may be many: through a frame, not value by value."""
        import polars as pl

        frame = pl.DataFrame(rows, schema=list(columns), orient="row") if rows else None
        if frame is None:
            self.load(name, list(columns.items()), [])
        else:
            self.load_frame(name, frame)

    def export(self, text: str, path: Path) -> None:
        """Write a query of ours to a Parquet file that its owner alone may read."""
        with self._explained():
            self.connection.sql(text).write_parquet(str(path), compression="zstd")
        # The database makes the file with the rights of its own; the folder that it lies in is private meanwhile.
        path.chmod(0o600)

    def load_frame(self, name: str, frame: "pl.DataFrame") -> None:
        """Make a table from a Polars frame."""
        self.connection.register("frame_to_load", frame)
        self.connection.execute(f"create or replace temp table {name} as select * from frame_to_load")
        self.connection.unregister("frame_to_load")
        self._made.add(name)

    def open_files(self, name: str, source: Source) -> None:
        """Name the rows of an extract's files, as they are stored."""
        files = [str(path) for path in source.files]
        if source.format.startswith("parquet"):
            relation = self.connection.sql(
                "select * from read_parquet($files, union_by_name = true, hive_partitioning = $partitioned, "
                "hive_types_autocast = false)",
                params={"files": files, "partitioned": source.format.endswith("partitioned")},
            )
        else:
            # The dialect is fixed, not guessed: a guess from the first rows may differ from one extract to the next.
            relation = self.connection.sql(
                "select * from read_csv($files, columns = $columns, header = true, auto_detect = false, "
                "delim = ',', quote = '\"', escape = '\"')",
                params={"files": files, "columns": dict.fromkeys(source.header, "VARCHAR")},
            )
        relation.create_view(name)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn what the database says of an unreadable file, or of a full disk, into a sentence."""
        import duckdb

        try:
            yield
        except duckdb.Error as fault:
            sentence = out_of_room(fault) or unreadable(fault, list(self.sources.values()))
            if sentence is None:
                raise
            raise sentence from None


def out_of_room(fault: Exception) -> UserError | None:
    """The sentence for a full disk or too little memory, where that is what went wrong."""
    if "No space left" in str(fault):
        folder = tempfile.gettempdir()
        return UserError(f"The disk is full: free space in '{folder}' or point TMPDIR at a roomier one.")
    if type(fault).__name__ == "OutOfMemoryException":
        return UserError(
            "The memory allowed is too little for these extracts: give more with --memory-limit, like 2GB."
        )
    return None
