"""The files of an extract as a relation of the database, each column as it is stored."""

from typing import TYPE_CHECKING

from analytics.extracts.files import Source

if TYPE_CHECKING:
    import duckdb


def opened(connection: "duckdb.DuckDBPyConnection", source: Source) -> "duckdb.DuckDBPyRelation":
    """The rows of a source's files, as they are stored."""
    files = [str(path) for path in source.files]
    if source.format.startswith("parquet"):
        return connection.sql(
            "select * from read_parquet($files, union_by_name = true, hive_partitioning = $partitioned, "
            "hive_types_autocast = false)",
            params={"files": files, "partitioned": source.format.endswith("partitioned")},
        )
    columns = dict.fromkeys(source.header, "VARCHAR")
    # The dialect is fixed, not guessed: a guess from the first rows may differ from one extract to the next.
    dialect = source.dialect
    return connection.sql(
        "select * from read_csv($files, columns = $columns, header = $header, auto_detect = false, "
        "delim = $delimiter, quote = $quote, escape = $quote, compression = $compression)",
        params={
            "files": files,
            "columns": columns,
            "header": dialect.has_header,
            "delimiter": dialect.delimiter,
            "quote": dialect.quote,
            "compression": dialect.compression or "auto",
        },
    )
