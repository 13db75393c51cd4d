"""From a configuration's sources to sources that a study reads: their files found, their columns held against ours."""

import csv
import gzip
import tempfile
import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from analytics.errors import UserError
from analytics.extracts.files import (
    Dialect,
    Source,
    find_sources,
    open_text,
    parquet_columns,
    refuse_doubled_columns,
)
from analytics.extracts.looking import looking
from analytics.extracts.schema import TABLES
from analytics.mapping.database import fetch
from analytics.mapping.matching import Columns, Stored
from analytics.mapping.model import Layout, TableSource
from analytics.mapping.places import called_in, compression_of, files_of, form_of, readable, unfolded
from analytics.mapping.resources import FhirRows, read_resources
from analytics.policy.faults import Faults


class Mapped:
    """The extracts of a folder, of which a layout maps some tables. What had to be written anew goes when it closes."""

    def __init__(self, layout: Layout | None) -> None:
        self.layout = layout
        self.warnings: list[str] = []
        self._aside: tempfile.TemporaryDirectory[str] | None = None

    def sources(self, folder: Path, elsewhere: Collection[str] = ()) -> dict[str, Source]:
        """Every table's source: mapped, or found by its name. elsewhere: tables that are no files."""
        try:
            mapped = self.mapped(folder)
            found = {**find_sources(folder, elsewhere={*elsewhere, *mapped}), **mapped}
        except BaseException:
            self.close()
            raise
        return {name: found[name] for name in TABLES if name in found}

    def mapped(self, folder: Path) -> dict[str, Source]:
        """The sources of the tables that the layout maps."""
        if not self.layout:
            return {}
        self._aside = tempfile.TemporaryDirectory(prefix="um-")
        return open_layout(self.layout, folder, Path(self._aside.name), self.warnings)

    def close(self) -> None:
        """Let the files of our own go."""
        if self._aside:
            self._aside.cleanup()


def open_layout(layout: Layout, folder: Path, aside: Path, warnings: list[str]) -> dict[str, Source]:
    """The sources by table name; `UserError` with all that doesn't fit the files.

    aside: a private folder for what must be written anew before it can be read. warnings: takes what a reader should
    know of the reading.
    """
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "is not there"
        raise UserError(f"The folder of extracts '{folder}' {what}: name the folder that holds them.")
    found: dict[str, list[Source]] = {}
    resources = read_resources(layout, folder, aside)
    warnings += resources.warnings
    for number, source in enumerate(layout.sources):
        parts = (
            _opened(source, folder, aside, number) if source.format != "fhir" else _of_fhir(source, folder, resources)
        )
        found.setdefault(source.table, []).extend(parts)
    for faults in _files_of_faults(layout):
        faults.check()
    mapped = {name: _together(parts) for name, parts in found.items() if parts}
    for name, whole in mapped.items():
        _refuse_twice(folder, name, whole.origin)
    return mapped


def _refuse_twice(folder: Path, name: str, read: Sequence[str]) -> None:
    """`UserError` where a file has a mapped table's own name and isn't read: it would go by without a word."""
    for path in (folder / f"{name}{ending}" for ending in (".parquet", ".csv", ".csv.gz")):
        if path.is_file() and path.name not in {Path(one).name for one in read}:
            raise UserError(
                f"The table {name} is there twice, as '{path.name}' and, by um.toml, as '{read[0]}': "
                f"keep one of them, or map both under [[source.{name}]]."
            )


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
    groups: dict[tuple[str, str | None, tuple[tuple[str, str], ...]], list[_File]] = {}
    for file in _files(source, folder, aside / str(number)):
        groups.setdefault((file.form, file.compression, _stored(source, file)), []).append(file)
    return [_part(source, dict(stored), files) for (*_, stored), files in groups.items()]


def _of_fhir(source: TableSource, folder: Path, resources: FhirRows) -> list[Source]:
    """The rows that FHIR files gave; messages and the run record call them by the files themselves."""
    if source.name not in resources.files:
        # Of a preset, a table that has no resources; else a pattern that names no file, which is noted.
        return [] if source.is_offered else _opened(source, folder, folder, 0)
    path, files = resources.files[source.name]
    rows = _File(source.name, "parquet", path)
    origin = tuple(called_in(folder, one) for one in files)
    return [replace(_part(source, dict(_stored(source, rows)), [rows]), origin=origin)]


def _files(source: TableSource, folder: Path, aside: Path) -> list[_File]:
    """What a source's rows are read from; none, with a fault, where that isn't there."""
    if source.connection is not None and source.query is not None:
        aside.mkdir(mode=0o700, exist_ok=True)
        where, what = f"the query on {source.connection}", ".".join(map(str, source.at[:2])) + f" '{source.name}'"
        return [_File(where, "parquet", fetch(source.connection, source.query, aside / "query.parquet", what))]
    paths = files_of(folder, source.paths)
    if not paths and not source.is_offered:
        named = " or ".join(f"'{path}'" for path in source.paths)
        source.faults.add((*source.at, "path"), f"no file in '{folder}' is {named}")
    found = []
    for place, path in enumerate(paths):
        form = source.format or form_of(path) or "csv"
        called = called_in(folder, path)
        if form == "json":
            found.append(_File(called, "parquet", unfolded(path, aside / str(place))))
            continue
        read = readable(source, path, aside / str(place)) if form == "csv" else path
        packed = compression_of(source, path) if read == path and form == "csv" else "none"
        found.append(_File(called, form, read, packed))
    return found


def _stored(source: TableSource, file: _File) -> tuple[tuple[str, str], ...]:
    """The columns of a file and their types; a CSV's and JSON's are text."""
    if file.form == "parquet":
        with looking().cursor() as connection:
            return parquet_columns(connection, file.path, False)
    names = source.header or _csv_names(source, file)
    refuse_doubled_columns(file.called, names)
    return tuple((name, "VARCHAR") for name in names)


def _csv_names(source: TableSource, file: _File) -> tuple[str, ...]:
    try:
        with open_text(file.path, is_gzip=file.compression == "gzip") as stream:
            rows = csv.reader(stream, delimiter=source.delimiter, quotechar=source.quote or None, strict=False)
            header = next(rows, None)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise UserError(f"'{file.called}' is not a complete gzip file: export it again.") from None
    except (OSError, csv.Error):
        raise UserError(f"'{file.called}' can't be read as CSV: check its quotes, or export it again.") from None
    if not header:
        raise UserError(f"'{file.called}' has nothing in its first line, which must name the columns.")
    if any("\0" in name or "\ufffd" in name for name in header):
        raise UserError(f"'{file.called}' is not {source.encoding} text: name its encoding in source.{source.table}.")
    return tuple(name.strip() or f"column without a name {place}" for place, name in enumerate(header, 1))


def _part(source: TableSource, stored: Stored, files: Sequence[_File]) -> Source:
    """Files with the same columns as one part of a table."""
    table, first = TABLES[source.table], files[0]
    described = Columns(source, table, stored, first.called)
    for column in table.columns:
        described.add(column)
    described.check_required()
    part = Source(
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
    described.try_out(part)
    return part
