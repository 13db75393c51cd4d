"""What paths have in common: where each begins, and which beginnings several of them ask for.

`adjudication.where(…).amount` and `%resource.careTeam.role` hang on the row and the resource alone, wherever they
stand. Once every path says so (`anchored`), what several have in front is found once for a row, or for a resource.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from analytics.fhir.language import Call, Condition, Literal, Part, Union, Variable, names_row

Chain = tuple[Part, ...]
BEGINNINGS = ("resource", "row", "parent")


def anchored(union: Union) -> Union:
    """A path that is taken from the row's element, with `%row` written out where it begins there."""
    return Union(tuple(map(_anchored_chain, union.chains)))


def anchored_condition(condition: Condition) -> Condition:
    """A condition on the row's element, with `%row` written out."""
    conditions = tuple(map(anchored_condition, condition.conditions))
    return Condition(condition.kind, conditions, tuple(map(anchored, condition.paths)))


def _anchored_chain(chain: Chain) -> Chain:
    head, rest = chain[0], chain[1:]
    if isinstance(head, Union):
        return (anchored(head), *rest)
    if isinstance(head, Variable):
        return (Variable("row"), *rest) if head.name == "this" else chain
    if isinstance(head, Literal) or (isinstance(head, Call) and head.name == "resolve"):
        return chain
    # A choice leaves its paths where it stands; what `where`, `exists` and `repeat` ask is asked of each element.
    if isinstance(head, Call) and head.name == "iif" and head.condition:
        head = replace(head, paths=tuple(map(anchored, head.paths)), condition=anchored_condition(head.condition))
    return (Variable("row"), head, *rest)


def is_absolute(chain: Sequence[Part]) -> bool:
    """Whether a path gives the same, whatever element it is asked of."""
    head = chain[0]
    if isinstance(head, Union):
        return all(map(is_absolute, head.chains))
    return isinstance(head, Variable) and head.name in BEGINNINGS


def is_of_row(chain: Sequence[Part]) -> bool:
    """Whether a path may give something else for another row of the resource."""
    return names_row(Union((tuple(chain),)))


class Sharing:
    """How often the beginnings of absolute paths are wanted."""

    def __init__(self) -> None:
        self._next: dict[Chain, set[Part]] = {}
        self._ends: Counter[Chain] = Counter()

    def add(self, union: Union, is_of_row: bool = False, is_inside: bool = False) -> None:
        """Count a path. is_of_row: it is asked for every row; is_inside: for every element, in a condition."""
        for chain in union.chains:
            if is_absolute(chain):
                for at in range(1, len(chain)):
                    self._next.setdefault(chain[:at], set()).add(chain[at])
                is_asked_again = is_inside or (is_of_row and not names_row(Union((chain,))))
                self._ends[chain] += 2 if is_asked_again else 1
            for part in chain:
                if isinstance(part, Union):
                    self.add(part, is_of_row, is_inside)
                elif isinstance(part, Call):
                    for path in part.paths:
                        self.add(path, is_of_row, is_inside)
                    if part.condition:
                        self.add_condition(part.condition, is_of_row, is_inside or part.name != "iif")

    def add_condition(self, condition: Condition, is_of_row: bool = False, is_inside: bool = False) -> None:
        """Count the paths of a condition."""
        for each in condition.conditions:
            self.add_condition(each, is_of_row, is_inside)
        for path in condition.paths:
            self.add(path, is_of_row, is_inside)

    def is_shared(self, chain: Chain) -> bool:
        """Whether several paths begin so, or are so, that what is found is worth keeping."""
        is_found = len(chain) > 1 or not isinstance(chain[0], Variable)
        return is_found and len(self._next.get(chain, ())) + self._ends[chain] > 1

    def n_sorted_by(self, chain: Chain, path: Union) -> int:
        """How many different `where` follow a beginning that hold the same path against something."""
        after = (
            part.condition for part in self._next.get(chain, ()) if isinstance(part, Call) and part.name == "where"
        )
        return sum(1 for condition in after if condition and condition.kind == "=" and condition.paths[0] == path)
