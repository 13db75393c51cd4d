"""What a file's first bytes tell: how it is packed, how its text is encoded, whether it is text at all."""

import codecs
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from analytics.mapping.places import DAMAGED, unpacked

_MAGIC = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "zstd", b"PAR1": "parquet"}
_OTHER = {
    b"PK\x03\x04": "it is a ZIP archive or an Excel workbook: unpack it, or export it as CSV",
    b"\xd0\xcf\x11\xe0": "it is an old Excel or Office file: export it as CSV",
    b"%PDF": "it is a PDF",
    b"SQLite format 3": "it is a SQLite database: read it with connection and query",
}
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# So much of a file is decoded to tell its encoding, and so much of it is looked at as text.
_TESTED, _START = 64 << 20, 1 << 19
_BLOCK = 1 << 20


class Unreadable(Exception):
    """Why a file is no extract, as the end of a sentence."""


def packing_of(path: Path) -> str | None:
    """How a file is compressed, by its first bytes; `parquet` for Parquet; `Unreadable` for what is no table."""
    with path.open("rb") as stream:
        start = stream.read(300)
    if not start:
        raise Unreadable("it is empty")
    for magic, why in _OTHER.items():
        if start.startswith(magic):
            raise Unreadable(why)
    if b"SAS FILE" in start:
        raise Unreadable("it is a SAS data set: export it as CSV or Parquet")
    return next((name for magic, name in _MAGIC.items() if start.startswith(magic)), None)


def encoding_of(path: Path, packed: str | None) -> tuple[str, str]:
    """The encoding of a file's text, and its start; `Unreadable` where it is no text."""
    blocks = _blocks(path, packed)
    first = next(blocks, b"")
    bom = next((name for mark, name in _BOMS if first.startswith(mark)), None)
    if bom == "utf-16":
        return bom, first[: _START * 2].decode("utf-16", "replace")
    if b"\0" in first:
        raise Unreadable("it holds binary data, and is no format that is read")
    decoder, windows = codecs.getincrementaldecoder("utf-8")(), _is_windows(first)
    try:
        decoder.decode(first)
        for block in blocks:
            decoder.decode(block)
            windows = windows or _is_windows(block)
    except UnicodeDecodeError:
        encoding = "cp1252" if windows else "latin-1"
        return encoding, first[:_START].decode(encoding, "replace")
    return "utf-8", first[:_START].decode("utf-8-sig", "replace")


def _is_windows(block: bytes) -> bool:
    """Whether it holds bytes that are signs in Windows' encoding and none in Latin-1."""
    return len(block.translate(None, bytes(range(0x80, 0xA0)))) < len(block)


def _blocks(path: Path, packed: str | None) -> Iterator[bytes]:
    read = 0
    try:
        with unpacked(path, packed) as stream:
            while read < _TESTED and (block := stream.read(_BLOCK)):
                read += len(block)
                yield block
    except DAMAGED:
        if packed is None:
            raise
        raise Unreadable(f"it is no complete {packed} file") from None


@contextmanager
def text_lines(path: Path, packed: str | None, encoding: str) -> Iterator[IO[str]]:
    """The lines of a file's text."""
    with unpacked(path, packed) as stream:
        yield io.TextIOWrapper(stream, "utf-8-sig" if encoding == "utf-8" else encoding, "replace", newline="")
