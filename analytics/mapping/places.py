"""The files that a configuration's patterns name; some must be written anew before they can be read."""

import bz2
import codecs
import gzip
import lzma
import os
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from analytics.errors import UserError
from analytics.extracts.files import is_marked
from analytics.extracts.looking import looking
from analytics.mapping.model import COMPRESSIONS, ENDINGS, TableSource
from analytics.room import private

_WILD = re.compile(r"[*?\[]")
# What the database unpacks by itself.
_UNPACKED = (None, "none", "gzip")
_BLOCK = 1 << 20
# What a damaged packed file raises.
DAMAGED = (EOFError, OSError, lzma.LZMAError, zlib.error, ValueError)


def files_of(folder: Path, patterns: tuple[str, ...]) -> tuple[Path, ...]:
    """The files that any of the patterns names, in order; a folder's name means the files in it."""
    found: set[Path] = set()
    for pattern in patterns:
        try:
            found |= set(_matching(folder, pattern))
        except (re.error, OSError, ValueError) as fault:
            raise UserError(
                f"The path '{pattern[:100]}' can't be looked for ({str(fault)[:60]}): correct it."
            ) from None
    return tuple(sorted(found))


def _matching(folder: Path, pattern: str) -> Iterator[Path]:
    path = Path(pattern).expanduser()
    base, parts = (Path(path.anchor), path.parts[1:]) if path.is_absolute() else (folder, path.parts)
    while parts and not _WILD.search(parts[0]):
        base, parts = base / parts[0], parts[1:]
    if not parts:
        yield from _named(base)
        return
    wanted = re.compile(_pattern("/".join(parts)), re.IGNORECASE)
    if base.is_dir():
        yield from (one for one in _under(base) if wanted.fullmatch(one.relative_to(base).as_posix()))


def _under(folder: Path) -> Iterator[Path]:
    """A folder's files; writers leave what is not data, or not finished, under names that begin with a mark."""
    for found in folder.rglob("*"):
        if found.is_file() and not is_marked(found.relative_to(folder)):
            yield found


def _named(path: Path) -> Iterator[Path]:
    """A file by its name, in whatever case; a folder's files by its own."""
    there = path if path.exists() else _any_case(path)
    if there is not None and there.is_dir():
        yield from (one for one in _under(there) if form_of(one))
    elif there is not None:
        yield there


def _any_case(path: Path) -> Path | None:
    if not path.parent.is_dir():
        return None
    alike = (one for one in sorted(path.parent.iterdir()) if one.name.lower() == path.name.lower() and one.exists())
    return next(alike, None)


def _pattern(wild: str) -> str:
    """A pattern of files as a regular expression: ** is any folders, * any part of a name."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?|\[[^\]]*\])", wild)
    meaning = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(meaning.get(part, _signs(part) if _WILD.match(part) else re.escape(part)) for part in parts)


def _signs(part: str) -> str:
    """One of several signs, in brackets, or with ! none of them; a bracket among them is itself."""
    signs = part[1:].replace("\\", "\\\\").replace("[", "\\[")
    return "[" + ("^" + signs[1:] if signs.startswith("!") else signs.replace("^", "\\^"))


def called_in(folder: Path, path: Path) -> str:
    """How messages and records call a file: as its folder names it, or wholly where it lies elsewhere."""
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)


def form_of(path: Path) -> str | None:
    """The format that a file's ending tells; None where it tells none."""
    suffix = path.suffix.lower()
    return ENDINGS.get(Path(path.stem).suffix.lower() if suffix in COMPRESSIONS else suffix)


def compression_of(source: TableSource, path: Path) -> str | None:
    """How a file is compressed: as the source says, or its ending."""
    return source.compression or COMPRESSIONS.get(path.suffix.lower())


def readable(source: TableSource, path: Path, aside: Path) -> Path:
    """The file itself, or where its encoding or compression asks for it, its text as UTF-8 in a file in `aside`."""
    packed = compression_of(source, path)
    if source.encoding in ("utf-8", "utf-8-sig", "ascii") and packed in _UNPACKED:
        return path
    aside.mkdir(mode=0o700, parents=True, exist_ok=True)
    place = aside / path.name
    try:
        with unpacked(path, packed) as stream, os.fdopen(private(place), "wb") as out:
            reader = codecs.getreader(source.encoding)(stream, "strict")
            while text := reader.read(_BLOCK):
                out.write(text.encode("utf-8"))
    except UnicodeError:
        raise UserError(
            f"'{path.name}' is not {source.encoding} text, as source.{source.table} has it: name its encoding."
        ) from None
    except DAMAGED:
        raise UserError(f"'{path.name}' is not a complete {packed or 'text'} file: export it again.") from None
    return place


def unfolded(path: Path, aside: Path) -> Path:
    """The rows of a JSON file, an object each, as text in a Parquet file in `aside`; what lies deeper stays JSON."""
    import duckdb

    aside.mkdir(mode=0o700, parents=True, exist_ok=True)
    place = aside / f"{path.name}.parquet"
    try:
        with looking().cursor() as connection:
            described = connection.execute(
                "describe select * from read_json_auto(?, sample_size = -1, maximum_depth = 1)", [str(path)]
            ).fetchall()
            columns = {name: "VARCHAR" for name, *_ in described}
            rows = connection.sql("select * from read_json(?, columns = ?)", params=[str(path), columns])
            os.close(private(place))
            rows.write_parquet(str(place))
    except duckdb.Error:
        raise UserError(f"'{path.name}' is not JSON with an object a row: export it again.") from None
    return place


def unpacked(path: Path, packed: str | None) -> IO[bytes]:
    """The bytes of a file as they were before it was packed; a damaged one raises one of `DAMAGED`."""
    openers: dict[str | None, Any] = {"gzip": gzip.open, "bz2": bz2.open, "xz": lzma.open}
    if packed == "zstd":
        import pyarrow

        stream: IO[bytes] = pyarrow.CompressedInputStream(str(path), "zstd")
        return stream
    opened: IO[bytes] = openers[packed](path, "rb") if packed in openers else path.open("rb")
    return opened
