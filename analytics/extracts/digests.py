"""Digests of rows, by which identical ones are told, and the texts of their values."""

from collections.abc import Collection

from analytics.extracts.kinds import absent_value
from analytics.extracts.schema import MEDICAL_CLAIM, Column, Table


def digest_select(table: Table, rows: str, absent: Collection[str] = ()) -> str:
    """Rows already read, with their identity and text digests. absent: columns that no row has, but all stand for."""
    digests = f"{_row_identity(table, absent)} as row_identity,\n    {_row_text(table, absent)} as row_text"
    return f"select *, {digests} from {rows}"


def staged_claims(rows: str, absent: Collection[str], left_out: Collection[str]) -> str:
    """Staged claim lines with all their columns: those left out and the texts of values that were stored as such."""
    columns = []
    for column in MEDICAL_CLAIM.columns:
        columns.append(f"{absent_value(column)} as {column.name}" if column.name in left_out else column.name)
    columns.append("service_date")
    for column in MEDICAL_CLAIM.columns:
        name = f"{column.name}_text"
        if column.is_typed and name in left_out:
            columns.append(f"cast(null as varchar) as {name}")
        elif column.is_typed:
            text = text_of(column)
            columns.append(name if column.name in absent or text == name else f"{text} as {name}")
    columns += ["source_key", "has_jw", "has_jz", "policy_id", "row_identity", "row_text", "reason"]
    return f"select {', '.join(columns)} from {rows}"


def text_of(column: Column) -> str:
    """What stood in a column, as text: the text kept beside its value, or its value itself."""
    if not column.is_typed:
        return column.name
    # A word may stand for none, and a service date for the claim's: theirs is the text alone.
    is_alone = column.kind in ("word", "boolean") or column is MEDICAL_CLAIM["claim_line_start_date"]
    value = f"cast({column.name} as double)" if column.kind == "measure" else column.name
    return f"{column.name}_text" if is_alone else f"coalesce({column.name}_text, cast({value} as varchar))"


def _row_identity(table: Table, absent: Collection[str]) -> str:
    """A digest that two rows share when every column compared reads the same; lengths keep the columns apart."""
    parts: list[str] = []
    for column in table.columns:
        if column.identity and column.name in absent:
            what = "-" if column.default is None else f"{len(column.default)}:{column.default}"
            _add(parts, what, "")
        elif column.identity:
            value = f"cast({_compared(column)} as varchar)"
            # Engines differ in what concat makes of null, so null is taken out first.
            parts.append(f"case when {value} is null then '-' else concat(length({value}), ':', {value}) end")
    return f"md5(concat({', '.join(parts)}))"


def _compared(column: Column) -> str:
    """The value that two rows are compared by: what can't be read is null, and null is what it stands for."""
    if column.default is not None:
        return f"coalesce({column.name}, '{column.default}')"
    if column.plausible is not None:
        least, most = column.plausible
        return f"case when {column.name} between {least} and {most} then {column.name} end"
    # Minus nothing is nothing.
    return f"{column.name} + 0.0" if column.kind == "measure" else column.name


def _row_text(table: Table, absent: Collection[str]) -> str:
    """A digest of all that a row holds: it settles which of several identical rows is the one to count."""
    parts: list[str] = []
    for column in table.columns:
        if column.name in absent:
            _add(parts, "", "|")
        else:
            parts.append(f"coalesce({text_of(column)}, '')")
    return f"md5(concat_ws('|', {', '.join(parts)}))"


def _add(parts: list[str], what: str, between: str) -> None:
    """Add a piece that is the same in all rows; with one before it, it is one."""
    if parts and parts[-1].startswith("'"):
        parts[-1] = f"{parts[-1][:-1]}{between}{what}'"
    else:
        parts.append(f"'{what}'")
