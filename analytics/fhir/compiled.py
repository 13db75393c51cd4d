"""A relation ready to be read: its columns as finders, and what each looks up in other resources.

A path that goes through `resolve(Type)` needs a resource that may come later, or came long ago. So the row keeps the
reference alone, beside it a lookup holds what the rest of the path gives of every resource of that type, and both are
joined when all files are read.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from analytics.errors import UserError
from analytics.fhir.functions import Finder, Found, Frame, Known, first_text, target
from analytics.fhir.language import (
    Call,
    Condition,
    Part,
    PathFault,
    Union,
    condition_names_row,
    names_row,
    parsed,
    parsed_condition,
)
from analytics.fhir.paths import Paths
from analytics.fhir.sharing import Sharing, anchored, anchored_condition
from analytics.fhir.source import FhirSource, Relation

Texts = tuple[str | None, ...]


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
            union, sharing = anchored(rest), Sharing()
            sharing.add(union)
            value = Column("value", tuple(self.ways(union, Paths(self.known, sharing))))
            self.found[types, rest] = Lookup(f"lookup_{self.number}_{len(self.found)}", types, value)
        return self.found[types, rest]

    def ways(self, union: Union, paths: Paths) -> Iterator[Way]:
        """The ways of a path; neighbours that look nothing up are one."""
        own: list[tuple[Part, ...]] = []
        for chain in union.chains:
            at = next((n for n, part in enumerate(chain) if isinstance(part, Call) and part.name == "resolve"), None)
            if at is None:
                own.append(chain)
                continue
            if own:
                yield _own(own, paths)
                own = []
            before, call, rest = chain[:at], chain[at], chain[at + 1 :]
            if not before or not rest or not isinstance(call, Call) or not call.words:
                raise PathFault("has 'resolve', which stands between a reference and what is wanted of its resource")
            inner = rest[0] if len(rest) == 1 and isinstance(rest[0], Union) else Union((rest,))
            lookup = self.lookup(call.words, inner)
            yield Way(paths.chain(before), lookup, not names_row(Union((before,))))
        if own:
            yield _own(own, paths)


def _own(chains: list[tuple[Part, ...]], paths: Paths) -> Way:
    union = Union(tuple(chains))
    return Way(paths.first(union), None, not names_row(union))


class Compiled:
    """A relation's rows out of a resource, as text. of_resource, of_row: the names of what its rows have in common, and
    of what each has of its own."""

    def __init__(self, source: FhirSource, relation: Relation, lookups: Lookups) -> None:
        self.source, self.relation = source, relation
        said = ""
        try:
            said = "each"
            each = [anchored(parsed(path)) for path in relation.each]
            said = "when"
            when = anchored_condition(parsed_condition(relation.when)) if relation.when else None
            wanted: dict[str, Union] = {}
            for said, path in relation.paths.items():
                wanted[said] = anchored(parsed(path))
            paths = Paths(lookups.known, _sharing(each, when, wanted))
            said = "each"
            self._each = [paths.union(union) for union in each]
            said = "when"
            self._when = paths.condition(when) if when else None
            self.columns = []
            for said, union in wanted.items():
                self.columns.append(Column(said, tuple(lookups.ways(union, paths))))
        except PathFault as fault:
            part = f" of '{relation.name}'" if source.assemble else ""
            raise UserError(f"The FHIR source '{source.name}': the path '{said}'{part} {fault}.") from None
        # A condition on the resource alone is asked once, before its rows are.
        self._is_asked_once = when is not None and not condition_names_row(when)
        self._of_resource = _Group([column for column in self.columns if _is_of_resource(column)])
        self._of_row = _Group([column for column in self.columns if not _is_of_resource(column)])
        self.of_resource, self.of_row = self._of_resource.stored, self._of_row.stored

    def reads(self, path: Path) -> bool:
        """Whether the resources of a file are among its own."""
        return self.source.files is None or path in self.source.files

    def rows(self, resource: dict[str, Any]) -> tuple[Texts, list[Texts]]:
        """What the rows of a resource have in common, and what each has of its own."""
        frame = Frame(resource)
        found: list[Texts] = []
        if self._when and self._is_asked_once and not self._when([resource], frame):
            return (), found
        for row, parent in self._elements(resource, resource, frame):
            frame.begin(row, parent)
            if self._when and not self._is_asked_once and not self._when([row], frame):
                continue
            found.append(self._of_row.values([row], frame))
        return (self._of_resource.values([resource], frame) if found else ()), found

    def _elements(self, element: Any, parent: Any, frame: Frame, depth: int = 0) -> Iterator[tuple[Any, Any]]:
        """The rows' elements below one, each with the element around it. depth: how many of `each` led there."""
        if depth == len(self._each):
            yield element, parent
            return
        frame.begin(element, parent)
        for inner in self._each[depth]([element], frame):
            yield from self._elements(inner, element, frame, depth + 1)


def _sharing(each: Sequence[Union], when: Condition | None, wanted: Mapping[str, Union]) -> Sharing:
    """What a relation's paths have in common."""
    sharing = Sharing()
    for union in each:
        sharing.add(union)
    if when:
        sharing.add_condition(when, condition_names_row(when))
    for union in wanted.values():
        # What a column of the row asks of the resource is asked for every row.
        sharing.add(union, names_row(union))
    return sharing


class _Group:
    """Columns that are found together, those without a lookup before the others. stored: the names of the values."""

    def __init__(self, columns: Sequence[Column]) -> None:
        plain = [column for column in columns if column.is_plain]
        self._plain = [column.ways[0].find for column in plain]
        self._others = [column for column in columns if not column.is_plain]
        self.stored = tuple(name for column in (*plain, *self._others) for name in column.stored)

    def values(self, focus: Found, frame: Frame) -> Texts:
        """What a row keeps of the columns."""
        found = [first_text(find(focus, frame)) for find in self._plain]
        for column in self._others:
            found += values(column, focus, frame)
        return tuple(found)


def _is_of_resource(column: Column) -> bool:
    return all(way.is_of_resource for way in column.ways)


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
        listed = frame.resource.get("contained")
        for contained in listed if isinstance(listed, list) else ():
            if isinstance(contained, dict) and contained.get("id") == key[1:]:
                inner = Frame(contained, contained, contained)
                for value in values(way.lookup.value, [contained], inner):
                    if value is not None:
                        return f"={value}" if way.lookup.value.is_plain else value
    return None
