"""What the functions of a path do with the elements that they are given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from analytics.fhir.language import PathFault

Found = list[Any]


@dataclass
class Frame:
    """Where the paths of a row begin anew: the resource, the row's element, and the element around it.

    memo: what was found once for all rows of the resource.
    """

    resource: Any = None
    row: Any = None
    parent: Any = None
    memo: dict[Any, Any] = field(default_factory=dict, repr=False)


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


def members(names: list[str]) -> Finder:
    """What lies below the elements, member by member."""

    def find(focus: Found, frame: Frame) -> Found:
        for name in names:
            if len(focus) == 1:
                only = focus[0].get(name) if type(focus[0]) is dict else None
                if only is None:
                    return []
                focus = only if type(only) is list else [only]
                continue
            below: Found = []
            for element in focus:
                if type(element) is dict:
                    value = element.get(name)
                    if type(value) is list:
                        below += value
                    elif value is not None:
                        below.append(value)
            if not below:
                return below
            focus = below
        return focus

    return find


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
                    for extension in element.get(name) or ():
                        said = extension.get("url", "") if type(extension) is dict else ""
                        if said == url or (tail and said.endswith(tail)):
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
        return [each["code"] for each in codings or () if type(each) is dict and type(each.get("code")) is str]
    return [value] if type(value) is str else []


def date(value: Any) -> Found:
    return [value[:10]] if type(value) is str else []


def instant(value: Any) -> Found:
    """A date or time as text whose order is that of time, in UTC; none means UTC, a date its first instant."""
    if type(value) is not str:
        return []
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return [value]
    moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return [moment.strftime("%Y-%m-%dT%H:%M:%S.%f")]


def canonical(value: Any) -> Found:
    """A profile's address without its version."""
    return [value.split("|")[0]] if type(value) is str else []


def target(value: Any) -> Found:
    """What a reference points at, as `Type/id` or `urn:…`: from a reference, or its text. `#…` stays as it is."""
    reference = value.get("reference") if type(value) is dict else value
    if type(reference) is not str or not reference:
        return []
    if reference.startswith(("urn:", "#")):
        return [reference]
    parts = reference.split("?")[0].split("/_history")[0].rstrip("/").split("/")
    return ["/".join(parts[-2:])]


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
