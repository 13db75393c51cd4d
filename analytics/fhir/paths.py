"""Paths put to work: from an element of a resource to what a path finds there.

Numbers stay the text that the file has (`20.00` is not 20.0); true and false are Python's, and `true`, `false` as text.
"""

from collections.abc import Callable, Sequence

from analytics.fhir.functions import OF_EACH, Finder, Found, Frame, Known, extension, numbers, repeat, word
from analytics.fhir.language import (
    FUNCTIONS,
    Call,
    Condition,
    Index,
    Literal,
    Name,
    Part,
    PathFault,
    Union,
    Variable,
    parsed,
    parsed_condition,
)

Test = Callable[[Found, Frame], bool]


def finder(text: str, known: Known) -> Finder:
    """What finds a path's values, in the order of the resource; `PathFault` where the path has no meaning."""
    return union_finder(parsed(text), known)


def test(text: str, known: Known) -> Test:
    """What tells whether a condition holds; `PathFault` where it has no meaning."""
    return _condition(parsed_condition(text), known)


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


def union_finder(union: Union, known: Known) -> Finder:
    """What finds the values of all alternatives."""
    finders = [chain_finder(chain, known) for chain in union.chains]
    if len(finders) == 1:
        return finders[0]
    return lambda focus, frame: [value for each in finders for value in each(focus, frame)]


def first_finder(union: Union, known: Known) -> Finder:
    """What finds the values of the first alternative that gives any."""
    finders = [chain_finder(chain, known) for chain in union.chains]
    if len(finders) == 1:
        return finders[0]

    def find(focus: Found, frame: Frame) -> Found:
        for each in finders:
            values = each(focus, frame)
            if values:
                return values
        return []

    return find


def chain_finder(chain: Sequence[Part], known: Known) -> Finder:
    """What finds the values of one path."""
    if all(type(part) is Name and not part.is_choice for part in chain):
        return _members([part.name for part in chain if isinstance(part, Name)])
    steps = [_step(part, known) for part in chain]

    def find(focus: Found, frame: Frame) -> Found:
        for step in steps:
            focus = step(focus, frame)
            if not focus:
                return focus
        return focus

    return find


def _members(names: list[str]) -> Finder:
    def find(focus: Found, frame: Frame) -> Found:
        for name in names:
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


def _choice(name: str) -> Finder:
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


def _step(part: Part, known: Known) -> Finder:
    if isinstance(part, Name):
        return _choice(part.name) if part.is_choice else _members([part.name])
    if isinstance(part, Index):
        at = part.at
        return lambda focus, frame: focus[at : at + 1]
    if isinstance(part, Literal):
        constant: Found = [part.text]
        return lambda focus, frame: constant
    if isinstance(part, Union):
        return union_finder(part, known)
    if isinstance(part, Variable):
        return _variable(part.name, known)
    return _call(part, known)


def _variable(name: str, known: Known) -> Finder:
    if name == "this":
        return lambda focus, frame: focus
    if name == "resource":
        return lambda focus, frame: [frame.resource]
    if name == "row":
        return lambda focus, frame: [frame.row]
    if name == "parent":
        return lambda focus, frame: [frame.parent]
    place, _, key = name.partition(".")
    if place == "setting":
        if key not in known.settings:
            raise PathFault(f"names the setting '{key}', which there is not")
        values: Found = [known.settings[key]] if known.settings[key] else []
    elif name in known.lists:
        values = list(known.lists[name])
    else:
        raise PathFault(f"names '%{name}', which is none of the lists")
    return lambda focus, frame: values


def _call(call: Call, known: Known) -> Finder:
    if call.name in ("where", "exists", "iif"):
        return _conditional(call, known)
    if call.name == "first":
        return lambda focus, frame: focus[:1]
    if call.name == "last":
        return lambda focus, frame: focus[-1:]
    if call.name == "repeat":
        return repeat(union_finder(call.paths[0], known))
    if call.name == "extension":
        return extension(call.words[0])
    if call.name == "word":
        return word(call.words[0], known)
    if call.name == "join":
        between = call.words[0]
        return lambda focus, frame: [between.join(value for value in focus if type(value) is str)]
    if call.name == "right":
        length = int(call.words[0])
        return lambda focus, frame: [value[-length:] for value in focus if type(value) is str]
    if call.name in OF_EACH:
        of_each = OF_EACH[call.name]
        return lambda focus, frame: [value for element in focus for value in of_each(element)]
    if call.name == "resolve":
        raise PathFault("has 'resolve' inside a bracket or a condition, where nothing can be resolved")
    raise PathFault(f"has the function '{call.name}', which is none of {', '.join(FUNCTIONS)}")


def _conditional(call: Call, known: Known) -> Finder:
    holds = _condition(call.condition, known) if call.condition else None
    if call.name == "where" and holds:
        return lambda focus, frame: [element for element in focus if holds([element], frame)]
    if call.name == "exists":
        if holds is None:
            return lambda focus, frame: [bool(focus)]
        return lambda focus, frame: [any(holds([element], frame) for element in focus)]
    branches = [union_finder(path, known) for path in call.paths]

    def choose(focus: Found, frame: Frame) -> Found:
        if holds and holds(focus, frame):
            return branches[0](focus, frame)
        return branches[1](focus, frame) if len(branches) > 1 else []

    return choose


def _condition(condition: Condition, known: Known) -> Test:
    if condition.kind in ("and", "or", "not"):
        tests = [_condition(each, known) for each in condition.conditions]
        if condition.kind == "not":
            return lambda focus, frame: not tests[0](focus, frame)
        if condition.kind == "and":
            return lambda focus, frame: all(each(focus, frame) for each in tests)
        return lambda focus, frame: any(each(focus, frame) for each in tests)
    finders = [union_finder(path, known) for path in condition.paths]
    if condition.kind == "is":
        return lambda focus, frame: any(value is not False for value in finders[0](focus, frame))
    if condition.kind in ("=", "!="):
        return _equals(finders[0], finders[1], condition.kind == "=")
    return _compares(finders[0], finders[1], condition.kind)


def _equals(left: Finder, right: Finder, is_wanted: bool) -> Test:
    """Whether any value on the left is among those on the right; true and false as text."""

    def holds(focus: Found, frame: Frame) -> bool:
        found = right(focus, frame)
        texts = [str(value).lower() if type(value) is bool else value for value in left(focus, frame)]
        return any(text in found for text in texts) is is_wanted

    return holds


def _compares(left: Finder, right: Finder, sign: str) -> Test:
    def holds(focus: Found, frame: Frame) -> bool:
        limits = [number for value in right(focus, frame) for number in numbers(value)]
        for number in (number for value in left(focus, frame) for number in numbers(value)):
            for limit in limits:
                if (number < limit, number > limit, number <= limit, number >= limit)[
                    ("<", ">", "<=", ">=").index(sign)
                ]:
                    return True
        return False

    return holds
