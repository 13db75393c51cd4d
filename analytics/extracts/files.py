"""Find the extract of each table in a folder, look at its header, and refuse what can't be used with one sentence."""

import csv
import gzip
import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

from analytics.errors import UserError, nearest
from analytics.extracts.looking import looking
from analytics.extracts.rules import Rule
from analytics.extracts.schema import TABLES, Table

if TYPE_CHECKING:
    import duckdb

_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "pipes"}


@dataclass(frozen=True)
class Dialect:
    """How a CSV is written. has_header: its first line names the columns. compression: None = what the ending says."""

    delimiter: str = ","
    quote: str = '"'
    has_header: bool = True
    compression: str | None = None


CONTRACT = Dialect()


@dataclass(frozen=True)
class Source:
    """The file or files of one table.

    columns: the contract's column name -> (its name in the file, its type there in DuckDB's words).
    unknown: columns of the file that nothing reads.
    header: every column of a CSV in its own order (empty for Parquet, which carries its own schema).
    parts: the groups of Parquet files that are stored alike (none for CSV).
    origin: of a prepared extract, the files that it was prepared from, as their folder names them.
    rest: of a prepared extract, the Parquet files that count the rows left out (see :mod:`analytics.extracts.rest`).
    called: how messages call it, where its files' names don't say it.
    Of a foreign layout (see :mod:`analytics.mapping`): how its CSV is written (dialect), what the text of a column of
    ours becomes (rules), columns that are worked out (computed: name, SQL), and which rows are the table's (keep;
    n_left_out: the others, where they are counted already).
    """

    table: Table
    files: tuple[Path, ...]
    format: str
    columns: dict[str, tuple[str, str]]
    unknown: tuple[str, ...]
    header: tuple[str, ...] = ()
    parts: tuple["Source", ...] = ()
    origin: tuple[str, ...] = ()
    rest: tuple[Path, ...] = ()
    called: str = ""
    dialect: Dialect = CONTRACT
    rules: Mapping[str, Rule] = field(default_factory=dict)
    computed: tuple[tuple[str, str], ...] = ()
    keep: str | None = None
    n_left_out: int = 0

    @property
    def name(self) -> str:
        """How messages call it: the file's name, or the folder's; a catalog's table by its name there."""
        if self.called:
            return self.called
        if self.format == "catalog":
            return self.origin[0]
        first = Path(self.origin[0]) if self.origin else self.files[0]
        return first.name if first.stem.split(".")[0] == self.table.name else f"{self.table.name}/"

    def names(self, folder: Path) -> list[str]:
        """Its files, as the folder of the extracts names them."""
        return list(self.origin) or [str(path.relative_to(folder)) for path in self.files]


def shaped_select(source: Source, rows: str) -> str | None:
    """The rows of a foreign layout with the columns that are worked out, and of them those that are the table's."""
    if not source.computed and source.keep is None:
        return None
    made = "".join(f', {text} as "{computed_name(column)}"' for column, text in source.computed)
    return f"select *{made} from {rows}" + (f" where {source.keep}" if source.keep else "")


def computed_name(column: str) -> str:
    """What a column that is worked out is called among those of the file."""
    return f"um {column}"


def find_sources(folder: Path, elsewhere: Collection[str] = ()) -> dict[str, Source]:
    """The sources of a folder of extracts by table name; `UserError` for what is missing, doubled or unreadable.

    elsewhere: tables that are not looked for, as they are no files.
    """
    found = find_files(folder, elsewhere)
    return {
        name: described_source(TABLES[name], folder, stored_columns(folder, files)) for name, files in found.items()
    }


def find_files(folder: Path, elsewhere: Collection[str] = ()) -> dict[str, tuple[Path, ...]]:
    """The files of a folder of extracts by table name, none of them opened; `UserError` as in `find_sources`."""
    if not folder.exists():
        raise UserError(f"There is no folder '{folder}': name the folder that holds medical_claim and authorization.")
    if not folder.is_dir():
        raise UserError(f"'{folder}' is a file: name the folder that holds medical_claim and authorization.")
    found = {table.name: _table_files(folder, table) for table in TABLES.values() if table.name not in elsewhere}
    return {name: files for name, files in found.items() if files}


def find_repairs(folder: Path, sources: dict[str, Source]) -> dict[str, Source]:
    """The repairs in a folder by table name: `TABLE.csv` as a quarantine has it, mended, its `row_id` kept."""
    if not folder.is_dir():
        raise UserError(f"There is no folder '{folder}' of repairs: copy OUT/quarantine, and mend the rows there.")
    found = {}
    for path in sorted(folder.glob("*.csv")):
        if path.stem not in sources:
            raise UserError(
                f"The repairs '{path.name}' are of no extract that is there{nearest(path.stem, list(sources))}."
            )
        repair = described_source(TABLES[path.stem], folder, stored_columns(folder, (path,)))
        if "row_id" not in repair.header:
            raise UserError(f"The repairs '{path.name}' have no column 'row_id': keep it as the quarantine had it.")
        found[path.stem] = repair
    if not found:
        raise UserError(f"'{folder}' holds no repairs: they are CSV files named after their table.")
    return found


def _table_files(folder: Path, table: Table) -> tuple[Path, ...]:
    candidates = [folder / f"{table.name}{ending}" for ending in (".parquet", ".csv", ".csv.gz", "")]
    found = [path for path in candidates if (path.is_dir() if path.suffix == "" else path.is_file())]
    if len(found) > 1:
        names = " and ".join(f"'{path.name}'" for path in found)
        raise UserError(f"The table {table.name} is there twice, as {names}: keep one of them.")
    if not found:
        if table.required:
            there = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
            hint = nearest(table.name, there) if there else ""
            raise UserError(
                f"'{folder}' has no {table.name}: {table.name}.parquet, {table.name}.csv, {table.name}.csv.gz "
                f"or a folder {table.name}/ of Parquet files is needed{hint}."
            )
        return ()
    path = found[0]
    if not path.is_dir():
        return (path,)
    # Writers leave what is not data, or not finished, under names that begin with a mark.
    files = tuple(sorted(file for file in path.rglob("*.parquet") if not is_marked(file.relative_to(path))))
    if not files:
        raise UserError(f"The folder '{path.name}/' holds no Parquet file: its parts must end in .parquet.")
    return files


def is_marked(path: Path) -> bool:
    """Whether it, or a folder above it, has a name that writers give to what is not data, or not finished."""
    return any(part.startswith(("_", ".")) for part in path.parts)


def stored_columns(
    folder: Path, files: tuple[Path, ...], only: tuple[Path, ...] | None = None
) -> dict[Path, tuple[tuple[str, str], ...]]:
    """The columns of a table's files in order, each with its type in DuckDB's words; `UserError` for a broken file.

    only: those of the files that are opened (default: all). Where any of the files lies in a folder like `year=2025`,
    such folders are columns.
    """
    opened = files if only is None else only
    if files[0].suffix != ".parquet":
        return {path: tuple((name, "VARCHAR") for name in _csv_columns(path)) for path in opened}
    with looking().cursor() as connection:
        return {path: parquet_columns(connection, path, _is_partitioned(folder, files)) for path in opened}


def _csv_columns(path: Path) -> list[str]:
    header = _csv_header(path)
    if len(header) == 1:
        for delimiter, words in _DELIMITERS.items():
            if delimiter in header[0]:
                raise UserError(f"'{path.name}' is separated by {words}: its columns must be separated by commas.")
    refuse_doubled_columns(path.name, [name for name in header if name])
    # A data frame's index comes without a name: such a column is nobody's, but holds its place.
    return [name or f"column without a name {place}" for place, name in enumerate(header, 1)]


def described_source(table: Table, folder: Path, columns: Mapping[Path, tuple[tuple[str, str], ...]]) -> Source:
    """The source of a table from the columns of its files (`stored_columns`); `UserError` where one is missing.

    Parquet parts whose columns are stored alike are read together; others by themselves, each by its own types.
    """
    files = tuple(columns)
    if files[0].suffix != ".parquet":
        header = tuple(name for name, _ in columns[files[0]])
        return _source(table, files, "csv", dict.fromkeys(header, "VARCHAR"), header)
    groups: dict[tuple[tuple[str, str], ...], list[Path]] = {}
    for path, stored in columns.items():
        groups.setdefault(stored, []).append(path)
    form = "parquet partitioned" if _is_partitioned(folder, files) else "parquet"
    parts = tuple(_described(table, tuple(paths), form, dict(stored), ()) for stored, paths in groups.items())
    types = {name: kind for stored in groups for name, kind in stored}
    return replace(_source(table, files, form, types, ()), parts=parts)


def catalog_source(table: Table, name: str, columns: tuple[tuple[str, str], ...]) -> Source:
    """The source of a table that a catalog holds under a name; `UserError` where a column is missing."""
    refuse_doubled_columns(name, [column for column, _ in columns])
    return _whole(replace(_described(table, (), "catalog", dict(columns), ()), origin=(name,)))


def _is_partitioned(folder: Path, files: tuple[Path, ...]) -> bool:
    return any("=" in part for path in files for part in path.relative_to(folder).parts[:-1])


def _csv_header(path: Path) -> list[str]:
    try:
        with open_text(path, is_gzip=path.suffix == ".gz") as stream:
            header = next(csv.reader(stream), None)
    except (OSError, EOFError, zlib.error) as fault:
        what = "is not a complete gzip file" if path.suffix == ".gz" else f"can't be opened ({fault})"
        raise UserError(f"'{path.name}' {what}: export it again.") from None
    except csv.Error as fault:
        raise UserError(f"'{path.name}' is not a CSV file ({fault}): export it again.") from None
    if not header:
        raise UserError(f"'{path.name}' has nothing in its first line, which must name the columns.")
    if any("\0" in name for name in header):
        raise UserError(f"'{path.name}' holds binary data, not CSV text: export it again.")
    if any("\ufffd" in name for name in header):
        raise UserError(f"'{path.name}' is not UTF-8 text: export it as CSV in UTF-8, or as Parquet.")
    return [name.strip() for name in header]


def open_text(path: Path, *, is_gzip: bool) -> IO[str]:
    """The text of a CSV, plain or packed; what is no UTF-8 stands as a mark of its own."""
    if is_gzip:
        return gzip.open(path, "rt", encoding="utf-8-sig", errors="replace", newline="")
    return path.open(encoding="utf-8-sig", errors="replace", newline="")


def parquet_columns(
    connection: "duckdb.DuckDBPyConnection", path: Path, partitioned: bool
) -> tuple[tuple[str, str], ...]:
    """The columns of a Parquet file in order, each with its type; `UserError` for a broken file."""
    import duckdb

    try:
        names = [row[0] for row in connection.execute("select name from parquet_schema(?)", [str(path)]).fetchall()]
        described = connection.execute(
            "describe select * from read_parquet(?, hive_partitioning = ?, hive_types_autocast = false)",
            [str(path), partitioned],
        ).fetchall()
    except duckdb.Error:
        raise UserError(
            f"'{path.name}' is not a complete Parquet file (cut off, or another format): export it again."
        ) from None
    columns = tuple((name, kind) for name, kind, *_ in described)
    refuse_doubled_columns(path.name, [name for name in names[1:] if name in dict(columns)])
    return columns


def refuse_doubled_columns(name: str, header: Iterable[str]) -> None:
    """`UserError` where a file has two columns of one name."""
    seen: set[str] = set()
    for column in header:
        if column.lower() in seen:
            raise UserError(f"'{name}' has the column '{column}' twice: keep one (upper and lower case are the same).")
        seen.add(column.lower())


def _source(table: Table, files: tuple[Path, ...], form: str, types: dict[str, str], header: tuple[str, ...]) -> Source:
    return _whole(_described(table, files, form, types, header))


def _whole(source: Source) -> Source:
    for column in source.table.columns:
        if column.required and column.name not in source.columns:
            hint = nearest(column.name, list(source.unknown))
            raise UserError(f"'{source.name}' has no column '{column.name}', which {source.table.name} needs{hint}.")
    return source


def _described(
    table: Table, files: tuple[Path, ...], form: str, types: dict[str, str], header: tuple[str, ...]
) -> Source:
    by_name = {name.lower(): name for name in types}
    columns = {name: (by_name[name], types[by_name[name]]) for name in table.names if name in by_name}
    unknown = tuple(sorted(name for name in types if name.lower() not in set(table.names)))
    return Source(table, files, form, columns, unknown, header)
