"""One table of a policy file being read: typed getters that note what is wrong and carry on.

A getter that finds a fault returns a harmless value of the right type, so that reading goes on and every
fault of the file is found in one go. What a key may hold comes from the table's shape.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from analytics.errors import nearest
from analytics.policy import codes
from analytics.policy.faults import Faults, KeyPath, written
from analytics.policy.language import SHAPES
from analytics.policy.shape import Field

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
    """A table at a key path, of a shape that says what each key holds. Keys that the shape lacks are unknown."""

    def __init__(self, faults: Faults, path: KeyPath, data: dict[str, Any], shape: str) -> None:
        self.faults = faults
        self.path = path
        self.data = data
        self.shape = SHAPES[shape]

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        return key in self.data

    def fault(self, key: str | None, problem: str, right: str = "", hint: str | None = None) -> None:
        """Notes what is wrong at one of the table's keys, or at the table itself, and what would be right."""
        self.faults.add(self.path if key is None else (*self.path, key), problem, right, hint)

    def unknown(self, key: str, name: str, what: str, known: Iterable[str], hint: str | None = None) -> None:
        """Notes a name that is none of the known ones, with the nearest of them or a few to choose from."""
        words = list(known)
        near = nearest(name, words)
        right = f"no {key}" if not words else one_of(words) if not near or len(words) <= FEW else ""
        self.fault(key, f"'{name}' is {what}{near}", right, hint)

    def text(self, key: str) -> str:
        """A text that is not empty, and is a code of its system if it has one."""
        found = self._value(key, str, "a text in quotes")
        if found is None:
            return ""
        text = str(found).strip()
        if not text:
            self.fault(key, "is empty", "a text")
        system = self.shape.fields[key].system
        if text and system is not None and (problem := codes.fault(system, text)):
            self.fault(key, *problem)
        return text

    def optional_text(self, key: str) -> str | None:
        """A text, or nothing when the key is absent."""
        return self.text(key) if self.has(key) else None

    def choice(self, key: str, allowed: Sequence[Word]) -> Word:
        """One of the allowed words; the first of them stands in for a wrong one."""
        found = self.text(key)
        if found and found not in allowed:
            self.unknown(key, found, "unknown here", allowed)
        return next((word for word in allowed if word == found), allowed[0])

    def number(self, key: str) -> Decimal:
        """A number that must be there, within the bounds of its field."""
        found = self._value(key, Decimal, "a number")
        if found is None:
            return Decimal(1)
        return self._within(key, Decimal(found), self.shape.fields[key])

    def optional_number(self, key: str) -> Decimal | None:
        """A number, or nothing when the key is absent."""
        return self.number(key) if self.has(key) else None

    def whole(self, key: str) -> int:
        """A whole number that must be there, within the bounds of its field."""
        found = self._value(key, int, "a whole number")
        return 1 if found is None else int(self._within(key, Decimal(found), self.shape.fields[key]))

    def _within(self, key: str, found: Decimal, field: Field) -> Decimal:
        if field.holds(found):
            return found
        least = field.least or "0"
        right = f"a whole number from {least} to {field.most}" if field.kind in ("whole", "wholes") else field.span()
        self.fault(key, f"{found} is not possible", right)
        return max(Decimal(least.lstrip(">")), Decimal(1))

    def boolean(self, key: str) -> bool:
        """true or false; absent is false."""
        return bool(self._value(key, bool, "true or false"))

    def day(self, key: str) -> date | None:
        """A date that must be there, written without quotes."""
        found = self._value(key, date, "a date such as 2024-02-16, without quotes")
        return found if isinstance(found, date) else None

    def texts(self, key: str) -> list[str]:
        """A list of texts, codes of its system if it has one; absent is empty."""
        found = self._value(key, list, "a list of texts")
        if found is None:
            return []
        good = [item.strip() for item in found if isinstance(item, str) and item.strip()]
        if len(good) < len(found):
            self.fault(key, "holds something that is no text", "a list of texts in quotes")
        elif len(found) < self.shape.fields[key].at_least:
            self.fault(key, "is empty", f"a list with something in it, or no {key}")
        system = self.shape.fields[key].system
        for text in good if system is not None else ():
            if problem := codes.fault(str(system), text):
                self.fault(key, *problem, hint=f'"{text}"')
        return good

    def table(self, key: str) -> "Table | None":
        """A table in this one."""
        found = self._value(key, dict, self._table_form(key))
        return None if found is None else self._table((key,), found)

    def tables(self, key: str) -> list["Table"]:
        """A list of tables (`[[key]]`); fewer than its field asks for is a fault."""
        found = self._value(key, list, f"a list of tables, written [[{key}]]")
        if found is None:
            return []
        if len(found) < self.shape.fields[key].at_least:
            is_test = self.shape.fields[key].kind == "tests"
            self.fault(key, "is empty", "at least one test" if is_test else f"at least one [[{key}]]")
        for place, item in enumerate(found):
            if not isinstance(item, dict):
                self.faults.add((*self.path, key, place), f"is {named(item)}", self._table_form(key))
        return [self._table((key, i), item) for i, item in enumerate(found) if isinstance(item, dict)]

    def named(self, key: str) -> list[tuple[str, "Table"]]:
        """A table of tables by name (`[key.name]`), in the order of the file; absent is empty."""
        found = self._value(key, dict, f"tables by name, written [{key}.NAME]") or {}
        for name, item in found.items():
            if not isinstance(item, dict):
                self.faults.add((*self.path, key, name), f"is {named(item)}", self._table_form(key))
        return [(name, self._table((key, name), item)) for name, item in found.items() if isinstance(item, dict)]

    def pairs(self, key: str, names: Collection[str] | None = None, what: str = "") -> dict[str, Any]:
        """A table of values of one kind by name; a name that is none of `names` is a fault."""
        found = self._value(key, dict, "a table")
        field, good = self.shape.fields[key], {}
        for name, value in (found or {}).items():
            if names is not None and name not in names:
                self.unknown(key, name, what, names, hint=f'"{name}"' if "." in name else name)
            elif (sound := self._paired(key, name, value, field)) is not None:
                good[name] = sound
        return good

    def _paired(self, key: str, name: str, value: Any, field: Field) -> Any:
        """One value of a table of values, or nothing and a fault."""
        if field.kind == "words":
            if value not in field.words:
                self.unknown(key, str(value), "unknown here", field.words, hint=name)
                return None
        elif field.kind == "wholes":
            if type(value) is not int or not int(field.least or 0) <= value <= int(field.most or value):
                right = f"a whole number from {field.least} to {field.most}"
                self.fault(key, f"{value} is not possible for '{name}'", right, hint=name)
                return None
        elif type(value) not in (str, int, Decimal, date) or not str(value).strip():
            self.fault(key, f"'{name}' is {named(value)}", "a text, a number or a date", hint=name)
            return None
        return value

    def _table_form(self, key: str) -> str:
        """How a table at that key is written; a test has too many forms to be told in a line."""
        shape = self.shape.fields[key].of
        return "a table" if shape is None else f"a table, {SHAPES[shape].form()}"

    def _table(self, inner: KeyPath, data: dict[str, Any]) -> "Table":
        field = self.shape.fields[str(inner[0])]
        shape = field.of or ("fact_test" if "fact" in data else "rule")
        return Table(self.faults, (*self.path, *inner), data, shape)

    def _value(self, key: str, kind: type, wanted: str) -> Any:
        """The value if it is of that kind (a whole number is a number too), else nothing and a fault."""
        if not self.has(key):
            if self.shape.fields[key].required:
                self.fault(key, "is missing", wanted, hint="")
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


def each(root: Table, key: str, read: Callable[[Table], T]) -> tuple[T, ...]:
    """What `read` makes of each table of a list (`[[key]]`)."""
    return tuple(read(table) for table in root.tables(key))


def unique(items: Sequence[T], name: Callable[[T], str], root: Table, key: str, by: str = "name") -> None:
    """Notes every name that two items of a list share, where it comes again; by: the key that says it."""
    unique_among([((*root.path, key, place, by), name(item)) for place, item in enumerate(items)], root.faults)


def unique_among(named: Sequence[tuple[KeyPath, str]], faults: Faults) -> None:
    """Notes every name that comes again, at the key that says it. named: keys and the names that they say."""
    first: dict[str, KeyPath] = {}
    for path, name in named:
        if name and first.setdefault(name, path) != path:
            problem = f"two have the name '{name}', the first at {written(first[name][:-1])}"
            faults.add(path, problem, "a name for each")


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
