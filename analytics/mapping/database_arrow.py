"""A database's batches of Arrow columns -> Parquet of the types that extracts are read from, batch by batch."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from analytics.mapping.asked import Asked

# The first day that a calendar, and Python, can hold, and the first that they can't, as days since 1970.
_FIRST_DAY, _BEYOND_DAY = -719162, 2932897
_DAY_US = 86_400_000_000
# A decimal of more digits is carried as text.
_MOST_DIGITS = 38


def write_batches(asked: Asked, schema: Any, batches: Iterator[Any], path: Path) -> None:
    """Write Arrow batches of a schema to a Parquet file. `UserError` for a column of no type that can be carried."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not schema.names:
        raise asked.fault("its query gives no columns")
    refuse_doubled(asked, schema.names)
    carried = [_carrier(asked, field) for field in schema]
    target = pa.schema([pa.field(name, kind) for name, (kind, _) in zip(schema.names, carried, strict=True)])
    with pq.ParquetWriter(path, target) as writer:
        for batch in batches:
            columns = [carry(column) for (_, carry), column in zip(carried, batch.columns, strict=True)]
            writer.write_batch(pa.record_batch(columns, schema=target))


def refuse_doubled(asked: Asked, names: list[str]) -> None:
    """`UserError` where two columns have the same name, upper and lower case being the same."""
    seen: set[str] = set()
    for name in names:
        if name.lower() in seen:
            raise asked.fault(f"its query gives the column '{name}' twice: name one otherwise, with as")
        seen.add(name.lower())


def _carrier(asked: Asked, field: Any) -> tuple[Any, Callable[[Any], Any]]:
    """The type that a column is written in, and what makes its arrays so."""
    import pyarrow as pa

    kind, meta = field.type, field.metadata or {}
    if meta.get(b"POSTGRESQL:type") == b"money":
        raise _uncarried(asked, field.name, "money")
    if pa.types.is_dictionary(kind):
        inner, carry = _carrier(asked, pa.field(field.name, kind.value_type))
        return inner, lambda column: carry(column.dictionary_decode())
    if isinstance(kind, pa.BaseExtensionType):
        return _extension(asked, field)
    if pa.types.is_date(kind):
        return pa.date32(), lambda column: _real(asked, field.name, column.cast(pa.date32()), 1)
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us"), lambda column: _real(asked, field.name, _in_utc(column), _DAY_US)
    if pa.types.is_decimal(kind):
        fits = kind.precision <= _MOST_DIGITS
        goal = pa.decimal128(kind.precision, kind.scale) if fits else pa.string()
        return goal, lambda column: column.cast(goal)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind):
        return kind, lambda column: column
    if pa.types.is_null(kind) or pa.types.is_time(kind) or kind in (pa.string(), pa.large_string(), pa.string_view()):
        return pa.string(), lambda column: column.cast(pa.string())
    raise _uncarried(asked, field.name, meta.get(b"POSTGRESQL:type", str(kind).encode()).decode())


def _extension(asked: Asked, field: Any) -> tuple[Any, Callable[[Any], Any]]:
    """Types that Arrow has no storage of its own for: PostgreSQL's numeric comes as the text of the number."""
    import pyarrow as pa

    name = getattr(field.type, "type_name", "") or field.type.extension_name
    if name == "numeric":
        goal = _numeric((field.metadata or {}).get(b"POSTGRESQL:typmod"))
        return goal, lambda column: _as_numbers(asked, field.name, column.storage, goal)
    if name == "arrow.uuid":
        return pa.string(), lambda column: pa.array(map(_uuid, column.storage.to_pylist()), pa.string())
    if name in ("arrow.json", "citext"):
        return pa.string(), lambda column: column.storage.cast(pa.string())
    raise _uncarried(asked, field.name, name)


def _numeric(typmod: bytes | None) -> Any:
    """The decimal that PostgreSQL's type modifier says (16 bits of digits, 11 of signed scale); text without one."""
    import pyarrow as pa

    packed = int(typmod or b"-1") - 4
    digits, scale = (packed >> 16) & 0xFFFF, ((packed & 0x7FF) ^ 1024) - 1024
    return pa.decimal128(digits, scale) if packed >= 0 and 0 <= scale <= digits <= _MOST_DIGITS else pa.string()


def _as_numbers(asked: Asked, name: str, texts: Any, goal: Any) -> Any:
    import pyarrow as pa

    try:
        return texts.cast(goal)
    except pa.ArrowInvalid:
        raise asked.fault(
            f"the column '{name}' holds NaN, which is no number of anything: write nullif({name}, 'NaN') in its query"
        ) from None


def _uuid(stored: bytes | None) -> str | None:
    return None if stored is None else str(UUID(bytes=stored))


def _in_utc(column: Any) -> Any:
    """Instants as UTC without a zone, to the microsecond."""
    import pyarrow as pa

    return column.cast(pa.timestamp("us", column.type.tz), safe=False).cast(pa.timestamp("us"))


def _real(asked: Asked, name: str, column: Any, per_day: int) -> Any:
    """The column, where all its days are of the years 1 to 9999: a driver gives others, 'infinity' too, as nonsense."""
    import pyarrow as pa
    import pyarrow.compute as pc

    days = column.view(pa.int32() if per_day == 1 else pa.int64())
    span = pc.min_max(days).as_py()
    if span["min"] is not None and not _FIRST_DAY * per_day <= span["min"] <= span["max"] < _BEYOND_DAY * per_day:
        raise asked.fault(
            f"the column '{name}' holds dates outside the years 1 to 9999, as 'infinity' is: make them null in its "
            f"query, as with nullif({name}, 'infinity')"
        )
    return column


def _uncarried(asked: Asked, name: str, kind: str) -> Exception:
    return asked.fault(
        f"the column '{name}' is of the type {kind}, which can't be carried: leave it out of the query, or cast it to "
        "text, a number or a date there"
    )
