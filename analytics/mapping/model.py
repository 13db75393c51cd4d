"""What a configuration says of foreign extracts: sources of tables, and what each column of ours is read from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from analytics.extracts.rules import PLAIN, Rule
from analytics.policy.faults import Faults, KeyPath

FORMATS = ("csv", "parquet", "json", "fhir")
ENDINGS = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "csv",
    ".psv": "csv",
    ".dat": "csv",
    ".parquet": "parquet",
    ".json": "json",
    ".ndjson": "json",
    ".jsonl": "json",
}
COMPRESSIONS = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2", ".xz": "xz"}


@dataclass(frozen=True)
class Reading:
    """What one column is read from: a column of the file (the first that it has), a constant, or an expression.

    is_off: it is not read, whatever the file has. is_offered: a preset's, which the file may lack.
    """

    columns: tuple[str, ...] = ()
    constant: str | None = None
    expression: str | None = None
    rule: Rule = PLAIN
    is_off: bool = False
    is_offered: bool = False


@dataclass(frozen=True)
class TableSource:
    """One source of a table, as the configuration has it.

    name: how messages call it. paths: patterns, relative to the folder of extracts. connection, query: in their place,
    the environment variable that holds a database's address, and what is asked of it. rule: what holds for all columns
    (blank words, date formats, marks of numbers). keep: which rows are of the table. header: the columns of a file that
    doesn't name them. more: what a format alone understands.
    """

    table: str
    name: str
    paths: tuple[str, ...] = ()
    format: str | None = None
    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8"
    compression: str | None = None
    header: tuple[str, ...] = ()
    connection: str | None = None
    query: str | None = None
    keep: str | None = None
    rule: Rule = PLAIN
    columns: Mapping[str, Reading] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)
    is_offered: bool = False
    faults: Faults = field(default_factory=lambda: Faults("", ""), compare=False, repr=False)
    at: KeyPath = ()


@dataclass(frozen=True)
class Layout:
    """The sources of all tables that a configuration maps."""

    sources: tuple[TableSource, ...] = ()

    @property
    def tables(self) -> frozenset[str]:
        """The tables that it maps."""
        return frozenset(source.table for source in self.sources)
