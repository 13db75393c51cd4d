"""Paths put to work: from an element of a resource to what a path finds there.

Numbers stay the text that the file has (`20.00` is not 20.0); true and false are Python's, and `true`, `false` as text.
"""

from collections.abc import Sequence
from itertools import groupby

from analytics.fhir.comparing import (
    Test,
    all_of,
    among,
    any_of,
    compares,
    equals,
    gives,
    none_of,
    sorted_out,
    sorting,
    where,
    where_among,
)
from analytics.fhir.functions import (
    OF_EACH,
    Finder,
    Found,
    Frame,
    Known,
    choice,
    extension,
    in_turn,
    members,
    members_of_resource,
    members_of_row,
    once,
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
)
from analytics.fhir.sharing import Chain, Sharing, is_absolute, is_of_row


def finder(path: str, known: Known) -> Finder:
    """What finds a path's values, in the order of the resource; `PathFault` where the path has no meaning."""
    return Paths(known, Sharing()).union(parsed(path))


class Paths:
    """Finders of paths that may name what is `known`; what `sharing` says is shared is found once.

    Every method raises `PathFault` where a path has no meaning.
    """

    def __init__(self, known: Known, sharing: Sharing) -> None:
        self._known, self._sharing = known, sharing
        self._absolute: dict[Chain, Finder] = {}
        self._places: dict[tuple[Chain, Union], object] = {}

    def union(self, union: Union) -> Finder:
        """What finds the values of all alternatives."""
        finders = [self.chain(chain) for chain in union.chains]
        if len(finders) == 1:
            return finders[0]
        return lambda focus, frame: [value for each in finders for value in each(focus, frame)]

    def first(self, union: Union) -> Finder:
        """What finds the values of the first alternative that gives any."""
        finders = [self.chain(chain) for chain in union.chains]
        if len(finders) == 1:
            return finders[0]

        def find(focus: Found, frame: Frame) -> Found:
            for each in finders:
                values = each(focus, frame)
                if values:
                    return values
            return []

        return find

    def chain(self, chain: Chain) -> Finder:
        """What finds the values of one path."""
        if not is_absolute(chain):
            return in_turn(self._steps(chain))
        if chain not in self._absolute:
            self._absolute[chain] = self._of_beginning(chain)
        return self._absolute[chain]

    def _of_beginning(self, chain: Chain) -> Finder:
        """What finds the values of an absolute path, from the longest beginning that is shared with others on."""
        at = next((at for at in range(len(chain) - 1, 0, -1) if self._sharing.is_shared(chain[:at])), 0)
        head, names = chain[0], _names(chain[1:])
        if at:
            find = in_turn([self.chain(chain[:at]), *self._steps(chain[at:], chain[:at])])
        elif names and head == Variable("row"):
            find = members_of_row(names)
        elif names and head == Variable("resource"):
            find = members_of_resource(names)
        else:
            find = in_turn([self._step(head), *self._steps(chain[1:], chain[:1])])
        return once(find, is_of_row(chain)) if self._sharing.is_shared(chain) else find

    def _steps(self, parts: Sequence[Part], before: Chain | None = None) -> list[Finder]:
        """The steps of a path. before: the absolute path that they go on from."""
        steps: list[Finder] = []
        asked = parts[0].condition if before and parts and isinstance(parts[0], Call) else None
        if before and asked and parts[0] == Call("where", condition=asked) and self._is_one_of_several(asked, before):
            steps.append(self._sorted_out(asked, before))
            parts = parts[1:]
        for is_down, group in groupby(parts, key=_is_name):
            of_kind = list(group)
            steps += [members(_names(of_kind))] if is_down else map(self._step, of_kind)
        return steps

    def _step(self, part: Part) -> Finder:
        if isinstance(part, Name):
            return choice(part.name) if part.is_choice else members([part.name])
        if isinstance(part, Index):
            at = part.at
            return lambda focus, frame: focus[at : at + 1]
        if isinstance(part, Literal):
            constant: Found = [part.text]
            return lambda focus, frame: constant
        if isinstance(part, Union):
            return self.union(part)
        if isinstance(part, Variable):
            return self._variable(part.name)
        return self._call(part)

    def _variable(self, name: str) -> Finder:
        if name == "this":
            return lambda focus, frame: focus
        if name == "resource":
            return lambda focus, frame: [frame.resource]
        if name == "row":
            return lambda focus, frame: [frame.row]
        if name == "parent":
            return lambda focus, frame: [frame.parent]
        known = self._known
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

    def _call(self, call: Call) -> Finder:
        if call.name in ("where", "exists", "iif"):
            return self._conditional(call)
        if call.name == "first":
            return lambda focus, frame: focus[:1]
        if call.name == "last":
            return lambda focus, frame: focus[-1:]
        if call.name == "repeat":
            return repeat(self.union(call.paths[0]))
        if call.name == "extension":
            return extension(call.words[0])
        if call.name == "word":
            return word(call.words[0], self._known)
        if call.name == "join":
            between = call.words[0]
            return lambda focus, frame: [between.join(value for value in focus if type(value) is str)]
        if call.name == "right":
            length = int(call.words[0])
            return lambda focus, frame: [value[-length:] for value in focus if type(value) is str]
        if call.name in OF_EACH:
            of_each = OF_EACH[call.name]
            return lambda focus, frame: (
                of_each(focus[0]) if len(focus) == 1 else [value for element in focus for value in of_each(element)]
            )
        if call.name == "resolve":
            raise PathFault("has 'resolve' inside a bracket or a condition, where nothing can be resolved")
        raise PathFault(f"has the function '{call.name}', which is none of {', '.join(FUNCTIONS)}")

    def _conditional(self, call: Call) -> Finder:
        if call.name == "where" and call.condition:
            return self._where(call.condition)
        holds = self.condition(call.condition) if call.condition else None
        if call.name == "exists":
            if holds is None:
                return lambda focus, frame: [bool(focus)]
            return lambda focus, frame: [any(holds([element], frame) for element in focus)]
        branches = [self.union(path) for path in call.paths]

        def choose(focus: Found, frame: Frame) -> Found:
            if holds and holds(focus, frame):
                return branches[0](focus, frame)
            return branches[1](focus, frame) if len(branches) > 1 else []

        return choose

    def _where(self, condition: Condition) -> Finder:
        is_wanted, asked = condition.kind == "=", condition
        if condition.kind == "not" and condition.conditions[0].kind == "=":
            asked = condition.conditions[0]
        constants = self._constants(asked)
        if constants and len(asked.paths[0].chains) == 1:
            names = _names(asked.paths[0].chains[0])
            if names:
                return where_among(names, frozenset(constants), is_wanted)
        return where(self.condition(condition))

    def condition(self, condition: Condition) -> Test:
        """What tells whether a condition holds."""
        tests = [self.condition(each) for each in condition.conditions]
        if condition.kind == "not":
            return none_of(tests[0])
        if condition.kind in ("and", "or"):
            return all_of(tests) if condition.kind == "and" else any_of(tests)
        finders = [self.union(path) for path in condition.paths]
        if condition.kind == "is":
            return gives(finders[0])
        if condition.kind not in ("=", "!="):
            return compares(finders[0], finders[1], condition.kind)
        constants = self._constants(condition)
        if constants:
            return among(finders[0], frozenset(constants), condition.kind == "=")
        return equals(finders[0], finders[1], condition.kind == "=")

    def _constants(self, condition: Condition) -> list[str] | None:
        """What a condition holds values against, where these are constants and nothing else."""
        if condition.kind not in ("=", "!="):
            return None
        constants: list[str] = []
        for chain in condition.paths[1].chains:
            head = chain[0]
            if len(chain) == 1 and isinstance(head, Literal):
                constants.append(head.text)
            elif len(chain) == 1 and isinstance(head, Variable) and head.name in self._known.lists:
                constants += self._known.lists[head.name]
            else:
                return None
        return list(dict.fromkeys(constants))

    def _is_one_of_several(self, condition: Condition, before: Chain) -> bool:
        """Whether a condition holds what elements have against constants, and others do so with the same."""
        if condition.kind != "=" or not self._constants(condition):
            return False
        return self._sharing.n_sorted_by(before, condition.paths[0]) > 1

    def _sorted_out(self, condition: Condition, before: Chain) -> Finder:
        place = self._places.setdefault((before, condition.paths[0]), object())
        path = condition.paths[0]
        sort = sorting(self.union(path), _names(path.chains[0]) if len(path.chains) == 1 else [])
        return sorted_out(sort, self._constants(condition) or [], place, is_of_row(before) or names_row(path))


def _is_name(part: Part) -> bool:
    return isinstance(part, Name) and not part.is_choice


def _names(parts: Sequence[Part]) -> list[str]:
    """The names of members that parts are; none where one is something else."""
    names = [part.name for part in parts if isinstance(part, Name) and not part.is_choice]
    return names if len(names) == len(parts) else []
