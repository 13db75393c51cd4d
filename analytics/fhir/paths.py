"""Paths put to work: from an element of a resource to what a path finds there.

Numbers stay the text that the file has (`20.00` is not 20.0); true and false are Python's, and `true`, `false` as text.
"""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from analytics.fhir.functions import (
    OF_EACH,
    Finder,
    Found,
    Frame,
    Known,
    choice,
    extension,
    members,
    numbers,
    repeat,
    word,
)
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
    names_row,
    parsed,
    parsed_condition,
)

Test = Callable[[Found, Frame], bool]
# A number for every path that is held against constants, by which what it gave is found again.
_NUMBERS: dict[Union, int] = {}


def finder(text: str, known: Known) -> Finder:
    """What finds a path's values, in the order of the resource; `PathFault` where the path has no meaning."""
    return union_finder(parsed(text), known)


def test(text: str, known: Known) -> Test:
    """What tells whether a condition holds; `PathFault` where it has no meaning."""
    return _condition(parsed_condition(text), known)


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
    steps: list[Finder] = []
    for is_down, parts in groupby(chain, key=lambda part: isinstance(part, Name) and not part.is_choice):
        if is_down:
            steps.append(members([part.name for part in parts if isinstance(part, Name)]))
        else:
            steps += [_step(part, known) for part in parts]
    if len(steps) == 1 and isinstance(chain[0], Name):
        return steps[0]

    def find(focus: Found, frame: Frame) -> Found:
        for step in steps:
            focus = step(focus, frame)
            if not focus:
                return focus
        return focus

    is_of_resource = isinstance(chain[0], Variable) and chain[0].name == "resource"
    return _once(find) if is_of_resource and not names_row(Union((tuple(chain),))) else find


def _once(find: Finder) -> Finder:
    """What a path gives of the resource, found for the first of its rows alone."""
    place = object()

    def found(focus: Found, frame: Frame) -> Found:
        if place not in frame.memo:
            frame.memo[place] = find(focus, frame)
        values: Found = frame.memo[place]
        return values

    return found


def _step(part: Part, known: Known) -> Finder:
    if isinstance(part, Name):
        return choice(part.name)
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
    if call.name == "where" and call.condition and _is_lookup(call.condition, known):
        return _sorted_out(call.condition, known)
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


def _is_lookup(condition: Condition, known: Known) -> bool:
    """Whether a condition holds what an element has against constants, and against nothing else."""
    if condition.kind != "=" or names_row(condition.paths[0]):
        return False
    heads = [chain[0] for chain in condition.paths[1].chains if len(chain) == 1]
    return len(heads) == len(condition.paths[1].chains) and all(
        isinstance(head, Literal) or (isinstance(head, Variable) and head.name in known.lists) for head in heads
    )


def _sorted_out(condition: Condition, known: Known) -> Finder:
    """`where` against constants. Many columns ask the same of the same elements: these are sorted out but once."""
    left = union_finder(condition.paths[0], known)
    wanted = list(dict.fromkeys(union_finder(condition.paths[1], known)([], Frame())))
    number = _NUMBERS.setdefault(condition.paths[0], len(_NUMBERS))

    def find(focus: Found, frame: Frame) -> Found:
        place = (number, *map(id, focus))
        by_text: dict[str, list[int]] | None = frame.memo.get(place)
        if by_text is None:
            by_text = frame.memo[place] = {}
            for at, element in enumerate(focus):
                for text in dict.fromkeys(map(_text, left([element], frame))):
                    by_text.setdefault(text, []).append(at)
        places = [at for text in wanted for at in by_text.get(text, ())]
        return [focus[at] for at in (places if len(wanted) == 1 else sorted(set(places)))]

    return find


def _text(value: Any) -> str:
    """A value as text to be held against another, true and false too."""
    return value if type(value) is str else str(value).lower() if type(value) is bool else ""


def _equals(left: Finder, right: Finder, is_wanted: bool) -> Test:
    """Whether any value on the left is among those on the right; true and false as text."""

    def holds(focus: Found, frame: Frame) -> bool:
        found = right(focus, frame)
        return any(_text(value) in found for value in left(focus, frame)) is is_wanted

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
