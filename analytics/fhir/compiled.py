"""A relation ready to be read: its columns as finders, and what each looks up in other resources.

A path that goes through `resolve(Type)` needs a resource that may come later, or came long ago. So the row keeps the
reference alone, beside it a lookup holds what the rest of the path gives of every resource of that type, and both are
joined when all files are read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from analytics.errors import UserError
from analytics.fhir.functions import Finder, Found, Frame, Known, first_text, target
from analytics.fhir.language import (
    Call,
    Condition,
    Literal,
    Part,
    PathFault,
    Union,
    Variable,
    names_row,
    parsed,
    parsed_condition,
)
from analytics.fhir.paths import chain_finder, first_finder, test, union_finder
from analytics.fhir.source import FhirSource, Relation


@dataclass(frozen=True)
class Way:
    """One alternative of a column: found in the row's own resource, or (lookup) in the one that it refers to."""

    find: Finder
    lookup: "Lookup | None" = None
    is_of_resource: bool = False


@dataclass(frozen=True)
class Column:
    """A column, and the ways to it in turn. width: how many values a row keeps for it."""

    name: str
    ways: tuple[Way, ...]

    @cached_property
    def is_plain(self) -> bool:
        """Whether a row's own value is all that there is of it."""
        return all(way.lookup is None for way in self.ways)

    @property
    def stored(self) -> tuple[str, ...]:
        """The names under which a row keeps it: its value, or per way the value or the key of the resource."""
        if self.is_plain:
            return (self.name,)
        return tuple(f"{self.name}:{number}" for number in range(len(self.ways)))


@dataclass(frozen=True)
class Lookup:
    """What a path gives of every resource of some types. value: the column that holds it."""

    name: str
    types: tuple[str, ...]
    value: Column


@dataclass
class Lookups:
    """All lookups of a source, each once. number: the source's own, for their names."""

    known: Known
    number: int = 0
    found: dict[tuple[tuple[str, ...], Union], Lookup] = field(default_factory=dict)

    def lookup(self, types: tuple[str, ...], rest: Union) -> Lookup:
        """The lookup of a path in resources of some types."""
        if (types, rest) not in self.found:
            value = Column("value", tuple(self.ways(rest)))
            self.found[types, rest] = Lookup(f"lookup_{self.number}_{len(self.found)}", types, value)
        return self.found[types, rest]

    def ways(self, union: Union) -> Iterator[Way]:
        """The ways of a path; neighbours that look nothing up are one."""
        own: list[tuple[Part, ...]] = []
        for chain in union.chains:
            at = next((n for n, part in enumerate(chain) if isinstance(part, Call) and part.name == "resolve"), None)
            if at is None:
                own.append(chain)
                continue
            if own:
                yield self._own(own)
                own = []
            before, call, rest = chain[:at], chain[at], chain[at + 1 :]
            if not before or not rest or not isinstance(call, Call) or not call.words:
                raise PathFault("has 'resolve', which stands between a reference and what is wanted of its resource")
            inner = rest[0] if len(rest) == 1 and isinstance(rest[0], Union) else Union((rest,))
            lookup = self.lookup(call.words, inner)
            yield Way(chain_finder(before, self.known), lookup, _is_of_resource(Union((before,))))
        if own:
            yield self._own(own)

    def _own(self, chains: list[tuple[Part, ...]]) -> Way:
        union = Union(tuple(chains))
        return Way(first_finder(union, self.known), None, _is_of_resource(union))


class Compiled:
    """A relation's rows out of a resource, as tuples of text in the order of `stored`."""

    def __init__(self, source: FhirSource, relation: Relation, lookups: Lookups) -> None:
        self.source, self.relation, known = source, relation, lookups.known
        part = f" of '{relation.name}'" if source.assemble else ""
        said = ""
        try:
            said = "each"
            self._each = [union_finder(parsed(path), known) for path in relation.each]
            said = "when"
            self._when = test(relation.when, known) if relation.when else None
            # A condition on the resource alone is asked once, before its rows are.
            self._is_asked_once = relation.when is not None and _is_condition_of_resource(
                parsed_condition(relation.when)
            )
            columns = []
            for said, path in relation.paths.items():
                columns.append(Column(said, tuple(lookups.ways(parsed(path)))))
        except PathFault as fault:
            raise UserError(f"The FHIR source '{source.name}': the path '{said}'{part} {fault}.") from None
        self.columns = columns
        self.stored = tuple(name for column in columns for name in column.stored)
        self._of_resource = [column for column in columns if all(way.is_of_resource for way in column.ways)]
        of_row = [column for column in columns if column not in self._of_resource]
        self._of_row = [(column.ways[0].find if column.is_plain else None, column) for column in of_row]
        places = {name: place for place, name in enumerate(self.stored)}
        together = [name for column in (*self._of_resource, *of_row) for name in column.stored]
        order = {name: place for place, name in enumerate(together)}
        self._order = [order[name] for name in sorted(places, key=places.__getitem__)]

    def reads(self, path: Path) -> bool:
        """Whether the resources of a file are among its own."""
        return self.source.files is None or path in self.source.files

    def rows(self, resource: dict[str, Any]) -> Iterator[tuple[str | None, ...]]:
        """The rows that a resource gives."""
        frame = Frame(resource)
        shared: list[str | None] | None = None
        if self._when and self._is_asked_once and not self._when([resource], frame):
            return
        for row, parent in self._elements(resource, frame):
            frame.row, frame.parent = row, parent
            focus = [row]
            if self._when and not self._is_asked_once and not self._when(focus, frame):
                continue
            if shared is None:
                shared = [value for column in self._of_resource for value in values(column, [resource], frame)]
            together = shared.copy()
            for find, column in self._of_row:
                if find:
                    together.append(first_text(find(focus, frame)))
                else:
                    together += values(column, focus, frame)
            yield tuple([together[place] for place in self._order])

    def _elements(self, resource: dict[str, Any], frame: Frame) -> Iterator[tuple[Any, Any]]:
        def below(element: Any, parent: Any, finders: Sequence[Finder]) -> Iterator[tuple[Any, Any]]:
            if not finders:
                yield element, parent
                return
            frame.row, frame.parent = element, parent
            for inner in finders[0]([element], frame):
                yield from below(inner, element, finders[1:])

        return below(resource, resource, self._each)


def values(column: Column, focus: Found, frame: Frame) -> list[str | None]:
    """What a row keeps of a column: per way `=` and the value, or `@` and the key of the resource that has it.

    A plain column keeps its value as it is. Ways after one that gave a value are left out.
    """
    if column.is_plain:
        return [first_text(column.ways[0].find(focus, frame))]
    kept: list[str | None] = []
    is_found = False
    for way in column.ways:
        value = None if is_found else _way_value(way, focus, frame)
        is_found = is_found or (value is not None and value[0] == "=")
        kept.append(value)
    return kept


def _way_value(way: Way, focus: Found, frame: Frame) -> str | None:
    found = way.find(focus, frame)
    if way.lookup is None:
        value = first_text(found)
        return None if value is None else f"={value}"
    for key in (key for reference in found for key in target(reference)):
        if not key.startswith("#"):
            return f"@{key}"
        # What is contained is at hand.
        for contained in frame.resource.get("contained") or ():
            if isinstance(contained, dict) and contained.get("id") == key[1:]:
                inner = Frame(contained, contained, contained)
                for value in values(way.lookup.value, [contained], inner):
                    if value is not None:
                        return f"={value}" if way.lookup.value.is_plain else value
    return None


def _is_condition_of_resource(condition: Condition) -> bool:
    return all(map(_is_condition_of_resource, condition.conditions)) and all(map(_is_of_resource, condition.paths))


def _is_of_resource(union: Union) -> bool:
    """Whether a path gives the same for all rows of a resource."""
    heads = [chain[0] for chain in union.chains]
    begins_anew = all(
        isinstance(head, Literal) or (isinstance(head, Variable) and head.name != "this") for head in heads
    )
    return begins_anew and not names_row(union)
