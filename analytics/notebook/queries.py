"""Free queries over the study's tables, on a database of their own that can reach nothing else.

The study's own database must read files. A query that an analyst types, or is given, runs on a second one, in memory:
its configuration is locked, file system and network are closed, and Python's variables are out of its sight. A table
is copied there when a query first names it.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analytics.engine import statements
from analytics.errors import UserError, nearest
from analytics.extracts.schema import TABLES
from analytics.policy.tables import COLUMNS
from analytics.results import RESULTS
from analytics.stopping import interruptible

if TYPE_CHECKING:
    import polars as pl

    from analytics.study import Study

#: Closed for good: no file, no network, no variable of the notebook, no setting changed afterwards.
LOCKED = ("set enable_external_access = false", "set python_enable_replacements = false")
_READ = tuple(f"{name}_read" for name in TABLES)


def known_tables() -> tuple[str, ...]:
    """What a query may name: result tables, the staged and in-between tables of `sql/`, extracts as read, policies."""
    return tuple(dict.fromkeys([*RESULTS, *_READ, *sorted(statements()), *COLUMNS]))


class Queries:
    """The database that free queries run on."""

    def __init__(self, study: "Study") -> None:
        import duckdb

        self._study = study
        self._copied: set[str] = set()
        asked = "select current_setting('temp_directory'), current_setting('memory_limit')"
        try:
            spill, memory = study.engine.rows(asked)[0]
        except duckdb.ConnectionException:
            raise UserError(_closed()) from None
        self._connection = duckdb.connect(
            config={
                # Beside the study's own spill files, not among them; the study's folder goes with the study.
                "temp_directory": str(Path(spill) / "queries"),
                "memory_limit": memory,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
        )
        with suppress(duckdb.Error):  # A notebook without ipywidgets has no bar to switch off.
            self._connection.execute("set enable_progress_bar = false")
        for statement in (*LOCKED, "set lock_configuration = true"):
            self._connection.execute(statement)

    def run(self, text: str, parameters: dict[str, Any]) -> "pl.DataFrame":
        """One SELECT as a Polars frame; `UserError` says in a sentence what is wrong with another text."""
        import duckdb
        from polars.exceptions import PolarsError

        if not isinstance(text, str):
            raise UserError(f"study.sql takes a query as text, and was given {text!r}.")
        try:
            with interruptible():
                _refuse_all_but_one_select(text, parameters)
                for name in _named(text):
                    self._copy(name)
                answer = self._connection.sql(text, params=parameters or None)
                _refuse_spans(answer.columns, answer.types)
                frame: pl.DataFrame = answer.pl()
        except duckdb.Error as fault:
            raise UserError(_sentence(str(fault))) from None
        except PolarsError:
            raise UserError(
                "A column of the answer is of a type that a frame can't hold: convert it, as in cast(x as varchar)."
            ) from None
        return frame

    def close(self) -> None:
        """Let the copies go."""
        self._connection.close()

    def _copy(self, name: str) -> None:
        if name in self._copied:
            return
        engine = self._study.engine
        if name in _READ and self._study.lake:
            self._study.lake.refuse_if_counted(name.removesuffix("_read"))
        if name in RESULTS:
            rows: Any = self._study.frame(name)
        else:
            # Dates are bound into the staged tables: they are found before any of these is made.
            if self._study.dates and name in statements():
                engine.make(name)
            rows = engine.whole(name)
        self._connection.register("rows_to_copy", rows)
        self._connection.execute(f"create table {name} as select * from rows_to_copy")
        self._connection.unregister("rows_to_copy")
        self._copied.add(name)


def _named(text: str) -> list[str]:
    """The tables that a text names. A column of a table's name brings that table along, which does no harm."""
    words = {word.lower() for word in re.findall(r"\w+", text)}
    return [name for name in known_tables() if name in words]


def _refuse_all_but_one_select(text: str, parameters: dict[str, Any]) -> None:
    import duckdb

    found = duckdb.extract_statements(text)
    if len(found) != 1:
        raise UserError(f"study.sql takes one query at a time, and was given {len(found) or 'none'}.")
    if found[0].type != duckdb.StatementType.SELECT:
        raise UserError(_no_select(found[0].query, found[0].type.name.lower()))
    named = set(found[0].named_parameters)
    if named != set(parameters):
        needed = ", ".join(f"{name}=…" for name in sorted(named)) or "none"
        raise UserError(f"The values that the query names must be given, and no others: {needed}.")


def _no_select(text: str, kind: str) -> str:
    """What is said of a statement that is no SELECT: its first word, as it was typed."""
    bare = re.sub(r"--[^\n]*|/\*.*?\*/", " ", text, flags=re.DOTALL)
    word = next(iter(re.findall(r"[a-z]+", bare.lower())), kind)
    if kind == "multi" and re.search(r"\bpivot", bare, re.IGNORECASE):
        return "A pivot must name its values: pivot renewal on outcome in ('lapsed', 'stopped') using count(*)."
    if word in ("with", "from", "select"):
        word = kind.replace("_", " ")
    return f"study.sql only reads: a query begins with select, with or from, and this is '{word}'."


def _refuse_spans(columns: Sequence[str], kinds: Iterable[object]) -> None:
    """A frame can't hold the database's spans of time, which are of months, days and microseconds."""
    for column, kind in zip(columns, kinds, strict=True):
        # What is in quotes is a field's name or a value.
        if "INTERVAL" in re.sub(r"\"[^\"]*\"|'[^']*'", "", str(kind)):
            raise UserError(f"Column '{column}' is a span of time: ask for a number, as in date_diff('hour', a, b).")


def _sentence(fault: str) -> str:
    """What the database says of a wrong query, as one sentence in our words where we know the kind."""
    said = " ".join(fault.partition("\n\n")[0].split())
    for pattern, words in _FAULTS:
        found = re.search(pattern, said)
        if found:
            return words(*found.groups())
    kind, _, rest = said.partition(": ")
    return f"The query can't be run: {(rest or kind).rstrip('.!')}."


def _closed() -> str:
    return "The study is closed: open it again to ask it."


def _no_table(name: str) -> str:
    name = name.strip('"')
    if name in known_tables():
        return f"The table '{name}' is in no schema: name it as it is, without a dot."
    return f"There is no table '{name}'{nearest(name, known_tables())}: study.tables lists them."


def _no_column(name: str, candidates: str | None) -> str:
    near = ", ".join(re.findall(r"[\w.]+", candidates or ""))
    return f"No table of the query has a column '{name}'{f'; near it are {near}' if near else ''}."


def _no_types(call: str) -> str:
    return f"No function takes values of the types in {call}: convert them first, as in cast(x as double)."


def _no_group(column: str) -> str:
    return f"The column '{column}' is neither grouped by nor summed up: add `group by all` at the end."


_FAULTS: Iterable[tuple[str, Callable[..., str]]] = (
    (r"Table with name (\S+) does not exist", _no_table),
    (r'Referenced column "([^"]+)" not found[^!]*!(?: Candidate bindings: (.+))?', _no_column),
    (r'does not have a column named "([^"]+)"()', _no_column),
    (r"(?:disabled by configuration|configuration has been locked)", lambda: "A query can't reach files or settings."),
    (r'column "([^"]+)" must appear in the GROUP BY', _no_group),
    (r"No function matches the given name and argument types '(.+?)'\.", _no_types),
    (r"[Cc]onnection (?:already closed|has already been closed)", _closed),
    (r"Function with name (\S+) does not exist", lambda name: f"There is no function '{name}'."),
    (r"syntax error at end of input", lambda: "The query ends too early: something is missing after its last word."),
    (r'syntax error at or near "([^"]*)"', lambda word: f"The query can't be read as SQL near '{word}'."),
)
