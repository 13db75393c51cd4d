"""Whether expressions can be worked out over the rows of a file, before anything of it is read."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from analytics.mapping.expressions import Expression, quoted

if TYPE_CHECKING:
    import duckdb


def all_right(made: Sequence[Expression], rows: "duckdb.DuckDBPyRelation", few: int) -> bool:
    """Whether each expression can be worked out for one of the first rows, or finds nothing there: one scan for all."""
    import duckdb

    try:
        found = rows.limit(few).aggregate(", ".join(_counts(one) for one in made)).fetchall()[0]
    except duckdb.Error:
        return False
    return all(not n_there or n_failed < n_there for n_there, n_failed in zip(found[::3], found[1::3], strict=True))


def tried(expression: Expression, rows: "duckdb.DuckDBPyRelation", few: int) -> str | None:
    """What is wrong with an expression over these rows: it can't be worked out, or for no row; None where it can.

    few: rows that are tried first; only where it fails on each of them are all of them read.
    """
    import duckdb

    for some in (rows.limit(few), rows):
        try:
            n_there, n_failed = some.aggregate(_counts(expression)).fetchall()[0][:2]
        except duckdb.Error as fault:
            # What the database met inside a file is said where the file is read.
            return None if isinstance(fault, duckdb.IOException) else f"it can't be worked out ({_said(fault)})"
        if not n_there or n_failed < n_there:
            return None
    return f"it can't be read in any of the {n_there:,} rows that hold anything"


def _counts(expression: Expression) -> str:
    """How many rows hold anything, in how many of them it can't be read; its values are worked out on the way."""
    there = " or ".join(f"{quoted(name)} is not null" for name in expression.columns) or "true"
    failed = f"{expression.value} is null and ({expression.failed or 'false'})"
    return f"count(*) filter (where {there}), count(*) filter (where {failed}), max(hash({expression.value}))"


def _said(fault: "duckdb.Error") -> str:
    """What the database says of an expression's form; what it says of a row may repeat what that holds."""
    import duckdb

    said = next((line for line in str(fault).splitlines() if line.strip()), "").split(":", 1)[-1].strip().rstrip(".")
    if isinstance(fault, (duckdb.BinderException, duckdb.CatalogException)) and said:
        return said
    return "a value in a row, or a type that is not known, stops it"
