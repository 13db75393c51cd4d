"""What a result table is: its columns, types and order, from a listing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

# Types by their short names in the listings below.
_TYPES = {
    "text": "VARCHAR",
    "texts": "VARCHAR[]",
    "count": "BIGINT",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "units": "DECIMAL(18,4)",
    "amount": "DECIMAL(18,2)",
}


@dataclass(frozen=True)
class Result:
    """One result table.

    made_by: the SQL file that it comes from. columns: name -> DuckDB type, in order. key: what it is sorted by.
    rates: the function of :mod:`analytics.rates` that adds rates to the counts (None: the SQL is the table).
    persons: whether its rows are single persons, requests or claims.
    """

    name: str
    made_by: str
    columns: dict[str, str]
    key: tuple[str, ...]
    persons: bool = False
    rates: str | None = None

    def rated(self, counts: "pl.DataFrame") -> "pl.DataFrame":
        """The counts with their rates."""
        from analytics import rates

        function: Callable[[pl.DataFrame], pl.DataFrame] = getattr(rates, str(self.rates))
        return function(counts)


def result(name: str, listing: str, key: str, *, persons: bool = False, rates: str | None = None) -> Result:
    """A result from a listing of `type: column column …` lines; `rate` stands for a rate with its two limits."""
    columns: dict[str, str] = {}
    for line in listing.strip().splitlines():
        kind, names = line.strip().split(": ")
        for column in names.split():
            if kind == "rate":
                columns.update({f"{column}{part}": "DOUBLE" for part in ("", "_low", "_high")})
            else:
                columns[column] = _TYPES[kind]
    return Result(name, f"{name}_count" if rates else name, columns, tuple(key.split()), persons, rates)
