"""The files of an extract, or a catalog's table, as Spark reads them."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analytics.errors import UserError
from analytics.extracts.files import Source, catalog_source, computed_name
from analytics.extracts.schema import TABLES

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# Spark's types in DuckDB's words, which the reading of an extract goes by.
_KINDS = {
    "string": "VARCHAR",
    "tinyint": "TINYINT",
    "smallint": "SMALLINT",
    "int": "INTEGER",
    "bigint": "BIGINT",
    "float": "FLOAT",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    # Instants with a zone are opened as times in UTC.
    "timestamp": "TIMESTAMP",
    "timestamp_ntz": "TIMESTAMP",
}
# DuckDB's types of which both engines make the same values and texts.
_SHARED = re.compile(
    r"VARCHAR|BLOB|FLOAT|DOUBLE|BOOLEAN|DATE|U?(TINYINT|SMALLINT|INTEGER|BIGINT)|DECIMAL\(\d+,\d+\)"
    r"|TIMESTAMP|TIMESTAMP_NS|TIMESTAMP WITH TIME ZONE"
)


def open_source(session: "SparkSession", source: Source, run: str) -> "DataFrame":
    """The rows of an extract as they are stored; `UserError` for a type that the two engines read differently.

    run: what no other run is called. The rows of a CSV are persisted, for whoever opened them to let go.
    """
    if source.format == "csv":
        return _read_csv(session, [str(path.absolute()) for path in source.files], source, run)
    worked_out = {computed_name(column) for column, _ in source.computed}
    for name, kind in source.columns.values():
        if name in worked_out:
            continue
        if not _SHARED.fullmatch(kind):
            raise UserError(
                f"'{source.name}' stores the column {name} as {kind.lower()}, which Spark reads otherwise than the "
                "default engine: store it as text, or leave --engine spark out."
            )
    if source.format == "catalog":
        return _with_times(session.table(source.origin[0]), source)
    rows = session.read
    if source.format.endswith("partitioned"):
        rows = rows.option("basePath", str(_above_partitions(source.files[0].absolute())))
    return _with_times(rows.parquet(*(str(path.absolute()) for path in source.files)), source)


def _read_csv(session: "SparkSession", files: list[str], source: Source, run: str) -> "DataFrame":
    columns = ", ".join(f"{_quoted(name)} string" for name in source.header)
    dialect = source.dialect
    # Fields may hold line ends; a line with too few or too many values is refused, as by the other engine.
    # What is persisted is shared by all sessions of a server that read the same paths in the same way, whatever the
    # files have become meanwhile: the option, which Spark passes over, makes it ours alone.
    rows = (
        session.read.schema(columns)
        .option("um-analytics.run", run)
        .csv(
            files,
            header=dialect.has_header,
            sep=dialect.delimiter,
            quote=dialect.quote,
            escape=dialect.quote,
            multiLine=True,
            mode="FAILFAST",
            encoding="UTF-8",
        )
    )
    # Text is taken apart once, not at each scan: the executors keep its columns, on disk where memory is short.
    return rows.persist()


def _above_partitions(path: Path) -> Path:
    """The folder above the first that is named like `year=2025`."""
    for place, part in enumerate(path.parts):
        if "=" in part and place:
            return Path(*path.parts[:place])
    return path.parent


def _with_times(rows: "DataFrame", source: Source) -> "DataFrame":
    """The same with every time a plain one, in UTC and to the microsecond.

    Times stored in nanoseconds arrive as whole numbers, instants as times with a zone, which is UTC here.
    """
    late = {name for name, kind in source.columns.values() if kind == "TIMESTAMP_NS"}
    zoned = {name for name, kind in rows.dtypes if kind == "timestamp"}
    if not late | zoned:
        return rows
    texts = []
    for name in rows.columns:
        column = _quoted(name)
        if name in late:
            # Rounded to the nearest as DuckDB does, in whole numbers: a double can't tell such times apart.
            near = f"({column} + 500)"
            micros = f"({near} - pmod({near}, 1000)) div 1000"
            texts.append(f"cast(timestamp_micros({micros}) as timestamp_ntz) as {column}")
        else:
            texts.append(f"cast({column} as timestamp_ntz) as {column}" if name in zoned else column)
    return rows.selectExpr(*texts)


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def catalog_sources(
    session: "SparkSession", tables: Mapping[str, str], sources: Mapping[str, Source]
) -> dict[str, Source]:
    """The sources found as files, and beside them those that are tables (or views) of a catalog, in the usual order."""
    found = {**sources, **{name: _catalog_source(session, name, stored) for name, stored in tables.items()}}
    return {name: found[name] for name in TABLES if name in found}


def _catalog_source(session: "SparkSession", name: str, stored: str) -> Source:
    try:
        columns: list[tuple[str, str]] = session.table(stored).dtypes
    except Exception as fault:
        if "TABLE_OR_VIEW_NOT_FOUND" not in str(fault) and "PARSE_SYNTAX_ERROR" not in str(fault):
            raise
        raise UserError(f"The catalog has no table '{stored}', which [tables] names for {name}.") from None
    return catalog_source(TABLES[name], stored, tuple((column, _kind(kind)) for column, kind in columns))


def _kind(kind: str) -> str:
    decimal: Any = re.fullmatch(r"decimal\((\d+),(\d+)\)", kind)
    if decimal:
        return f"DECIMAL({decimal.group(1)},{decimal.group(2)})"
    # Whatever else there may be is read from its text.
    return "VARCHAR" if kind.startswith(("varchar", "char")) else _KINDS.get(kind, kind.upper())
