"""From a configuration's sources to sources that a study reads: their files found, their columns held against ours."""

import csv
import gzip
import tempfile
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

from analytics.errors import UserError, nearest
from analytics.extracts.files import Dialect, Source, computed_name, find_sources, stored_columns
from analytics.extracts.rules import PLAIN, Rule, literal
from analytics.extracts.schema import TABLES, Column, Table
from analytics.mapping import expressions
from analytics.mapping.model import Layout, Reading, TableSource
from analytics.mapping.places import compression_of, files_of, form_of, readable
from analytics.policy.faults import Faults

if TYPE_CHECKING:
    pass

# Institutional lines often carry the header's date alone, so that either is enough.
_STANDS_FOR = {"claim_line_start_date": "claim_start_date"}
Stored = Mapping[str, str]


class Mapped:
    """The extracts of a folder, of which a layout maps some tables. What had to be written anew goes when it closes."""

    def __init__(self, layout: Layout | None) -> None:
        self.layout = layout
        self._aside = tempfile.TemporaryDirectory(prefix="um-") if layout else None

    def sources(self, folder: Path, elsewhere: Collection[str] = ()) -> dict[str, Source]:
        """Every table's source: mapped, or found by its name. elsewhere: tables that are no files."""
        try:
            mapped = open_layout(self.layout, folder, Path(self._aside.name)) if self.layout and self._aside else {}
            found = {**find_sources(folder, elsewhere={*elsewhere, *mapped}), **mapped}
        except BaseException:
            self.close()
            raise
        return {name: found[name] for name in TABLES if name in found}

    def close(self) -> None:
        """Let the files of our own go."""
        if self._aside:
            self._aside.cleanup()


def open_layout(layout: Layout, folder: Path, aside: Path) -> dict[str, Source]:
    """The sources by table name; `UserError` with all that doesn't fit the files.

    aside: a private folder for what must be written anew before it can be read.
    """
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "is not there"
        raise UserError(f"The folder of extracts '{folder}' {what}: name the folder that holds them.")
    found: dict[str, list[Source]] = {}
    for number, source in enumerate(layout.sources):
        found.setdefault(source.table, []).extend(_opened(source, folder, aside, number))
    for faults in _files_of_faults(layout):
        faults.check()
    return {name: _together(parts) for name, parts in found.items() if parts}


def _files_of_faults(layout: Layout) -> list[Faults]:
    return list({id(source.faults): source.faults for source in layout.sources}.values())


def _together(parts: Sequence[Source]) -> Source:
    """The parts of a table as one source: what any of them has, the table has."""
    columns = {column: stored for part in parts for column, stored in part.columns.items()}
    return replace(
        parts[0],
        files=tuple(path for part in parts for path in part.files),
        columns=columns,
        unknown=tuple(sorted({name for part in parts for name in part.unknown})),
        parts=tuple(parts),
        origin=tuple(name for part in parts for name in part.origin),
        called=", ".join(dict.fromkeys(part.called for part in parts)),
    )


@dataclass(frozen=True)
class _File:
    """A file to be read: what messages call it, its format, and where it lies, itself or written anew."""

    called: str
    form: str
    path: Path
    compression: str | None = None


def _opened(source: TableSource, folder: Path, aside: Path, number: int) -> list[Source]:
    """The parts of a source: its files with the same columns are read together."""
    groups: dict[tuple[str, tuple[tuple[str, str], ...]], list[_File]] = {}
    for file in _files(source, folder, aside, number):
        groups.setdefault((file.form, _stored(source, file)), []).append(file)
    return [_part(source, dict(stored), files) for (_, stored), files in groups.items()]


def _files(source: TableSource, folder: Path, aside: Path, number: int) -> list[_File]:
    """What a source's rows are read from; none, with a fault, where that isn't there."""
    paths = files_of(folder, source.paths)
    if not paths and not source.is_offered:
        named = " or ".join(f"'{path}'" for path in source.paths)
        source.faults.add((*source.at, "path"), f"no file in '{folder}' is {named}")
    found = []
    for place, path in enumerate(paths):
        form = source.format or form_of(path) or "csv"
        read = readable(source, path, aside, 1000 * number + place) if form == "csv" else path
        called = str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)
        packed = compression_of(source, path) if read == path else "none"
        found.append(_File(called, form, read, packed))
    return found


def _stored(source: TableSource, file: _File) -> tuple[tuple[str, str], ...]:
    """The columns of a file and their types; a CSV's and JSON's are text."""
    if file.form == "parquet":
        return stored_columns(file.path.parent, (file.path,))[file.path]
    names = source.header or (_json_names(file) if file.form == "json" else _csv_names(source, file))
    doubled = next((name for name in names if [one.lower() for one in names].count(name.lower()) > 1), None)
    if doubled is not None:
        raise UserError(
            f"'{file.called}' has the column '{doubled}' twice: keep one (upper and lower case are the same)."
        )
    return tuple((name, "VARCHAR") for name in names)


def _csv_names(source: TableSource, file: _File) -> tuple[str, ...]:
    try:
        with _text(file) as stream:
            rows = csv.reader(stream, delimiter=source.delimiter, quotechar=source.quote or None, strict=False)
            header = next(rows, None)
    except (OSError, EOFError, csv.Error):
        raise UserError(f"'{file.called}' can't be read as CSV: check its quotes, or export it again.") from None
    if not header:
        raise UserError(f"'{file.called}' has nothing in its first line, which must name the columns.")
    if any("\0" in name or "\ufffd" in name for name in header):
        raise UserError(f"'{file.called}' is not {source.encoding} text: name its encoding in source.{source.table}.")
    return tuple(name.strip() or f"column without a name {place}" for place, name in enumerate(header, 1))


def _text(file: _File) -> AbstractContextManager[IO[str]]:
    if file.compression == "gzip":
        return gzip.open(file.path, "rt", encoding="utf-8-sig", errors="replace", newline="")
    return file.path.open(encoding="utf-8-sig", errors="replace", newline="")


def _json_names(file: _File) -> tuple[str, ...]:
    with expressions.database().cursor() as connection:
        import duckdb

        try:
            found = connection.execute(
                "describe select * from read_json_auto(?, sample_size = -1, maximum_depth = 1)", [str(file.path)]
            ).fetchall()
        except duckdb.Error:
            raise UserError(f"'{file.called}' is not JSON, a row an object: export it again.") from None
    return tuple(name for name, *_ in found)


def _part(source: TableSource, stored: Stored, files: Sequence[_File]) -> Source:
    """Files with the same columns as one part of a table."""
    table, first = TABLES[source.table], files[0]
    described = _Columns(source, table, stored, first.called)
    for column in table.columns:
        described.add(column)
    described.check_required()
    return Source(
        table,
        tuple(file.path for file in files),
        first.form,
        described.columns,
        described.unused(),
        tuple(stored) if first.form != "parquet" else (),
        origin=tuple(file.called for file in files),
        called=source.name if len(files) > 1 else first.called,
        dialect=Dialect(source.delimiter, source.quote, not source.header, first.compression),
        rules=described.rules,
        computed=tuple(described.computed),
        keep=described.keep(),
    )


class _Columns:
    """What each column of ours is read from in files with the same columns."""

    def __init__(self, source: TableSource, table: Table, stored: Stored, file: str) -> None:
        self.source, self.table, self.stored, self.file = source, table, stored, file
        self.columns: dict[str, tuple[str, str]] = {}
        self.rules: dict[str, Rule] = {}
        self.computed: list[tuple[str, str]] = []
        self._by_name = {name.lower(): name for name in stored}
        self._used: set[str] = set()

    def add(self, column: Column) -> None:
        """Find where a column comes from."""
        reading = self.source.columns.get(column.name) or Reading(columns=(column.name,), is_offered=True)
        if reading.is_off:
            return
        rule = reading.rule if column.name in self.source.columns else self.source.rule
        if reading.constant is not None:
            self._compute(column, f"cast({literal(reading.constant)} as varchar)")
        elif reading.expression is not None:
            made = self._checked(reading.expression, ("columns", column.name))
            if made is None:
                return
            self._used.update(made.columns)
            self._compute(column, expressions.as_text(made, column))
        else:
            name = next((self._by_name[one.lower()] for one in reading.columns if one.lower() in self._by_name), None)
            if name is None:
                if not reading.is_offered:
                    self._missing(column, reading.columns)
                return
            self._used.add(name)
            self.columns[column.name] = (name, self.stored[name])
        if rule != PLAIN:
            self.rules[column.name] = rule

    def _compute(self, column: Column, text: str) -> None:
        self.computed.append((column.name, text))
        self.columns[column.name] = (computed_name(column.name), "VARCHAR")

    def keep(self) -> str | None:
        """The condition on the rows that are the table's."""
        made = self._checked(self.source.keep, ("keep",)) if self.source.keep else None
        return made.value if made else None

    def check_required(self) -> None:
        """Note the columns that the table can't do without."""
        for column in self.table.columns:
            there = {column.name, _STANDS_FOR.get(column.name, column.name)} & self.columns.keys()
            named = self.source.columns.get(column.name)
            if column.required and not there and (named is None or named.is_offered):
                near = nearest(column.name, [name for name in self.stored if name not in self._used])
                self.source.faults.add(
                    (*self.source.at, "columns", column.name),
                    f"'{self.file}' has no column '{column.name}', which {self.table.name} needs{near}",
                    f'{column.name} = "…"',
                )

    def unused(self) -> tuple[str, ...]:
        """The columns of the files that nothing reads; those of a preset's layout are known to be many."""
        return () if self.source.is_offered else tuple(sorted(name for name in self.stored if name not in self._used))

    def _missing(self, column: Column, names: Sequence[str]) -> None:
        listed = " nor ".join(f"'{name}'" for name in names)
        self.source.faults.add(
            (*self.source.at, "columns", column.name),
            f"'{self.file}' has no column {listed}{nearest(names[0], list(self.stored))}",
        )

    def _checked(self, text: str, at: tuple[str, ...]) -> expressions.Expression | None:
        try:
            return expressions.checked(text, self.stored, self.source.rule.blank)
        except expressions.Wrong as wrong:
            self.source.faults.add((*self.source.at, *at), f"{wrong} ('{self.file}')")
            return None
