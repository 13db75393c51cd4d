"""Conditions of paths put to work: whether what is found is among constants, equals or exceeds something."""

import operator
from collections.abc import Callable, Sequence

from analytics.fhir.functions import Finder, Found, Frame, inside, numbers

Test = Callable[[Found, Frame], bool]
Sorting = Callable[[Found, Frame], dict[str, Found]]
_SIGNS = {"<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge}


def text(value: object) -> str:
    """A value as text to be held against another, true and false too."""
    return value if type(value) is str else str(value).lower() if type(value) is bool else ""


def all_of(tests: Sequence[Test]) -> Test:
    """Whether every condition holds."""

    def holds(focus: Found, frame: Frame) -> bool:
        for each in tests:  # noqa: SIM110 (a generator takes twice as long)
            if not each(focus, frame):
                return False
        return True

    return holds


def any_of(tests: Sequence[Test]) -> Test:
    """Whether one condition holds."""

    def holds(focus: Found, frame: Frame) -> bool:
        for each in tests:  # noqa: SIM110 (a generator takes twice as long)
            if each(focus, frame):
                return True
        return False

    return holds


def none_of(test: Test) -> Test:
    """Whether a condition does not hold."""
    return lambda focus, frame: not test(focus, frame)


def gives(find: Finder) -> Test:
    """Whether a path gives anything but false."""

    def holds(focus: Found, frame: Frame) -> bool:
        for value in find(focus, frame):  # noqa: SIM110
            if value is not False:
                return True
        return False

    return holds


def among(find: Finder, constants: frozenset[str], is_wanted: bool) -> Test:
    """Whether any value is among constants (or, where not wanted, none is)."""

    def holds(focus: Found, frame: Frame) -> bool:
        for value in find(focus, frame):
            if (value if type(value) is str else text(value)) in constants:
                return is_wanted
        return not is_wanted

    return holds


def equals(left: Finder, right: Finder, is_wanted: bool) -> Test:
    """Whether any value on the left is among those on the right; true and false as text."""

    def holds(focus: Found, frame: Frame) -> bool:
        found = right(focus, frame)
        for value in left(focus, frame):
            if (value if type(value) is str else text(value)) in found:
                return is_wanted
        return not is_wanted

    return holds


def compares(left: Finder, right: Finder, sign: str) -> Test:
    """Whether any number on the left is less or more than one on the right."""
    stands = _SIGNS[sign]

    def holds(focus: Found, frame: Frame) -> bool:
        limits = [number for value in right(focus, frame) for number in numbers(value)]
        found = (number for value in left(focus, frame) for number in numbers(value))
        return any(stands(number, limit) for number in found for limit in limits)

    return holds


def where(test: Test) -> Finder:
    """The elements of which a condition holds."""
    return lambda focus, frame: [element for element in focus if test([element], frame)]


def where_among(names: Sequence[str], constants: frozenset[str], is_wanted: bool) -> Finder:
    """The elements of which a member is among constants (or, where not wanted, none is)."""
    first = names[0] if len(names) == 1 else ""

    def find(focus: Found, frame: Frame) -> Found:
        found: Found = []
        for element in focus:
            said = element.get(first) if first and type(element) is dict else None
            if type(said) is str:
                is_among = said in constants
            else:
                is_among = any(text(value) in constants for value in inside(element, names))
            if is_among is is_wanted:
                found.append(element)
        return found

    return find


def sorted_out(path: Sorting, wanted: Sequence[str], place: object, is_kept_by_row: bool) -> Finder:
    """`where` against constants. Many columns ask the same of the same elements: these are sorted out but once.

    place: under which the frame keeps them, for the row or for the resource.
    """

    def find(focus: Found, frame: Frame) -> Found:
        kept = frame.of_row if is_kept_by_row else frame.of_resource
        by_text: dict[str, Found] | None = kept.get(place)
        if by_text is None:
            by_text = kept[place] = path(focus, frame)
        found = [by_text[said] for said in wanted if said in by_text]
        if len(found) < 2:
            return found[0] if found else []
        chosen = {id(element) for elements in found for element in elements}
        return [element for element in focus if id(element) in chosen]

    return find


def sorting(left: Finder, names: Sequence[str]) -> Sorting:
    """What sorts elements by what a path finds in them. names: the members that it goes down, where it is no more."""

    def sort(focus: Found, frame: Frame) -> dict[str, Found]:
        by_text: dict[str, Found] = {}
        for element in focus:
            values = inside(element, names) if names else left([element], frame)
            if len(values) == 1:
                said = values[0] if type(values[0]) is str else text(values[0])
                if said in by_text:
                    by_text[said].append(element)
                else:
                    by_text[said] = [element]
            else:
                for said in dict.fromkeys(map(text, values)):
                    by_text.setdefault(said, []).append(element)
        return by_text

    return sort
