"""How long an approval is: of an initial request, of a renewal, and of an exception."""

from collections.abc import Mapping

from analytics.policy.parts import Known
from analytics.policy.reader import Table
from analytics.policy.rules import Length, LengthKind

#: What a length is of -> its key in a file.
KEYS: Mapping[LengthKind, str] = {
    "initial": "authorization_length",
    "renewal": "renewal_length",
    "exception": "exception_length",
}


def lengths(table: Table, known: Known) -> dict[LengthKind, Length]:
    """The lengths that a version or an indication states."""
    found: dict[LengthKind, Length] = {}
    for kind, key in KEYS.items():
        inner = table.table(key)
        if inner is not None:
            months = inner.whole("months") if inner.has("months") else 0
            days = inner.whole("days") if inner.has("days") else 0
            found[kind] = Length(months, days, known.citation(inner))
    return found
