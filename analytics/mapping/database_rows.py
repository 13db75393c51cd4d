"""Rows of Python values -> Parquet with types, for databases that don't say beforehand which types these are.

The first pass writes every value as text and notes what it was; the second gives each column the type that all of its
values had. Both go batch by batch.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from analytics.mapping.asked import Asked
from analytics.mapping.database_arrow import refuse_doubled, write_batches

_INTEGERS = range(-(2**63), 2**63)
_MOST_DIGITS = 38


@dataclass
class _Seen:
    """What the values of a column were: kinds, and for decimals the digits before and after the point."""

    name: str
    kinds: set[str]
    whole: int = 0
    fraction: int = 0

    def text(self, asked: Asked, value: Any) -> str | None:
        """The value as the text that its type is read back from."""
        if value is None:
            return None
        if isinstance(value, str):
            self.kinds.add("text")
            return value
        if isinstance(value, bool):
            self.kinds.add("boolean")
            return "true" if value else "false"
        if isinstance(value, int):
            self.kinds.add("integer" if value in _INTEGERS else "text")
            return str(value)
        if isinstance(value, float):
            self.kinds.add("number")
            return repr(value)
        return self._longer_text(asked, value)

    def _longer_text(self, asked: Asked, value: Any) -> str:
        if isinstance(value, Decimal):
            return self._decimal(asked, value)
        if isinstance(value, datetime):
            self.kinds.add("timestamp")
            return (value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value).isoformat(" ")
        if isinstance(value, date):
            self.kinds.add("date")
            return value.isoformat()
        if isinstance(value, UUID | time):
            self.kinds.add("text")
            return str(value)
        raise asked.fault(
            f"the column '{self.name}' holds values of the type {type(value).__name__}, which can't be carried: leave "
            "it out of the query, or cast it to text, a number or a date there"
        )

    def _decimal(self, asked: Asked, value: Decimal) -> str:
        if not value.is_finite():
            raise asked.fault(f"the column '{self.name}' holds NaN or infinity as a number: make it null in its query")
        text = format(value, "f")
        whole, _, fraction = text.lstrip("-").partition(".")
        self.whole, self.fraction = max(self.whole, len(whole)), max(self.fraction, len(fraction))
        self.kinds.add("decimal")
        return text

    def type(self) -> Any:
        """The Arrow type that holds all of its values; text where these were of several types."""
        import pyarrow as pa

        if self.kinds == {"decimal"} or self.kinds == {"decimal", "integer"}:
            whole = max(self.whole, 19 if "integer" in self.kinds else 0)
            fits = whole + self.fraction <= _MOST_DIGITS
            return pa.decimal128(whole + self.fraction, self.fraction) if fits else pa.string()
        if self.kinds == {"number"} or self.kinds == {"number", "integer"}:
            return pa.float64()
        single = next(iter(self.kinds)) if len(self.kinds) == 1 else "text"
        types = {"integer": pa.int64(), "boolean": pa.bool_(), "date": pa.date32(), "timestamp": pa.timestamp("us")}
        return types.get(single, pa.string())


def write_rows(asked: Asked, names: list[str], batches: Iterator[list[Any]], path: Path) -> None:
    """Write batches of rows to a Parquet file. `UserError` for values of no type that can be carried."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    refuse_doubled(asked, names)
    seen = [_Seen(name, set()) for name in names]
    texts = pa.schema([pa.field(name, pa.string()) for name in names])

    def as_text() -> Iterator[Any]:
        for rows in batches:
            columns = zip(*rows, strict=True)
            arrays = [
                pa.array([one.text(asked, value) for value in column], pa.string())
                for one, column in zip(seen, columns, strict=True)
            ]
            yield pa.record_batch(arrays, schema=texts)

    aside = path.with_name(f"{path.name}.text")
    aside.touch(mode=0o600)
    try:
        write_batches(asked, texts, as_text(), aside)
        target = pa.schema([pa.field(one.name, one.type()) for one in seen])
        with pq.ParquetFile(aside, pre_buffer=False) as file:
            write_batches(asked, target, (batch.cast(target) for batch in file.iter_batches()), path)
    finally:
        aside.unlink(missing_ok=True)
