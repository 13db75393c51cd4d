"""Shapes of tables: which keys there are, what each holds, and what a table needs at least.

The shapes themselves are in :mod:`analytics.policy.language`; the reader takes every bound from them, and
:mod:`analytics.policy.schema` writes them as JSON Schema. So what an editor says and what the loader says is one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

Kind = Literal[
    "text",  # a text that is not empty
    "word",  # one of `words`
    "number",  # `least` (`>0` is above 0) to `most`
    "whole",  # the same, a whole number
    "boolean",
    "day",
    "texts",  # a list of texts
    "table",  # a table of the shape `of`
    "tables",  # a list of them, `at_least` so many
    "named",  # a table of them by name
    "test",  # a test: of a fact, or of several tests
    "tests",  # a list of tests
    "nodes",  # a list of criterion ids and trees
    "words",  # a table: name -> one of `words`
    "wholes",  # a table: name -> whole number
    "facts",  # a table: name -> text, number or date
]


@dataclass(frozen=True, slots=True)
class Field:
    """What one key holds, and in a line what it says."""

    kind: Kind
    says: str
    required: bool = True
    least: str | None = None
    most: str | None = None
    words: Sequence[str] = ()
    system: str | None = None
    of: str | None = None
    at_least: int = 0

    def span(self) -> str:
        """The bounds in words: `above 0`, `at least 1 and at most 60`."""
        low = self.least or "0"
        above = f"above {low.lstrip('>')}" if low.startswith(">") else f"at least {low}"
        return above + (f" and at most {self.most}" if self.most else "")

    def holds(self, number: Decimal) -> bool:
        """Whether a number is within the bounds."""
        least = self.least or "0"
        low = Decimal(least.lstrip(">"))
        above = number > low if least.startswith(">") else number >= low
        return above and (self.most is None or number <= Decimal(self.most))


@dataclass(frozen=True, slots=True)
class Choice:
    """Exactly one of these must be there; a group of keys (a tuple) counts as one, however many of it are there."""

    keys: tuple[str | tuple[str, ...], ...]
    at: str | None = None
    problem: str = ""
    right: str = "one of them"

    def groups(self) -> list[tuple[str, ...]]:
        """Every key or group as a tuple of keys."""
        return [(key,) if isinstance(key, str) else key for key in self.keys]


@dataclass(frozen=True, slots=True)
class Case:
    """Where `key` is one of `words`, `needs` must be there (or `unless` in their place), and `bars` must not."""

    key: str
    words: tuple[str, ...]
    needs: tuple[str, ...] = ()
    unless: str | None = None
    bars: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    """A table: its keys, and what they ask of each other. `pairs` are keys that come together or not at all.

    `absent`: keys that one may look for and that there can't be, each with why, and what would be right.
    """

    says: str
    fields: Mapping[str, Field]
    choices: tuple[Choice, ...] = ()
    cases: tuple[Case, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    absent: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def form(self) -> str:
        """The table as it is written, without its values: `{ kg = …, citation = "…" }`, and what else it may hold."""
        chosen = {choice.groups()[0][0] for choice in self.choices}
        shown = [key for key, each in self.fields.items() if each.required or key in chosen]
        shown = shown or list(self.fields)
        others = [key for key in self.fields if key not in shown]
        keys = ", ".join(f"{key} = {_BLANKS.get(self.fields[key].kind, '…')}" for key in shown)
        return f"{{ {keys} }}" + (f" (also possible: {', '.join(others)})" if others else "")


#: How values of some kinds begin and end.
_BLANKS: Mapping[Kind, str] = {
    **dict.fromkeys(("text", "word"), '"…"'),
    **dict.fromkeys(("texts", "nodes", "tests", "tables"), "[…]"),
    **dict.fromkeys(("table", "test", "named", "words", "wholes", "facts"), "{ … }"),
}

LABEL = Field("text", "the rule in our own words, shown to readers")
CITATION = Field("text", "document and passage: the name of one of the documents, a comma, the passage")


def optional(kind: Kind, says: str, **more: Any) -> Field:
    """A key that may be left out."""
    return Field(kind, says, required=False, **more)


def cited(
    says: str,
    *,
    choices: tuple[Choice, ...] = (),
    cases: tuple[Case, ...] = (),
    absent: Mapping[str, tuple[str, str]] | None = None,
    **fields: Field,
) -> Shape:
    """A table that ends with label and citation."""
    return Shape(says, {**fields, "label": LABEL, "citation": CITATION}, choices, cases, absent=absent or {})
