"""Resources out of files, one after the other: a resource a line, a Bundle, a list, or a single one; plain or gzip.

Never is more held than one resource and a stretch of text. Numbers are read as the text that they are.
"""

import codecs
import gzip
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from analytics.errors import UserError

_STRETCH = 1 << 20
_LONGEST = 256 << 20  # Text of one resource, attachments included, beyond which a quote must be missing.
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)


@dataclass(frozen=True)
class Resource:
    """A resource as it was read. bundle: the number of the Bundle that it came in (in reading order), if any.

    address: what its Bundle calls it (`fullUrl`).
    """

    content: dict[str, Any]
    bundle: int | None = None
    address: str | None = None

    @property
    def type(self) -> str:
        """Its type, or what stands for one that it doesn't name."""
        said = self.content.get("resourceType")
        return said if isinstance(said, str) else "without a resourceType"


@dataclass
class Files:
    """Reads files in the order of their names, and keeps what could not be read: (file, line) of bad lines.

    path: the file that is being read.
    """

    bad_lines: list[tuple[str, int]] = field(default_factory=list)
    n_bundles: int = 0
    path: Path = Path()

    def resources(self, files: Sequence[Path]) -> Iterator[Resource]:
        """Every resource of the files; `UserError` for a file that holds no FHIR JSON, or ends in the middle."""
        for path in sorted(files):
            self.path = path
            try:
                with open_bytes(path) as stream:
                    yield from self._of_file(path, stream)
            except (gzip.BadGzipFile, EOFError, zlib.error):
                raise UserError(f"'{path.name}' is not a complete gzip file: export it again.") from None
            except OSError as fault:
                raise UserError(f"'{path.name}' can't be opened ({fault.strerror or fault}).") from None

    def _of_file(self, path: Path, stream: BinaryIO) -> Iterator[Resource]:
        start = _more(stream, _STRETCH)
        text = start.removeprefix(codecs.BOM_UTF8).lstrip()
        if not text:
            raise UserError(f"'{path.name}' is empty: export it again, or take it away.")
        if text[:1] not in (b"{", b"["):
            what = "XML" if text[:1] == b"<" else "not JSON"
            raise UserError(
                f"'{path.name}' is {what}: FHIR is read as JSON, a resource a line (NDJSON), a Bundle or a list."
            )
        if text[:1] == b"{" and _is_lined(text):
            yield from self._lines(path, stream, start.removeprefix(codecs.BOM_UTF8))
        else:
            yield from self._document(_Text(path.name, stream, start))

    def _lines(self, path: Path, stream: BinaryIO, start: bytes) -> Iterator[Resource]:
        n_good, number, rest = 0, 0, start
        while rest:
            *lines, rest = rest.split(b"\n")
            more = _more(stream, _STRETCH)
            if more:
                rest += more
            elif rest:
                lines, rest = [*lines, rest], b""
            for line in lines:
                number += 1
                if line.strip():
                    value = _value(line)
                    if isinstance(value, dict):
                        n_good += 1
                        yield from self._unpacked(value)
                    else:
                        self.bad_lines.append((path.name, number))
        if not n_good:
            raise UserError(f"No line of '{path.name}' is a JSON object: FHIR has a resource a line (NDJSON).")

    def _document(self, text: "_Text") -> Iterator[Resource]:
        while text.peek():
            if text.peek() == "[":
                for value in text.elements():
                    if not isinstance(value, dict):
                        raise text.unreadable("its list holds something else than resources")
                    yield from self._unpacked(value)
            elif text.peek() == "{":
                yield from self._object(text)
            else:
                raise text.unreadable("it goes on after its end")

    def _object(self, text: "_Text") -> Iterator[Resource]:
        """One resource, or the entries of a Bundle as they come."""
        whole: dict[str, Any] = {}
        bundle = None
        for key in text.members():
            if key == "entry" and text.peek() == "[" and whole.get("resourceType", "Bundle") == "Bundle":
                self.n_bundles += 1
                bundle = self.n_bundles
                for entry in text.elements():
                    yield from self._entry(entry, bundle)
            else:
                whole[key] = text.value()
        if bundle is None:
            yield from self._unpacked(whole)

    def _entry(self, entry: Any, bundle: int) -> Iterator[Resource]:
        content = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(content, dict):
            address = entry.get("fullUrl")
            yield from self._unpacked(content, bundle, address if isinstance(address, str) else None)

    def _unpacked(
        self, content: dict[str, Any], bundle: int | None = None, address: str | None = None
    ) -> Iterator[Resource]:
        """A resource itself, or what a Bundle or Parameters hold."""
        held = {"Bundle": "entry", "Parameters": "parameter"}.get(str(content.get("resourceType")))
        if held:
            self.n_bundles += 1
            inner = self.n_bundles
            for entry in content.get(held) or ():
                yield from self._entry(entry, inner)
        else:
            yield Resource(content, bundle, address)


def open_bytes(path: Path) -> BinaryIO:
    """A file as bytes, unpacked where its name ends in .gz."""
    if path.suffix.lower() == ".gz":
        return gzip.open(path, "rb")  # type: ignore[return-value]
    return path.open("rb")


def _more(stream: BinaryIO, size: int) -> bytes:
    """Some more bytes, as many as asked for where there are."""
    pieces, length = [], 0
    while length < size:
        piece = stream.read(size - length)
        if not piece:
            break
        pieces.append(piece)
        length += len(piece)
    return b"".join(pieces)


def _is_lined(start: bytes) -> bool:
    """Whether a file that begins so has a resource a line, rather than one spread over lines."""
    lines = [line for line in start.split(b"\n", 50)[:50] if line.strip()]
    return isinstance(_value(lines[0]), dict) or (len(lines) > 1 and lines[1].startswith(b"{"))


def _value(line: bytes) -> Any:
    """The JSON value of a line; None where it is none."""
    try:
        return _DECODER.decode(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return None


class _Text:
    """A JSON document whose text comes in stretches, taken value by value."""

    def __init__(self, name: str, stream: BinaryIO, start: bytes) -> None:
        self._name = name
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._is_over = False
        self._text, self._at, self._before = "", 0, 0
        self._add(start)

    def _add(self, more: bytes) -> None:
        try:
            added = self._decoder.decode(more, final=not more)
        except UnicodeDecodeError:
            raise UserError(f"'{self._name}' is not UTF-8 text: export it again.") from None
        self._is_over = not more
        self._before += self._at
        self._text, self._at = self._text[self._at :] + added, 0

    def unreadable(self, what: str) -> UserError:
        """The sentence for a document that goes wrong here."""
        place = f"{self._before + self._at:,} characters in"
        return UserError(f"'{self._name}' is not complete, correct JSON ({what}, {place}): export it again.")

    def peek(self) -> str:
        """The next character that is no blank; nothing at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in " \t\r\n":
                self._at += 1
            if self._at < len(self._text) or self._is_over:
                return self._text[self._at : self._at + 1]
            self._add(_more(self._stream, _STRETCH))

    def take(self, wanted: str) -> None:
        """Go past a character, which must be there."""
        if self.peek() != wanted or not wanted:
            raise self.unreadable(f"'{wanted}' is missing" if self.peek() else "it ends in the middle")
        self._at += 1

    def value(self) -> Any:
        """The next value, whole."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
                # A number at the end of the stretch may go on in the next.
                if end < len(self._text) or self._is_over:
                    self._at = end
                    return value
            except RecursionError:
                raise self.unreadable("it is nested too deeply") from None
            except json.JSONDecodeError as fault:
                is_cut = fault.pos >= len(self._text) - 16 or fault.msg.startswith("Unterminated string")
                if self._is_over or not is_cut or len(self._text) - self._at > _LONGEST:
                    raise self.unreadable("it ends in the middle" if self._is_over and is_cut else fault.msg) from None
            self._add(_more(self._stream, max(_STRETCH, len(self._text) - self._at)))

    def elements(self) -> Iterator[Any]:
        """The elements of a list, one by one."""
        self.take("[")
        while self.peek() != "]":
            yield self.value()
            if self.peek() != "]":
                self.take(",")
        self.take("]")

    def members(self) -> Iterator[str]:
        """The names of an object's members; the value of each is taken before the next."""
        self.take("{")
        while self.peek() != "}":
            key = self.value()
            if not isinstance(key, str):
                raise self.unreadable("a member has no name")
            self.take(":")
            yield key
            if self.peek() != "}":
                self.take(",")
        self.take("}")
