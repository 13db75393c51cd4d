"""What is wrong with a policy file that is no TOML: the line, what stands there, and what was probably meant."""

import re
import tomllib
from textwrap import shorten

#: Where Python's reader gave up.
_AT = re.compile(r"\(at line (\d+), column (\d+)\)")
_KEY = re.compile(r"\s*([A-Za-z0-9_.\"-]+)\s*=")
_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_REST = r"\s*(?=[#,}\]]|$)"

#: A slip, by how it looks in the line, and what would be right; \1 and the like are what was found.
_SLIPS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), right)
    for pattern, right in (
        (r"[“”„‘’]", 'straight quotes: "'),
        (r"=\s*(\d{1,2})[./](\d{1,2})[./](\d{2,4})", "a date written 2024-02-16, without quotes"),
        (r"=\s*(\d+),(\d+)" + _REST, r"a decimal point: \1.\2"),
        (r",\s*,", "one comma between two values"),
        (r"[\[{]\s*,", "no comma before the first value"),
        (r"=\s*0+(\d+)" + _REST, r"\1, without a zero before it"),
        (r"=\s*(\.\d+)" + _REST, r"0\1, with a zero before the point"),
        (r"=\s*(\d+)\.(?!\d)", r"\1, or digits after the point"),
        (r"=\s*(True|TRUE|False|FALSE|[Yy]es|[Nn]o)\b", "true or false, in lower case"),
        (r"=\s*(\d+(?:\.\d+)?)\s*(?:[A-Za-zµ%]|\d{4})", r"the number alone, \1, or a text in quotes"),
        (r",\s*\}", "no comma before the closing }"),
        (r"=\s*(?:#|$)", "a value after the ="),
        (r"=\s*[A-Za-z]", "a text in quotes"),
        (r"^\s*\[\[([^\[\]]+)\]\s*(?:#|$)", r"[[\1]]"),
        (r"^\s*\[([^\[\]]+)\s*(?:#|$)", r"[\1]"),
    )
)


def unreadable(text: str, error: tomllib.TOMLDecodeError) -> tuple[str, str]:
    """The problem, with its line and key, and what would be right, as far as can be told."""
    lines, found = text.splitlines(), _AT.search(str(error))
    number = min(int(found[1]) if found else len(lines), len(lines))
    line = lines[number - 1] if number else ""
    key = _KEY.match(line)
    where = f"line {number}{f', {key[1]}' if key else ''}: "
    problem, right = _told(line, str(error).partition(" (at ")[0], bool(found))
    return where + problem, right


def _told(line: str, said: str, is_placed: bool) -> tuple[str, str]:
    """said: the reader's own words; is_placed: whether it names a line, rather than the end of the file."""
    stands = f"'{_shortened(line)}' is no TOML"
    if said.startswith("Invalid date") and (day := _DATE.search(line)):
        return f"{day[0]} is no day of the calendar", "a day that there is, such as 2024-02-16"
    if said.startswith(("Cannot overwrite", "Cannot declare", "Cannot mutate", "Duplicate")):
        return f"{stands}, as it stands in its table already", "each key and table once"
    if not is_placed:
        return "the file ends within a text, a list or a table", "its closing quote, ] or }"
    if said.startswith("Unclosed"):
        return f"{stands}: a list or table has no end here, or lacks a comma", "the closing ] or }, or the comma"
    if said.startswith("Unescaped '\\'"):
        return f"{stands}: a \\ begins a special character", "\\\\ for each \\, or the text in single quotes"
    if said.startswith("Illegal character") and line.count('"') % 2:
        return f"{stands}: its text has no end", "a quote at the end of the text"
    bare = re.sub(r'"[^"]*"', '""', line)
    for slip, right in _SLIPS:
        if found := slip.search(bare):
            return stands, found.expand(right)
    if said.startswith("Expected newline") and bare.partition("#")[0].rstrip().endswith(","):
        return stands, "no comma at the end of the line"
    if said.startswith("Expected '='"):
        return stands, "key = value"
    return f"{stands} ({said[:1].lower()}{said[1:]})", "key = value: texts in quotes, lists in [ ], tables in { }"


def _shortened(line: str) -> str:
    """What stands on a line, without its comment and not too long."""
    bare = re.sub(r'"[^"]*"', lambda found: "_" * len(found[0]), line)
    stands = line[: bare.index("#")] if "#" in bare else line
    return shorten(stands.strip(), 60, placeholder=" …")


def not_utf8(error: UnicodeDecodeError) -> tuple[str, str]:
    """The line of the first byte that is none of UTF-8."""
    number = error.object[: error.start].count(b"\n") + 1
    return f"line {number}: holds a character that is not UTF-8", "the file saved as UTF-8"
