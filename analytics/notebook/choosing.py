"""Which rows and groups an analyst asks for, held against the columns there are."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from numbers import Integral, Real
from typing import Any, Literal

import polars as pl

from analytics.config import strict_date
from analytics.errors import UserError, nearest

PERIODS: dict[str, Literal["1mo", "1q", "1y"]] = {"month": "1mo", "quarter": "1q", "year": "1y"}
_LIKE = {"month": "2025-03", "quarter": "2025 Q1", "year": "2025"}


def with_periods(frame: pl.DataFrame, dated: str) -> pl.DataFrame:
    """The rows with the first day of their month, quarter and year."""
    return frame.with_columns(**{name: pl.col(dated).dt.truncate(every) for name, every in PERIODS.items()})


def groups(frame: pl.DataFrame, columns: Sequence[str], asked: str) -> list[str]:
    """The columns to group by, each once. asked: what is asked, as an error names it, like "study.dosing"."""
    for name in columns:
        _check(frame, name, asked)
    return list(dict.fromkeys(columns))


def only_rows(frame: pl.DataFrame, only: Mapping[str, Any], asked: str) -> pl.DataFrame:
    """The rows whose columns have the value given, or one of several; None stands for an empty field.

    Days are dates or like "2025-03-31", periods also like "2025-03", "2025 Q1" and "2025".
    """
    for name, given in only.items():
        _check(frame, name, asked)
        several = isinstance(given, list | tuple | set | frozenset | range | pl.Series)
        values = [_value(name, frame.schema[name], value) for value in (given if several else [given])]
        held = pl.Series([value for value in values if value is not None], dtype=frame.schema[name])
        wanted = pl.col(name).is_in(held.implode())
        frame = frame.filter(wanted | pl.col(name).is_null() if None in values else wanted)
    return frame


def label_of(value: Any, by: str) -> str:
    """A group's value as a label: a period as "2025-03", "2025 Q1" or "2025"."""
    if by == "month":
        return f"{value:%Y-%m}"
    if by == "quarter":
        return f"{value.year} Q{(value.month + 2) // 3}"
    return str(value.year) if by == "year" else str(value)


def sum_or_null(name: str) -> pl.Expr:
    """A sum that stays null where nothing was there to add up, as without the reviewers' records."""
    return pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).alias(name)


def _check(frame: pl.DataFrame, name: str, asked: str) -> None:
    if name not in frame.columns:
        raise UserError(f"{asked} has no column '{name}' to count by{nearest(str(name), frame.columns)}.")
    if isinstance(frame.schema[name], pl.List):
        raise UserError(f"{asked} can't count by '{name}', as a row holds several of them: filter the table itself.")


def _value(name: str, kind: pl.DataType, value: Any) -> Any:
    """A value as its column holds it."""
    if value is None:
        return None
    number = not isinstance(value, bool)
    if kind == pl.Date:
        found: Any = _day(name, value)
        fits, like = found is not None, f'a date, or like "{_LIKE.get(name, "2025-03-31")}"'
    elif kind == pl.Boolean:
        found, fits, like = value, isinstance(value, bool), "True or False"
    elif kind.is_integer():
        found, fits, like = value, number and isinstance(value, Integral), "a whole number"
    elif kind.is_decimal():
        found, fits, like = value, number and isinstance(value, Real | Decimal), "a number"
        found = Decimal(str(value)) if fits else value
    elif kind.is_float():
        found, fits, like = value, number and isinstance(value, Real | Decimal), "a number"
    else:
        found, fits, like = value, isinstance(value, str), "text"
    if not fits:
        raise UserError(f"{name} is {value!r}, but must be {like}.")
    return found


def _day(name: str, value: Any) -> date | None:
    """A date, or the first day of a period that is given by one of its days or in words; None for anything else."""
    if isinstance(value, datetime):
        return None
    if not isinstance(value, date):
        text = str(value)
        quarter = re.fullmatch(r"(\d{4}) ?Q([1-4])", text)
        if name == "quarter" and quarter:
            text = f"{quarter[1]}-{3 * int(quarter[2]) - 2:02}-01"
        elif name == "month" and re.fullmatch(r"\d{4}-\d{2}", text):
            text += "-01"
        elif name == "year" and re.fullmatch(r"\d{4}", text):
            text += "-01-01"
        try:
            value = strict_date(text)
        except ValueError:
            return None
    if name not in PERIODS:
        return date(value.year, value.month, value.day)
    first: date = pl.Series([value]).dt.truncate(PERIODS[name])[0]
    return first
