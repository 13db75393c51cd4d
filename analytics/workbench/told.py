"""What the engine says of a worked example beside what the example says, in words where they differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

#: What goes with a status: where that differs, a side that has none of them doesn't mention it.
_OF_STATUS = ("breach_kind", "exceeded", "unknown_reasons", "excess_units")


@dataclass(frozen=True, slots=True)
class Told:
    """What the engine says of one example, by the names that the example itself uses."""

    title: str
    expected: Mapping[str, Any]
    found: Mapping[str, Any]

    def difference(self) -> str:
        """What the example expects and the engine does not bear out, and what was found; empty where all is borne out.

        `expected status = within, found status = exceeds, breach_kind = over_dose, exceeded = q3w.dose`
        """
        names = [name for name, value in self.expected.items() if self.found.get(name) != value]
        if not names:
            return ""
        expected, found = (self._side(names, said) for said in (self.expected, self.found))
        return f"expected {expected}, found {found}"

    def _side(self, names: list[str], said: Mapping[str, Any]) -> str:
        is_other = "status" in names
        told = [name for name in names if said.get(name) or not (is_other and name in _OF_STATUS)]
        return ", ".join(f"{name} = {_worded(said.get(name))}" for name in told)


def _worded(value: Any) -> str:
    if isinstance(value, list | tuple):
        return " and ".join(str(inner) for inner in value) or "none"
    if isinstance(value, float | Decimal):
        return f"{Decimal(str(value)).normalize():f}"
    return "none" if value is None else str(value)
