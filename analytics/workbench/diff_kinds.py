"""What a change between two policies is."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Area = Literal[
    "length", "cap", "course", "regimen", "dose", "window", "site", "criterion", "code", "fact", "indication", "rest"
]
#: What a change does to a request or administration: `depends` is stricter for some and looser for others,
#: or can't be told in general.
Effect = Literal["stricter", "looser", "depends", "neutral"]
Kind = Literal["changed", "new", "gone"]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference, in a sentence, with the passages that each side rests on."""

    area: Area
    effect: Effect
    kind: Kind
    id: str
    sentence: str
    before_citation: str | None
    after_citation: str | None

    def as_record(self) -> dict[str, Any]:
        """The same for machines."""
        return asdict(self)
