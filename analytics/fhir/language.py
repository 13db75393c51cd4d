"""The form of a path: a small part of FHIRPath, taken apart into what it consists of.

    insurer.resolve(Organization).name | insurer.display | 'not named'

`a.b` goes down, `|` separates alternatives (a column takes the first that gives something), `'…'` is a constant.
`value[x]` is the member that there is of
`valueString`, `valueQuantity`, … `%resource`, `%row` and `%parent` begin anew from the resource, the row's element or
the element around it; `%setting.x` is a setting, `%x` a list that the preset names. What else there is: `FUNCTIONS`.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from analytics.errors import nearest

# name -> what it takes: a condition, a path, text, names, or a condition and two paths.
FUNCTIONS = {
    "where": "condition",
    "exists": "condition?",
    "first": "",
    "last": "",
    "repeat": "path",
    "extension": "text",
    "resolve": "names",
    "iif": "choice",
    "code": "",
    "date": "",
    "instant": "",
    "canonical": "",
    "join": "text",
    "target": "",
    "target_id": "",
    "right": "number",
    "word": "names",
}
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^'\\]|\\.)*')|(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w-]*(?:\[x\])?)"
    r"|(?P<variable>%setting\.[a-z_0-9]+|%[a-z_0-9]+|\$this)|(?P<sign><=|>=|!=|[.()\[\],|=<>]))"
)
_COMPARISONS = ("=", "!=", "<", ">", "<=", ">=", "in")


class PathFault(ValueError):
    """A path that can't be read; the text says what was found, and what would be right."""


@dataclass(frozen=True)
class Name:
    """A member of an element; `is_choice` where it is written `value[x]`."""

    name: str
    is_choice: bool = False


@dataclass(frozen=True)
class Index:
    """One of several, counted from 0."""

    at: int


@dataclass(frozen=True)
class Literal:
    """A constant."""

    text: str


@dataclass(frozen=True)
class Variable:
    """Where a path begins anew, a setting or a list: its name without the mark."""

    name: str


@dataclass(frozen=True)
class Call:
    """A function with what it is given."""

    name: str
    paths: tuple["Union", ...] = ()
    condition: "Condition | None" = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Union:
    """Paths whose values are taken together, in this order; each is a sequence of parts."""

    chains: tuple[tuple["Part", ...], ...]


@dataclass(frozen=True)
class Condition:
    """`and`, `or`, `not` of conditions, a comparison of two paths, or (`is`) whether a path gives anything."""

    kind: str
    conditions: tuple["Condition", ...] = ()
    paths: tuple[Union, ...] = ()


T = TypeVar("T")
Part: TypeAlias = Name | Index | Literal | Variable | Call | Union


def names_row(union: Union) -> bool:
    """Whether a path hangs on the row, so that it may give something else for another row of the resource."""
    for part in (part for chain in union.chains for part in chain):
        if isinstance(part, Variable) and part.name in ("row", "parent"):
            return True
        if isinstance(part, Union) and names_row(part):
            return True
        if isinstance(part, Call):
            if any(names_row(path) for path in part.paths):
                return True
            if part.condition and condition_names_row(part.condition):
                return True
    return False


def condition_names_row(condition: Condition) -> bool:
    return any(condition_names_row(each) for each in condition.conditions) or any(
        names_row(path) for path in condition.paths
    )


def parsed(text: str) -> Union:
    """A path taken apart; `PathFault` where it has no meaning."""
    return _whole(text, lambda reader: reader.union())


def parsed_condition(text: str) -> Condition:
    """A condition taken apart; `PathFault` where it has no meaning."""
    return _whole(text, lambda reader: reader.condition())


def _whole(text: str, read: "Callable[[_Reader], T]") -> "T":
    reader = _Reader(text)
    found = read(reader)
    if reader.next is not None:
        raise PathFault(f"has '{reader.next}' where it should end")
    return found


class _Reader:
    """A path's tokens, the next of them in view."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._at = 0

    @property
    def next(self) -> str | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def take(self, *wanted: str) -> str:
        token = self.next
        if token is None or (wanted and token not in wanted):
            expected = " or ".join(f"'{word}'" for word in wanted) or "a name"
            raise PathFault(f"has {'its end' if token is None else repr(token)} where {expected} should be")
        self._at += 1
        return token

    def union(self) -> Union:
        chains = [self._chain()]
        while self.next == "|":
            self.take()
            chains.append(self._chain())
        return Union(tuple(chains))

    def _chain(self) -> tuple[Part, ...]:
        parts = [self._part()]
        while self.next in (".", "["):
            if self.take() == "[":
                parts.append(Index(int(_number(self.take()))))
                self.take("]")
            else:
                parts.append(self._part())
        return tuple(parts)

    def _part(self) -> Part:
        token = self.take()
        if token == "(":
            union = self.union()
            self.take(")")
            return union
        if token[0] == "'":
            return Literal(re.sub(r"\\(.)", r"\1", token[1:-1]))
        if token[0] in "%$":
            return Variable(token[1:])
        if token[0].isdigit():
            return Literal(token)
        if not (token[0].isalpha() or token[0] == "_"):
            raise PathFault(f"has '{token}' where a name should be")
        if self.next == "(":
            return self._call(token)
        return Name(token.removesuffix("[x]"), token.endswith("[x]"))

    def _call(self, name: str) -> Call:
        if name not in FUNCTIONS:
            raise PathFault(f"has the function '{name}', which there is not{nearest(name, list(FUNCTIONS))}")
        self.take("(")
        call, takes = Call(name), FUNCTIONS[name]
        if takes == "condition" or (takes == "condition?" and self.next != ")"):
            call = Call(name, condition=self.condition())
        elif takes == "path":
            call = Call(name, (self.union(),))
        elif takes == "choice":
            call = self._choice()
        elif takes in ("text", "number", "names"):
            call = Call(name, words=self._words())
        self.take(")")
        return call

    def _choice(self) -> Call:
        condition = self.condition()
        paths: list[Union] = []
        while self.next == "," and len(paths) < 2:
            self.take()
            paths.append(self.union())
        if not paths:
            raise PathFault("has 'iif' without what is taken where its condition holds")
        return Call("iif", tuple(paths), condition)

    def _words(self) -> tuple[str, ...]:
        words = [self.take().strip("'")]
        while self.next == ",":
            self.take()
            words.append(self.take().strip("'"))
        return tuple(words)

    def condition(self) -> Condition:
        return self._joined("or", lambda: self._joined("and", self._one))

    def _joined(self, kind: str, read: Callable[[], Condition]) -> Condition:
        conditions = [read()]
        while self.next == kind:
            self.take()
            conditions.append(read())
        return conditions[0] if len(conditions) == 1 else Condition(kind, tuple(conditions))

    def _one(self) -> Condition:
        if self.next == "not":
            self.take()
            return Condition("not", (self._one(),))
        if self.next == "(":
            start = self._at
            self.take()
            inner = self.condition()
            # A bracket holds a condition, unless it goes on as a path does.
            if self.next == ")":
                self.take()
                if self.next is None or self.next in (")", "and", "or", ","):
                    return inner
            self._at = start
        left = self.union()
        if self.next not in _COMPARISONS:
            return Condition("is", paths=(left,))
        kind = self.take()
        if kind == "in" and self.next == "(":
            self.take()
            listed = Union(tuple((Literal(word),) for word in self._words()))
            self.take(")")
            return Condition("=", paths=(left, listed))
        return Condition("=" if kind == "in" else kind, paths=(left, self.union()))


def _number(token: str) -> str:
    if not token.isdigit():
        raise PathFault(f"has '{token}' where a whole number should be")
    return token


def _tokens(text: str) -> Iterator[str]:
    at = 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if not found:
            raise PathFault(f"can't be read from '{text[at:].strip()[:20]}' on")
        yield found[0].strip()
        at = found.end()
