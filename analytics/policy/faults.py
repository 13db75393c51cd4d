"""Faults of a policy or a configuration, gathered while it is read, each with its key path and, if findable, line."""

import re
from bisect import bisect_right

from analytics.errors import UserError

KeyPath = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)([^\[\]]+)\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'')


class Faults:
    """Every fault of one file; :meth:`check` raises them together as one :class:`UserError`."""

    def __init__(self, file: str, text: str, what: tuple[str, str] = ("policy", "policies")) -> None:
        self.file = file
        self.what = what
        self.text = text
        self._lines = text.splitlines()
        self._places: dict[KeyPath, int] | None = None
        self._found: list[tuple[int, str]] = []

    def add(self, path: KeyPath, problem: str, right: str = "", hint: str | None = None) -> None:
        """Notes what is wrong at a key path, and what would be right.

        `hint` is a text to look for from there on, for what lies inside a longer value.
        """
        line = self._line(path, hint)
        where = f"line {line}, {written(path)}" if line else written(path)
        message = (f"{where}: " if where else "") + problem + (f"; right would be {right}" if right else "")
        if (line, message) not in self._found:
            self._found.append((line, message))

    def __len__(self) -> int:
        """How many faults were noted."""
        return len(self._found)

    def messages(self) -> list[str]:
        """The faults in the order of the file."""
        return [f"{self.file}, {message}" for _, message in sorted(self._found, key=lambda fault: fault[0])]

    def check(self) -> None:
        """Raises all faults found so far, if there are any."""
        raise_together(self.messages(), self.what)

    def _line(self, path: KeyPath, hint: str | None) -> int:
        """The line (from 1) of the nearest key on the path, or of the hint after it; 0 when there is none."""
        if self._places is None:
            self._places = places(self._lines)
        known = path
        while known and known not in self._places:
            known = known[:-1]
        start = self._places.get(known, 0)
        inner = [part for part in path[len(known) :] if isinstance(part, str)]
        sought = hint if hint is not None else (inner[-1] if inner else None)
        if sought is None:
            return start
        starts = sorted(self._places.values())
        following = bisect_right(starts, start)
        end = starts[following] if following < len(starts) and known else len(self._lines) + 1
        for number in range(max(start, 1), end):
            if sought in self._lines[number - 1]:
                return number
        return start


def raise_together(messages: list[str], what: tuple[str, str] = ("policy", "policies")) -> None:
    """Raises one user error that lists every message, if there is one. what: what is unusable, and several of it."""
    if len(messages) == 1:
        raise UserError(f"Unusable {what[0]}: {messages[0]}.")
    if messages:
        lines = "".join(f"\n- {message}" for message in messages)
        raise UserError(f"Unusable {what[1]}, {len(messages)} faults:{lines}")


def written(path: KeyPath) -> str:
    """A key path as an analyst reads it: `version[2].regimen[1].name`, counting from 1."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            key = part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else f'"{part}"'
            text += f".{key}" if text else key
    return text


def places(lines: list[str]) -> dict[KeyPath, int]:
    """The line of every table header and of every key at the start of a line, by key path.

    Python's TOML reader keeps no positions. This reads only what starts a line outside of longer values,
    which is where an analyst looks first; what lies inside a value is then searched for as text.
    """
    found: dict[KeyPath, int] = {}
    arrays: dict[KeyPath, int] = {}
    table: KeyPath = ()
    depth, long_string = 0, ""
    for number, line in enumerate(lines, start=1):
        if long_string:
            long_string = "" if long_string in line else long_string
            continue
        if depth == 0 and (header := _HEADER.match(line)):
            table = _header_path(header[1] == "[[", _split(header[2]), arrays)
            found.setdefault(table, number)
            continue
        if depth == 0 and (key := _KEY.match(line)):
            found.setdefault((*table, *_split(key[1])), number)
        for quote in ('"""', "'''"):
            if line.count(quote) % 2 == 1:
                long_string = quote
        bare = _STRING.sub("", line).split("#")[0]
        depth += sum(bare.count(c) for c in "[{") - sum(bare.count(c) for c in "]}")
    return found


def _header_path(is_array: bool, keys: list[str], arrays: dict[KeyPath, int]) -> KeyPath:
    """The key path that a header opens; `arrays` counts the tables of each array so far."""
    path: KeyPath = ()
    for place, key in enumerate(keys):
        path = (*path, key)
        is_last = place == len(keys) - 1
        if is_last and is_array:
            arrays[path] = arrays.get(path, -1) + 1
        if path in arrays:
            path = (*path, arrays[path])
    return path


def _split(dotted: str) -> list[str]:
    """The keys of a dotted key, without their quotes."""
    return [part.strip("\"' ") for part in re.findall(r"""\s*("[^"]*"|'[^']*'|[^.]+)\s*\.?""", dotted)]
