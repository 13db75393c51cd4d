"""The quarantine: every row that can't be used, as a result table, and as files to be mended and given back."""

from pathlib import Path
from typing import TYPE_CHECKING

from analytics.engine import Engine
from analytics.extracts.schema import TABLES, Column, Table

if TYPE_CHECKING:
    import polars as pl

# Rows in scope with a reason that is neither an exclusion by the rules nor a matter of scope.
_QUARANTINED = (
    "{table}_row as r left join reason_kind as k on r.reason = k.reason where r.reason is not null and k.reason is null"
)


def load_quarantine(engine: Engine) -> None:
    """The table `quarantine`: every row that can't be used, with its key, its reason and what it held as JSON."""
    for table in TABLES.values():
        engine.make(f"{table.name}_row")
    engine.table("quarantine", "\nunion all\n".join(_as_record(table) for table in TABLES.values()))


def quarantined_rows(engine: Engine, table: Table) -> "pl.DataFrame":
    """A table's quarantined rows as they were read: row_id (a digest of the row), reason, and the columns as text."""
    engine.make(f"{table.name}_row")
    return engine.query(_as_read(table))


def write_quarantine(engine: Engine, table: Table, path: Path) -> bool:
    """The same as a CSV file; whether there was any row (without one, no file)."""
    engine.make(f"{table.name}_row")
    if not engine.rows(f"select exists (select 1 from {_quarantined(table)})")[0][0]:
        return False
    engine.export_csv(_as_read(table), path)
    return True


def _quarantined(table: Table) -> str:
    return _QUARANTINED.format(table=table.name)


def _held(column: Column) -> str:
    """What stood in a column, as text."""
    return f"r.{column.name}_text" if column.is_typed else f"r.{column.name}"


def _as_read(table: Table) -> str:
    columns = ", ".join(f"{_held(column)} as {column.name}" for column in table.columns)
    return f"select r.row_text as row_id, r.reason, {columns} from {_quarantined(table)} order by r.reason, r.row_text"


def _as_record(table: Table) -> str:
    """The rows with their key ("claim_id=C1 claim_line_number=2") and the columns that hold something, as JSON."""
    key = table.key or tuple(column.name for column in table.columns if column.required)
    named = [f"'{name}=' || {_held(table[name])}" for name in key]
    # What is null makes its piece null, and concat_ws passes over it.
    members = [f"'\"{column.name}\": ' || cast(to_json({_held(column)}) as varchar)" for column in table.columns]
    return (
        f"select '{table.name}' as table_name, concat_ws(' ', {', '.join(named)}) as row_key, r.reason, "
        f"concat('{{', concat_ws(', ', {', '.join(members)}), '}}') as row_json from {_quarantined(table)}"
    )
