"""What the functions of a path do with the elements that they are given."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from analytics.fhir.language import PathFault

Found = list[Any]
# Many resources name the same organizations and times.
_REMEMBERED = 10_000


@dataclass
class Frame:
    """Where the paths of a row begin anew: the resource, the row's element, and the element around it.

    of_resource, of_row: what was found once for all rows of the resource, and for all columns of the row.
    """

    resource: Any = None
    row: Any = None
    parent: Any = None
    of_resource: dict[Any, Any] = field(default_factory=dict, repr=False)
    of_row: dict[Any, Any] = field(default_factory=dict, repr=False)

    def begin(self, row: Any, parent: Any) -> None:
        """Go on to a row."""
        self.row, self.parent, self.of_row = row, parent, {}


Finder = Callable[[Found, Frame], Found]


@dataclass(frozen=True)
class Known:
    """What paths may name: settings and lists by name; words by the table's name, then in lower case."""

    settings: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def first_text(values: Found) -> str | None:
    """The first of the values as text; None where there is none, it is empty, or no single value."""
    for value in values:
        if type(value) is str:
            trimmed = value.strip()
            return trimmed or None
        if value is True or value is False:
            return "true" if value else "false"
        if value is not None:
            return None
    return None


def in_turn(steps: Sequence[Finder]) -> Finder:
    """One step after the other, as long as there is something."""
    if len(steps) == 1:
        return steps[0]
    first, *others = steps
    if len(steps) == 2:
        last = steps[1]

        def find_last(focus: Found, frame: Frame) -> Found:
            found = first(focus, frame)
            return last(found, frame) if found else found

        return find_last

    def find(focus: Found, frame: Frame) -> Found:
        focus = first(focus, frame)
        for step in others:
            if not focus:
                return focus
            focus = step(focus, frame)
        return focus

    return find


def once(find: Finder, is_of_row: bool) -> Finder:
    """What a path gives, found but once for a row, or else for all rows of the resource."""
    place = object()

    def of_row(focus: Found, frame: Frame) -> Found:
        values: Found | None = frame.of_row.get(place)
        if values is None:
            values = frame.of_row[place] = find(focus, frame)
        return values

    def of_resource(focus: Found, frame: Frame) -> Found:
        values: Found | None = frame.of_resource.get(place)
        if values is None:
            values = frame.of_resource[place] = find(focus, frame)
        return values

    return of_row if is_of_row else of_resource


def members(names: Sequence[str]) -> Finder:
    """What lies below the elements, member by member."""
    return lambda focus, frame: inside(focus[0], names) if len(focus) == 1 else below(focus, names)


def members_of_row(names: Sequence[str]) -> Finder:
    """What lies below the row's element."""
    return lambda focus, frame: inside(frame.row, names)


def members_of_resource(names: Sequence[str]) -> Finder:
    """What lies below the resource."""
    return lambda focus, frame: inside(frame.resource, names)


def below(focus: Found, names: Sequence[str]) -> Found:
    """What lies below elements, member by member."""
    found: Found = []
    for element in focus:
        found += inside(element, names)
    return found


def inside(element: Any, names: Sequence[str]) -> Found:
    """What lies below one element, member by member."""
    if type(element) is not dict:
        return []
    found: Any = element
    for name in names:
        if type(found) is list:
            if len(found) != 1:
                return _inside_several([element], names)
            found = found[0]
        if type(found) is not dict:
            return []
        found = found.get(name)
    return found if type(found) is list else [] if found is None else [found]


def _inside_several(focus: Found, names: Sequence[str]) -> Found:
    """The same, where a member has several values, or an empty list."""
    for name in names:
        values = [element.get(name) for element in focus if type(element) is dict]
        focus = []
        for value in values:
            if type(value) is list:
                focus += value
            elif value is not None:
                focus.append(value)
    return focus


def choice(name: str) -> Finder:
    """The member that there is of `valueString`, `valueQuantity`, …"""

    def find(focus: Found, frame: Frame) -> Found:
        below: Found = []
        for element in focus:
            if type(element) is dict:
                for key, value in element.items():
                    if key.startswith(name) and key[len(name) : len(name) + 1].isupper() and value is not None:
                        below += value if type(value) is list else [value]
        return below

    return find


def repeat(below: Finder) -> Finder:
    """What a path gives, and what it gives of that, and so on: each element before those inside it."""

    def find(focus: Found, frame: Frame) -> Found:
        found: Found = []
        waiting = below(focus, frame)[::-1]
        while waiting:
            element = waiting.pop()
            found.append(element)
            waiting += below([element], frame)[::-1]
        return found

    return find


def extension(url: str) -> Finder:
    """Extensions by their address, or by the last part of it alone; modifier extensions too."""
    tail = "" if "://" in url else f"/{url}"

    def find(focus: Found, frame: Frame) -> Found:
        found: Found = []
        for element in focus:
            if type(element) is dict:
                for name in ("extension", "modifierExtension"):
                    listed = element.get(name)
                    for extension in listed if type(listed) is list else ():
                        said = extension.get("url") if type(extension) is dict else None
                        if type(said) is str and (said == url or (tail and said.endswith(tail))):
                            found.append(extension)
        return found

    return find


def word(table: str, known: Known) -> Finder:
    """A table's word for a word; one that the table lacks becomes its word for `*`, or stays as it is."""
    if table not in known.words:
        raise PathFault(f"names the words '{table}', which there are not")
    words = known.words[table]

    def find(focus: Found, frame: Frame) -> Found:
        found = (words.get(value.lower(), words.get("*", value)) for value in focus if type(value) is str)
        return [word for word in found if word]

    return find


def code(value: Any) -> Found:
    """The codes of a concept or a coding; text is its own."""
    if type(value) is dict:
        codings = value.get("coding") if "coding" in value else [value]
        listed = codings if type(codings) is list else ()
        return [each["code"] for each in listed if type(each) is dict and type(each.get("code")) is str]
    return [value] if type(value) is str else []


def date(value: Any) -> Found:
    return [value[:10]] if type(value) is str else []


def instant(value: Any) -> Found:
    """A date or time as text whose order is that of time, in UTC; none means UTC, a date its first instant."""
    return [_instant(value)] if type(value) is str else []


@lru_cache(_REMEMBERED)
def _instant(value: str) -> str:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")


def canonical(value: Any) -> Found:
    """A profile's address without its version."""
    return [value.split("|")[0]] if type(value) is str else []


def target(value: Any) -> Found:
    """What a reference points at, as `Type/id` or `urn:…`: from a reference, or its text. `#…` stays as it is."""
    reference = value.get("reference") if type(value) is dict else value
    return [_target(reference)] if type(reference) is str and reference else []


@lru_cache(_REMEMBERED)
def _target(reference: str) -> str:
    if reference.startswith(("urn:", "#")):
        return reference
    parts = reference.split("?")[0].split("/_history")[0].rstrip("/").split("/")
    return "/".join(parts[-2:])


def target_id(value: Any) -> Found:
    return [found.rsplit("/", 1)[-1].rsplit(":", 1)[-1] for found in target(value)]


OF_EACH: dict[str, Callable[[Any], Found]] = {
    "code": code,
    "date": date,
    "instant": instant,
    "canonical": canonical,
    "target": target,
    "target_id": target_id,
}


def numbers(value: Any) -> list[Decimal]:
    try:
        number = Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        return []
    return [number] if number.is_finite() else []
