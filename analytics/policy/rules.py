"""Tests, rules, criteria and the trees that arrange them: the three-valued half of a policy.

Values are ordered not met < unknown < met: `all` is the least of its children, `any` the greatest, `none` the
negation of the greatest, `at_least` n of them the n-th greatest. A fact that nobody documented is unknown, and so is
every test of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, get_args

Bound = Literal["at_least", "at_most", "above", "below"]
Comparison = Literal["one_of"] | Bound
Operator = Literal["all", "any", "none", "at_least"]
LengthKind = Literal["initial", "renewal", "exception"]
Value = Literal["met", "not_met", "unknown"]

OPERATORS: tuple[Operator, ...] = get_args(Operator)
VALUES: tuple[Value, ...] = get_args(Value)
SYMBOLS: Mapping[Comparison, str] = {"at_least": "≥", "at_most": "≤", "above": ">", "below": "<"}


@dataclass(frozen=True, slots=True)
class TestValue:
    """A value, or the beginning of one, that a test names: `result` 1 is met, 0 says nothing either way."""

    __test__ = False  # pytest would take the name for a test class

    value: str
    is_prefix: bool
    result: Literal[0, 1]


@dataclass(frozen=True, slots=True)
class Test:
    """One fact compared: with listed values, where any other value is not met, or with a number."""

    __test__ = False

    fact: str
    comparison: Comparison
    number: Decimal | None
    values: tuple[TestValue, ...]
    #: The code list that gave values; a list of 55 codes is shown by its name rather than spelled out.
    code_list: str | None

    def describe(self) -> str:
        """The test in a few symbols, such as `age_years ≥ 18`."""
        if self.comparison != "one_of":
            return f"{self.fact} {SYMBOLS[self.comparison]} {self.number}"
        words = [f"{v.value}…" if v.is_prefix else v.value for v in self.values if v.result == 1]
        if self.code_list is not None:
            return f"{self.fact} on list {self.code_list}"
        return f"{self.fact} = {' or '.join(words)}"


@dataclass(frozen=True, slots=True)
class Rule:
    """Tests, and rules of tests, under one operator. `needed` is the number of an `at_least`, else 0."""

    operator: Operator
    children: tuple["Rule | Test", ...]
    needed: int = 0

    def describe(self) -> str:
        """The rule as a line, such as `recurrent = yes or metastatic = yes`."""
        parts = [
            f"({child.describe()})" if isinstance(child, Rule) and len(child.children) > 1 else child.describe()
            for child in self.children
        ]
        if self.operator == "none":
            return f"not {parts[0]}" if len(parts) == 1 else f"none of: {', '.join(parts)}"
        if self.operator == "at_least":
            return f"at least {self.needed} of: {', '.join(parts)}"
        return (" and " if self.operator == "all" else " or ").join(parts)

    def tests(self) -> Iterator[Test]:
        """Every test in the rule, in the order of the file."""
        for child in self.children:
            if isinstance(child, Test):
                yield child
            else:
                yield from child.tests()


@dataclass(frozen=True, slots=True)
class Criterion:
    """A named criterion. With a rule it is a leaf of the trees; without one, a node over other criteria.

    `presumed`: a limitation that nobody raised counts as met. `is_heading`: it only gathers its children, so
    that they are recorded, and count as conjuncts, in its place. `remark` is said beside its rates.
    """

    id: str
    label: str
    citation: str
    rule: Rule | None
    presumed: bool
    is_heading: bool
    remark: str | None
    #: Met when one of a version's indications fits: the version gives it its rule.
    is_listed: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """A place in a version's tree. A leaf has no operator and no children; its criterion has the rule.

    `needed` is the number of an `at_least`, else 0.
    """

    criterion: Criterion
    operator: Operator | None
    children: tuple["Node", ...]
    needed: int = 0

    def walk(self) -> Iterator["Node"]:
        """This node and all beneath it, in the order of reading (preorder)."""
        yield self
        for child in self.children:
            yield from child.walk()

    def conjuncts(self) -> tuple[str, ...]:
        """Ids of what must all be met under this root: its children, or a heading's children in its place."""
        found: list[str] = []
        for child in self.children:
            found.extend(child.conjuncts() if child.criterion.is_heading else (child.criterion.id,))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Length:
    """How long an approval is; one of `months` and `days` is 0."""

    months: int
    days: int
    citation: str


@dataclass(frozen=True, slots=True)
class Indication:
    """What a drug is asked for. A request is of the first indication of its version whose `when` is met.

    Its trees hang below the root of the version's, beside what every request must meet. Empty `regimens` allow all.
    """

    name: str
    label: str
    citation: str
    when: Rule
    initial: Node
    renewal: Node
    regimens: tuple[str, ...]
    lengths: Mapping[LengthKind, Length]


@dataclass(frozen=True, slots=True)
class Flag:
    """Something worth noticing about a request that decides nothing; raised when its rule is met.

    `request_type` is the one that it is raised for; without it, both are.
    """

    name: str
    label: str
    citation: str
    rule: Rule
    request_type: str | None = None
