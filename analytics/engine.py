"""Run the files of `sql/` in the order in which they need each other, on an embedded DuckDB.

A file holds one SELECT and makes the table of its own name. What it needs is read from the SQL itself, so nobody
keeps an order by hand, and asking for one table runs only what that table needs.
"""

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analytics import holding, resources
from analytics.arrow import Stream
from analytics.extracts.faults import unreadable
from analytics.extracts.files import Source, shaped_select
from analytics.extracts.relations import opened
from analytics.room import out_of_room, usual_memory
from analytics.stopping import interruptible

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


# Files whose table would only repeat rows that are held already: they are made as views.
VIEWS = ("medical_claim_in_scope",)
# Where administrations are many, these too: working them out again costs less than holding them.
VIEWS_OF_MANY = ("limit_outcome", "limit_result", "scenario_result", "tested_dose", "tested_limit")
MANY = 250_000
# What is let go once a table is made, as it was only on the way to it; asked for again, it is made again.
# A database in memory keeps the first rows of each part of a table where they can't be spilled: about 5 % of its bytes.
RELEASED = {
    "answer": ("answer_reading",),
    "medical_claim_known": ("medical_claim_kept",),
    "claim_fate": ("claim_link", "medical_claim_correction"),
    "clinical_answer_row": ("clinical_answer_in_scope",),
    "criterion_review_row": ("criterion_review_in_scope",),
    "medical_claim_row": (
        *("medical_claim_in_scope", "medical_claim_digest", "medical_claim_unsure"),
        *("medical_claim_repeated", "medical_claim_known"),
    ),
    "window_result": ("window_total",),
}
# These read what is let go there, and are needed later.
FIRST = {"medical_claim_row": ("in_scope_person", "in_scope_date", "medical_claim_extent")}
_NAMED = re.compile(r"(?<!distinct )\b(?:from|join)\s+([a-z_0-9]+)")
_OWN = re.compile(r"(?:\bwith|,)\s+([a-z_]+)\s+as\s+\(")


@cache
def code(name: str) -> str:
    """A file's text without its comments."""
    return re.sub(r"--[^\n]*", "", statements()[name].read_text(encoding="utf-8"))


@cache
def needs(name: str) -> frozenset[str]:
    """The tables that a file reads, its own CTEs left out.

    Taken from the text by pattern, as parsing 90 files takes longer than a small extract; the tests hold it against
    what a parser finds.
    """
    return frozenset(_NAMED.findall(code(name))) - frozenset(_OWN.findall(code(name)))


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
        settings["memory_limit"] = memory_limit or usual_memory()
        if threads:
            settings["threads"] = threads
        self.connection = duckdb.connect(config=settings)
        # A file is looked at some ten times; what its parts are is read once.
        self.connection.execute("set parquet_metadata_cache = true")
        with suppress(duckdb.Error):  # A notebook without ipywidgets has no bar to switch off.
            self.connection.execute("set enable_progress_bar = false")
        self.parameters: dict[str, Any] = {}
        self.sources: Mapping[str, Source] = {}
        # Told of each table before it is made, as some take minutes.
        self.progress: Callable[[str], None] = lambda name: None
        self._made: set[str] = set()
        self._views: set[str] = set()
        self._table = holding.IN_MEMORY
        self._shown: dict[str, str] = {}
        self._derived: dict[str, tuple[str, str | None]] = {}

    @property
    def spill(self) -> str:
        """The folder of temporary files."""
        return self._spill.name

    def close(self) -> None:
        """Let the database and its spill folder go."""
        self.connection.close()
        self._spill.cleanup()

    def load(self, name: str, columns: Sequence[tuple[str, str]], rows: Sequence[tuple[Any, ...]]) -> None:
        """Make a small table from Python rows: policies, scenarios and the like."""
        if not rows:
            listed = ", ".join(f"{column} {kind}" for column, kind in columns)
            self.connection.execute(f"create or replace temp table {name} ({listed})")
            self._made.add(name)
            return
        # Column by column: binding a list each is many times faster than inserting row by row.
        listed = ", ".join(f"unnest(cast(? as {kind}[])) as {column}" for column, kind in columns)
        values = [[row[place] for row in rows] for place in range(len(columns))]
        self.connection.execute(f"create or replace temp table {name} as select {listed}", values)
        self._made.add(name)

    def view(self, name: str, text: str) -> None:
        """Name a SELECT that takes no parameter."""
        self.connection.execute(f"create or replace temp view {name} as {text}")
        self._made.add(name)
        self._views.add(name)

    def derive(self, name: str, text: str, held_if: str | None = None) -> None:
        """Name a SELECT over tables that are not made yet: it becomes a view when it is first needed.

        held_if: a query for one truth value; where it is true, the rows are held as a table.
        """
        self._derived[name] = (text, held_if)

    def show(self, name: str, text: str) -> None:
        """Have a file's rows held as `<name>_held`, and `name` be a view of them that adds what can be worked out."""
        self._shown[name] = text

    def make(self, *names: str) -> None:
        """Make the tables, and before them whatever they need."""
        for name in names:
            if name in self._made:
                continue
            if name in self._derived:
                text, held_if = self._derived[name]
                self.make(*sorted(_NAMED.findall(f"{text} {held_if or ''}")))
                is_held = held_if is not None and self.rows(held_if)[0][0]
                (self.table if is_held else self.view)(name, text)
                continue
            if name not in statements():
                raise KeyError(f"no file in sql/ makes the table {name}")
            for needed in (*FIRST.get(name, ()), *sorted(needs(name))):
                if needed != name:
                    self.make(needed)
            self.progress(name)
            self._run(name)
            self._made.add(name)
            for stem in RELEASED.get(name, ()):
                self._release(stem)

    def _release(self, stem: str) -> None:
        """Let a table go, and its parts (`<stem>_0`, …)."""
        for name in sorted(self._made):
            if name == stem or re.fullmatch(rf"{stem}_\d+", name):
                self.connection.execute(f"drop {'view' if name in self._views else 'table'} {name}")
                self._made.discard(name)
                self._views.discard(name)

    def _run(self, name: str) -> None:
        text = statements()[name].read_text(encoding="utf-8")
        with self._explained():
            if "$depth" in text:
                self._fold(name, text)
            else:
                kind = "view" if self._is_view(name) else "table"
                held = f"{name}_held" if name in self._shown else name
                made = "temp view " if kind == "view" else self._table
                self.connection.execute(f"create {made}{held} as {text}", self._bound(text))
                if kind == "view":
                    self._views.add(held)
                if held != name:
                    self.view(name, self._shown[name])
                self._table = holding.after(name, self._table, self.connection, self.spill)

    def _is_view(self, name: str) -> bool:
        if name in VIEWS_OF_MANY:
            return bool(self.rows("select count(*) from administration_day")[0][0] > MANY)
        return name in VIEWS

    def _fold(self, name: str, text: str) -> None:
        """A file that takes `$depth` reads its own deeper rows: run it once per depth, from the leaves to the root."""
        self.connection.execute(f"create temp table {name} ({FOLDED[name]})")
        for depth in range(self.parameters["deepest"], -1, -1):
            self.connection.execute(f"insert into {name} by name {text}", self._bound(text, depth=depth))

    def _bound(self, text: str, **more: Any) -> dict[str, Any]:
        given: Mapping[str, Any] = {**self.parameters, **more}
        bare = re.sub(r"--[^\n]*", "", text)
        return {name: given[name] for name in set(PARAMETER.findall(bare))}

    def frame(self, name: str) -> "pl.DataFrame":
        """A table as a Polars frame."""
        self.make(name)
        return self.query(f"select * from {name}")

    def query(self, text: str, **parameters: Any) -> "pl.DataFrame":
        """A query of ours as a Polars frame."""
        import polars as pl

        with self._explained():
            return pl.DataFrame(Stream(self.connection.sql(text, params=parameters or None)))

    def rows(self, text: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """A query of ours as Python rows."""
        with self._explained():
            return self.connection.execute(text, parameters or None).fetchall()

    def table(self, name: str, text: str) -> None:
        """Make a table from a query of ours that takes no parameter."""
        with self._explained():
            self.connection.execute(f"create or replace temp table {name} as {text}")
        self._made.add(name)

    def whole(self, name: str) -> Any:
        """All rows of a table, for a copy of them in another database."""
        return self.connection.sql(f"select * from {name}").arrow()

    @contextmanager
    def held(self, name: str) -> "Iterator[str]":
        """A table with the rows of a view, for a while: to work them out and to sort them at once takes both's room."""
        if name not in self._views:
            yield name
            return
        self.table(f"{name}_worked_out", f"select * from {name}")
        yield f"{name}_worked_out"
        self._release(f"{name}_worked_out")

    def export(self, text: str, path: Path) -> None:
        """Write a query of ours to a Parquet file that its owner alone may read."""
        with self._explained():
            self.connection.sql(text).write_parquet(str(path), compression="zstd")
        # The database makes the file with the rights of its own; the folder that it lies in is private meanwhile.
        path.chmod(0o600)

    def export_csv(self, text: str, path: Path) -> None:
        """Write a query of ours to a CSV file that its owner alone may read; an empty field is null."""
        with self._explained():
            self.connection.sql(text).write_csv(str(path), header=True)
        path.chmod(0o600)

    def load_frame(self, name: str, frame: "pl.DataFrame") -> None:
        """Make a table from a Polars frame."""
        self.connection.register("frame_to_load", Stream(frame))
        self.connection.execute(f"create or replace temp table {name} as select * from frame_to_load")
        self.connection.unregister("frame_to_load")
        self._made.add(name)

    def open_files(self, name: str, source: Source) -> None:
        """Name the rows of an extract's files, as they are stored."""
        shaped = shaped_select(source, f"{name}_all")
        opened(self.connection, source).create_view(f"{name}_all" if shaped else name)
        if shaped:
            self.connection.execute(f"create or replace view {name} as {shaped}")
        self._made.add(name)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn what the database says of an unreadable file, or of a full disk, into a sentence."""
        import duckdb

        try:
            with interruptible():
                yield
        except duckdb.Error as fault:
            sentence = out_of_room(fault, self.spill) or unreadable(fault, list(self.sources.values()))
            if sentence is None:
                raise
            raise sentence from None
