"""One table of a policy file being read: typed getters that note what is wrong and carry on.

A getter that finds a fault returns a harmless value of the right type, so that reading goes on and every
fault of the file is found in one go. :meth:`Table.done` notes keys that nothing asked for.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from analytics.errors import nearest
from analytics.policy.faults import Faults, KeyPath

T = TypeVar("T")
Word = TypeVar("Word", bound=str)

#: Up to so many known words are listed beside the nearest one; more would bury it.
FEW = 8

_NAMES: dict[type, str] = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    Decimal: "a number",
    date: "a date",
    datetime: "a time",
    list: "a list",
    dict: "a table",
}


class Table:
    """A table at a key path. Every key that a getter asked for counts as known."""

    def __init__(self, faults: Faults, path: KeyPath, data: dict[str, Any]) -> None:
        self.faults = faults
        self.path = path
        self.data = data
        self._asked: dict[str, None] = {}

    def has(self, key: str) -> bool:
        """Whether the key is there; asking makes it known."""
        self._asked[key] = None
        return key in self.data

    def fault(self, key: str | None, problem: str, right: str = "", hint: str | None = None) -> None:
        """Notes what is wrong at one of the table's keys, or at the table itself, and what would be right."""
        self.faults.add(self.path if key is None else (*self.path, key), problem, right, hint)

    def unknown(self, key: str, name: str, what: str, known: Iterable[str], hint: str | None = None) -> None:
        """Notes a name that is none of the known ones, with the nearest of them or a few to choose from."""
        words = list(known)
        near = nearest(name, words)
        right = one_of(words) if words and (not near or len(words) <= FEW) else ""
        self.fault(key, f"'{name}' is {what}{near}", right, hint)

    def text(self, key: str) -> str:
        """A text that must be there and not be empty."""
        found = self._value(key, str, "a text in quotes", required=True)
        if found is None:
            return ""
        if not found.strip():
            self.fault(key, "is empty", "a text")
        return str(found).strip()

    def optional_text(self, key: str) -> str | None:
        """A text, or nothing when the key is absent."""
        return self.text(key) if self.has(key) else None

    def choice(self, key: str, allowed: Sequence[Word]) -> Word:
        """One of the allowed words; the first of them stands in for a wrong one."""
        found = self.text(key)
        if found and found not in allowed:
            self.unknown(key, found, "unknown here", allowed)
        return next((word for word in allowed if word == found), allowed[0])

    def number(self, key: str, least: str, most: str | None = None) -> Decimal:
        """A number that must be there, above or at `least` (`> 0` is written `>0`) and at most `most`."""
        found = self._value(key, Decimal, "a number", required=True)
        if found is None:
            return Decimal(1)
        low = Decimal(least.lstrip(">"))
        if found < low or (found == low and least.startswith(">")) or (most is not None and found > Decimal(most)):
            above = f"above {low}" if least.startswith(">") else f"at least {low}"
            self.fault(key, f"{found} is not possible", above + (f" and at most {most}" if most else ""))
            return Decimal(1)
        return Decimal(found)

    def optional_number(self, key: str, least: str, most: str | None = None) -> Decimal | None:
        """A number, or nothing when the key is absent."""
        return self.number(key, least, most) if self.has(key) else None

    def whole(self, key: str, least: int, most: int) -> int:
        """A whole number that must be there, from `least` to `most`."""
        found = self._value(key, int, "a whole number", required=True)
        if found is None:
            return least
        if not least <= found <= most:
            self.fault(key, f"{found} is not possible", f"a whole number from {least} to {most}")
            return least
        return int(found)

    def boolean(self, key: str) -> bool:
        """true or false; absent is false."""
        return bool(self._value(key, bool, "true or false", required=False))

    def day(self, key: str) -> date | None:
        """A date that must be there, written without quotes."""
        found = self._value(key, date, "a date such as 2024-02-16, without quotes", required=True)
        return found if isinstance(found, date) else None

    def texts(self, key: str) -> list[str]:
        """A list of texts; absent is empty."""
        found = self._value(key, list, "a list of texts", required=False) or []
        good = [item.strip() for item in found if isinstance(item, str) and item.strip()]
        if len(good) < len(found):
            self.fault(key, "holds something that is no text", "a list of texts in quotes")
        return good

    def table(self, key: str, required: bool = True) -> "Table | None":
        """A table in this one."""
        found = self._value(key, dict, "a table", required=required)
        return None if found is None else Table(self.faults, (*self.path, key), found)

    def tables(self, key: str, at_least: int = 0) -> list["Table"]:
        """A list of tables (`[[key]]`); fewer than `at_least` is a fault."""
        found = self._value(key, list, f"a list of tables, written [[{key}]]", required=at_least > 0)
        if found is None:
            return []
        if len(found) < at_least:
            self.fault(key, "is empty", f"at least one [[{key}]]")
        for place, item in enumerate(found):
            if not isinstance(item, dict):
                self.faults.add((*self.path, key, place), f"is {named(item)}", "a table")
        path = (*self.path, key)
        return [Table(self.faults, (*path, i), item) for i, item in enumerate(found) if isinstance(item, dict)]

    def named(self, key: str) -> list[tuple[str, "Table"]]:
        """A table of tables by name (`[key.name]`), in the order of the file; absent is empty."""
        outer = self.table(key, required=False)
        if outer is None:
            return []
        tables = [(name, outer.table(name)) for name in outer.data]
        return [(name, table) for name, table in tables if table is not None]

    def done(self) -> None:
        """Notes every key that no getter asked for, with the nearest known one."""
        for key in self.data:
            if key not in self._asked:
                self.unknown(key, key, "an unknown key", self._asked)

    def _value(self, key: str, kind: type, wanted: str, required: bool) -> Any:
        """The value if it is of that kind (a whole number is a number too), else nothing and a fault."""
        if not self.has(key):
            if required:
                self.fault(key, "is missing", wanted)
            return None
        found = self.data[key]
        if kind is Decimal and type(found) is int:
            return Decimal(found)
        if type(found) is not kind:
            self.fault(key, f"is {named(found)}", wanted)
            return None
        if isinstance(found, Decimal) and not found.is_finite():
            self.fault(key, f"is {found}", wanted)
            return None
        return found


def each(root: Table, key: str, read: Callable[[Table], T], at_least: int = 0) -> tuple[T, ...]:
    """What `read` makes of each table of a list (`[[key]]`), unknown keys noted."""
    found: list[T] = []
    for table in root.tables(key, at_least):
        found.append(read(table))
        table.done()
    return tuple(found)


def unique(items: Sequence[T], name: Callable[[T], str], root: Table, key: str) -> None:
    """Notes every name that two items of a list share."""
    for twice in repeated(name(item) for item in items):
        root.fault(key, f"two have the name '{twice}'", "one", f'"{twice}"')


def repeated(names: Iterable[str]) -> list[str]:
    """The names that come more than once, each once, in order."""
    counts = Counter(name for name in names if name)
    return [name for name, count in counts.items() if count > 1]


def named(value: object) -> str:
    """What a value is, for a message: `the text 'x'`, `a list`."""
    kind = _NAMES.get(type(value), "something else")
    if isinstance(value, str):
        return f"the text '{value}'"
    return kind if isinstance(value, list | dict) else f"{kind} ({str(value).lower()})"


def one_of(words: Sequence[str]) -> str:
    """The words as a choice: `a, b or c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
