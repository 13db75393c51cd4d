"""Reading one raw text value: every reader takes text or None, and gives a value or None."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

Reader = Callable[[str | None], Any]

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_INSTANT = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"([ T](?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(:(?P<second>[0-9]{2})(\.(?P<fraction>[0-9]+))?)?"
    r"(?P<zone>Z|(?P<sign>[+-])(?P<zh>[0-9]{2}):(?P<zm>[0-9]{2}))?)?"
)
_YES = {"yes", "y", "true", "t", "1"}
_NO = {"no", "n", "false", "f", "0"}


def text(value: str | None) -> str | None:
    """Trimmed text; empty is null."""
    stripped = value.strip() if value is not None else ""
    return stripped or None


def folded(value: str | None) -> str | None:
    """Text of which the case does not matter, in lower case."""
    read = text(value)
    return read.lower() if read is not None else None


def code(value: str | None) -> str | None:
    """A code in upper case."""
    read = text(value)
    return read.upper() if read is not None else None


def place(value: str | None) -> str | None:
    """A place of service, as two digits; one digit lacks its zero, anything else is no place."""
    read = text(value)
    if read is None or re.fullmatch(r"[0-9]{1,2}", read) is None:
        return None
    return f"{int(read):02d}" if int(read) else None


def diagnosis(value: str | None) -> str | None:
    """An ICD-10 code without its dots."""
    read = code(value)
    return (read.replace(".", "") or None) if read is not None else None


def ndc(value: str | None) -> str | None:
    """An NDC without hyphens; 5-4-1 and 4-4-2 forms padded to eleven digits."""
    read = code(value)
    if read is None:
        return None
    parts = read.split("-")
    lengths = tuple(len(part) for part in parts)
    if lengths == (5, 4, 1):
        parts[2] = "0" + parts[2]
    elif lengths == (4, 4, 2):
        parts[0] = "0" + parts[0]
    return "".join(parts) or None


def one_of(*words: str) -> Reader:
    """A reader of the given lower-case words, in any case; anything else is unreadable."""

    def read(value: str | None) -> str | None:
        lowered = folded(value)
        return lowered if lowered in words else None

    return read


def boolean(value: str | None) -> bool | None:
    lowered = folded(value)
    if lowered in _YES:
        return True
    return False if lowered in _NO else None


def yes_no(value: str | None) -> str | None:
    """A yes/no answer by its canonical word."""
    read = boolean(value)
    return None if read is None else ("yes" if read else "no")


def number(value: str | None) -> Decimal | None:
    read = text(value)
    return Decimal(read) if read is not None and _NUMBER.fullmatch(read) else None


def integer(value: str | None) -> int | None:
    read = number(value)
    return int(read) if read is not None and read == read.to_integral_value() else None


def day(value: str | None) -> date | None:
    """YYYY-MM-DD and nothing else."""
    match = _DATE.fullmatch(text(value) or "")
    if match is None:
        return None
    try:
        return date(*(int(part) for part in match.groups()))
    except ValueError:
        return None


def instant(value: str | None) -> datetime | None:
    """A timestamp as UTC without zone; a date alone is its midnight."""
    match = _INSTANT.fullmatch(text(value) or "")
    start = day(match["day"]) if match is not None else None
    if match is None or start is None:
        return None
    hour, minute, second = (int(match[part] or 0) for part in ("hour", "minute", "second"))
    zone_hour, zone_minute = int(match["zh"] or 0), int(match["zm"] or 0)
    if hour > 23 or minute > 59 or second > 59 or zone_hour > 23 or zone_minute > 59:
        return None
    micro = int(((match["fraction"] or "") + "000000")[:6])
    zone = timedelta(hours=zone_hour, minutes=zone_minute)
    local = datetime(start.year, start.month, start.day, hour, minute, second, micro)
    return local + zone if match["sign"] == "-" else local - zone
