"""A file as it is found: its format, how it is written, its columns, and a sample of what they hold."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from analytics.extracts.files import is_marked
from analytics.extracts.schema import TABLES
from analytics.mapping.model import TableSource
from analytics.mapping.places import DAMAGED, compression_of, form_of
from analytics.mapping.proposing.unpacking import Unreadable, encoding_of, packing_of, text_lines

# So many rows are looked at; of a group of files that are written alike, the first few.
ROWS = 20_000
_DISTINCT = 400
_DELIMITERS = (",", ";", "\t", "|")
_LINES = 40
_LEFT_ALONE = (".toml", ".md", ".html", ".log", ".sql", ".py", ".ipynb", ".yaml", ".yml", ".pdf")
_RESOURCE = re.compile(r'"resourceType"\s*:\s*"([A-Za-z-]+)')


@dataclass(frozen=True, eq=False)
class Seen:
    """A column: its name, the texts of a sample without blanks, and its type where the file has types."""

    name: str
    texts: tuple[str, ...] = ()
    kind: str = "VARCHAR"

    @cached_property
    def distinct(self) -> tuple[str, ...]:
        """Its commonest texts, each once."""
        return tuple(text for text, _ in Counter(self.texts).most_common(_DISTINCT))


@dataclass(frozen=True, eq=False)
class Looked:
    """A file, or several that are written alike.

    form: csv, parquet, json or fhir. resources: of FHIR, the kinds of resource. has_header: its first line names the
    columns. unread: why it can't be read, as the end of a sentence.
    """

    paths: tuple[Path, ...]
    called: str
    form: str = ""
    delimiter: str = ","
    encoding: str = "utf-8"
    compression: str | None = None
    has_header: bool = True
    columns: tuple[Seen, ...] = ()
    resources: frozenset[str] = field(default_factory=frozenset)
    unread: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Its columns' names."""
        return tuple(column.name for column in self.columns)

    @property
    def layout(self) -> tuple[Any, ...]:
        """What files have in common that are read together."""
        lower = tuple(name.lower() for name in self.names)
        parents = [parent for parent in self.paths[0].parents if "=" not in parent.name]
        return (parents[0], self.form, self.delimiter, self.encoding, self.compression, self.has_header, lower)


def look(folder: Path, deep: bool) -> list[Looked]:
    """Every file of a folder that could be an extract, those written alike together, in the order of their names.

    deep: those in all folders below too, and not only in those that are named after a table.
    """
    below = [] if deep else [path for name in TABLES for path in (folder / name).rglob("*")]
    groups: dict[Any, list[Looked]] = {}
    for path in sorted(folder.rglob("*") if deep else {*folder.iterdir(), *below}):
        place = path.relative_to(folder)
        if is_marked(place) or not path.is_file() or path.suffix.lower() in _LEFT_ALONE:
            continue
        found = _looked(path, place.as_posix())
        together = found.layout if found.columns else path
        groups.setdefault(together, []).append(found)
    return [_together(group) for group in groups.values()]


def _together(group: list[Looked]) -> Looked:
    first = group[0]
    if len(group) == 1:
        return first
    columns = tuple(
        Seen(seen.name, tuple(text for one in group[:3] for text in one.columns[place].texts), seen.kind)
        for place, seen in enumerate(first.columns)
    )
    more = {"paths": tuple(path for one in group for path in one.paths), "columns": columns}
    return Looked(**{**vars(first), **more, "called": f"{first.called} and {len(group) - 1} more"})


def _looked(path: Path, called: str) -> Looked:
    try:
        packed = packing_of(path)
        if packed in ("parquet", None) and (form_of(path) == "parquet" or packed == "parquet"):
            found = _stored(path, called, "parquet", None)
            return replace(found, columns=(*found.columns, *_partitions(called, found.names)))
        encoding, start = encoding_of(path, packed)
        if start.lstrip("\ufeff \t\r\n")[:1] in ("{", "[") and form_of(path) in ("json", None):
            return _json(path, called, packed, start)
        return _csv(path, called, packed, encoding, start)
    except Unreadable as why:
        return Looked((path,), called, unread=str(why))
    except OSError as fault:
        return Looked((path,), called, unread=f"it can't be opened ({fault.strerror or 'damaged'})")


def _partitions(called: str, names: tuple[str, ...]) -> Iterator[Seen]:
    """The columns that folders like `year=2025` are."""
    for part in Path(called).parts[:-1]:
        name, mark, value = part.partition("=")
        if mark and name not in names:
            yield Seen(name, (value,))


def _json(path: Path, called: str, packed: str | None, start: str) -> Looked:
    resources = frozenset(_RESOURCE.findall(start))
    if resources:
        return Looked((path,), called, "fhir", compression=packed, resources=resources)
    return _stored(path, called, "json", packed)


def _stored(path: Path, called: str, form: str, packed: str | None) -> Looked:
    """A file whose columns the database finds."""
    import duckdb

    reader = "read_parquet($file)" if form == "parquet" else "read_json_auto($file)"
    with duckdb.connect() as connection:
        try:
            rows = connection.sql(f"select * from {reader} limit {ROWS}", params={"file": str(path)})
            kinds = [str(kind) for kind in rows.types]
            texts = rows.project("columns(*)::varchar").fetchall()
        except duckdb.Error:
            raise Unreadable(f"it is no complete {'Parquet' if form == 'parquet' else 'JSON'} file") from None
        names = list(rows.columns)
    columns = _columns(names, texts, kinds if form == "parquet" else None)
    return Looked((path,), called, form, compression=packed, columns=columns)


def _csv(path: Path, called: str, packed: str | None, encoding: str, start: str) -> Looked:
    delimiter = _delimiter(start)
    if delimiter is None:
        raise Unreadable("it is text, but no table: no line has columns")
    try:
        rows = list(_rows(path, packed, encoding, delimiter))
    except csv.Error:
        raise Unreadable("its quotes don't close") from None
    except DAMAGED:
        raise Unreadable(f"it is no complete {packed or 'text'} file") from None
    header, has_header = rows[0], _is_header(rows)
    if not has_header:
        header = [f"column {place}" for place in range(1, len(rows[0]) + 1)]
    names = [name.strip() or f"column without a name {place}" for place, name in enumerate(header, 1)]
    declared = None if packed == compression_of_ending(path) else packed or "none"
    columns = _columns(names, rows[1:] if has_header else rows, None)
    return Looked((path,), called, "csv", delimiter, encoding, declared, has_header, columns)


def compression_of_ending(path: Path) -> str | None:
    """The compression that a file's ending tells."""
    return compression_of(TableSource("", ""), path)


def _rows(path: Path, packed: str | None, encoding: str, delimiter: str) -> Iterator[list[str]]:
    with text_lines(path, packed, encoding) as lines:
        for place, row in enumerate(csv.reader(lines, delimiter=delimiter)):
            if place > ROWS:
                return
            if row:
                yield row


def _delimiter(start: str) -> str | None:
    """The mark between columns: that which divides the first lines into the most columns, as many in each."""
    lines = start.splitlines()
    lines = lines[:_LINES] if len(lines) > 1 else lines
    best, most = None, 1
    for mark in _DELIMITERS:
        widths = [len(row) for row in csv.reader(lines[:-1] or lines, delimiter=mark) if row]
        if widths and widths[0] > most and sum(width == widths[0] for width in widths) >= 0.9 * len(widths):
            best, most = mark, widths[0]
    return best


def _is_header(rows: list[list[str]]) -> bool:
    """Whether the first line names the columns: words, each once, none of them a value like those below."""
    names = [name.strip().lower() for name in rows[0]]
    words = [name for name in names if name]
    below = {text.strip().lower() for row in rows[1:50] for text in row}
    numbers = sum(bool(re.fullmatch(r"[\d.,/:+ -]+", name)) for name in words)
    return len(set(words)) == len(words) and numbers == 0 and sum(name in below for name in words) <= len(words) // 4


def _columns(names: list[str], rows: Any, kinds: list[str] | None) -> tuple[Seen, ...]:
    texts: list[list[str]] = [[] for _ in names]
    for row in rows:
        for column, text in zip(texts, row, strict=False):
            if text is not None and (trimmed := str(text).strip()):
                column.append(trimmed)
    return tuple(
        Seen(name, tuple(column), kinds[place] if kinds else "VARCHAR")
        for place, (name, column) in enumerate(zip(names, texts, strict=True))
    )


def one_line(text: str) -> str:
    """A name or remark without line ends and other signs that steer: spreadsheets write headers of several lines."""
    return re.sub(r"[\x00-\x1f\x7f]+", " ", text)
