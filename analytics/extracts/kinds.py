"""How text becomes a value: one expression for each kind of column, the same for every engine.

Each takes the SQL of a text that is already trimmed (or null) and gives the SQL of the value, null where it can't be
read. The kinds are those of :class:`analytics.extracts.schema.Column`.
"""

import re

from analytics.extracts.rules import BLANK
from analytics.extracts.schema import BOOLEAN_WORDS, Column

_DATE = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_ZONE = "(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
_TIMESTAMP = (
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}"
    rf"([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?{_ZONE}?)?$"
)
# What a calendar, and Python, can hold; a zone may shift the last instant of 9999 beyond it.
_REAL_DATES = "between date '0001-01-01' and date '9999-12-31'"
# Beyond these a quantity or an amount is a slip, and sums of such could not be held.
_LARGEST = {"units": (4, "1000000000"), "amount": (2, "1000000000000")}
_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_INTEGER = r"^[+-]?[0-9]+(\.0*)?$"
# How a value of each kind is typed.
TYPES = {
    **dict.fromkeys(("text", "name", "code", "icd10", "ndc", "word"), "VARCHAR"),
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "integer": "BIGINT",
    "units": "DECIMAL(18,4)",
    "amount": "DECIMAL(18,2)",
    "measure": "DOUBLE",
    "boolean": "BOOLEAN",
}
# Types of whole numbers that any engine has.
_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")


def is_number(kind: str) -> bool:
    """Whether a stored type is one of whole numbers or decimals, whose text needs no trimming."""
    return kind in _WHOLE or kind.startswith("DECIMAL(")


def trimmed_text(column: Column, stored: str, kind: str) -> str:
    """The trimmed text of what is stored as a type, as a CSV would carry it; null where empty."""
    if kind == "VARCHAR":
        # Trimming a set of characters is ten times slower than looking whether there is anything to trim.
        clean = f"left({stored}, 1) between '!' and '~' and right({stored}, 1) between '!' and '~'"
        return f"case when {clean} then {stored} else nullif(trim({stored}, {BLANK}), '') end"
    if kind in ("DOUBLE", "FLOAT"):
        # A data frame turns whole-number codes with gaps into floats: 7.0 is the code 7.
        whole = f"{stored} = floor({stored}) and abs({stored}) < 1e15"
        # The type is said again for engines that write such numbers in another way.
        text = f"cast(cast({stored} as {kind}) as varchar)"
        return f"case when {whole} then cast(cast({stored} as bigint) as varchar) else {text} end"
    if kind.startswith("TIMESTAMP") and column.kind == "date":
        # Frames keep dates as midnight timestamps; a real time of day stays visible and so unreadable.
        moment = _utc(stored, kind)
        return (
            f"case when {moment} = date_trunc('day', {moment}) then cast(cast({moment} as date) as varchar) "
            f"else cast({moment} as varchar) end"
        )
    if kind.startswith("TIMESTAMP"):
        return f"cast({_utc(stored, kind)} as varchar)"
    if kind == "DATE" or is_number(kind):
        return f"cast({stored} as varchar)"
    return f"nullif(trim(cast({stored} as varchar), {BLANK}), '')"


def _utc(stored: str, kind: str) -> str:
    """A stored timestamp as a plain UTC timestamp (instants with a zone need no zone database for that)."""
    return f"make_timestamp(epoch_us({stored}))" if "ZONE" in kind else f"cast({stored} as timestamp)"


def native_value(stored: str, column: Column, kind: str) -> str | None:
    """The value of a column whose stored type already says it; None where it must be read from its text."""
    if column.kind == "date" and kind == "DATE":
        return f"case when {stored} {_REAL_DATES} then {stored} end"
    if column.kind == "integer" and kind in _WHOLE:
        return f"cast({stored} as bigint)"
    if column.kind in _LARGEST:
        scale, largest = _LARGEST[column.kind]
        decimal = re.fullmatch(r"DECIMAL\(\d+,(\d+)\)", kind)
        # A finer fraction would have to be rounded, as reading its text does.
        if kind in _WHOLE or (decimal and int(decimal.group(1)) <= scale):
            is_real = f"{stored} > -{largest} and {stored} < {largest}"
            return f"case when {is_real} then cast({stored} as decimal(18, {scale})) end"
    if column.kind == "measure" and kind == "DOUBLE":
        return f"case when abs({stored}) < 1e300 then {stored} end"
    if column.kind == "timestamp" and kind == "TIMESTAMP":
        return f"case when cast({stored} as date) {_REAL_DATES} then {stored} end"
    return None


def absent_value(column: Column) -> str:
    """The value of a column that a file doesn't have: what its default says, else null of the column's type."""
    return f"cast(null as {TYPES[column.kind].lower()})" if column.default is None else f"'{column.default}'"


def read_as(text: str, column: Column) -> str:
    """The expression that reads `text` as the column's kind; null where it can't be read."""
    match column.kind:
        case "text":
            return text
        case "name":
            return f"lower({text})"
        case "code":
            return f"upper({text})"
        case "icd10":
            return f"nullif(upper(replace({text}, '.', '')), '')"
        case "ndc":
            return _ndc(text)
        case "date":
            return _date(text)
        case "timestamp":
            return _timestamp(text)
        case "integer":
            plain = f"regexp_replace({text}, '[.]0*$', '')"
            return f"case when regexp_matches({text}, '{_INTEGER}') then try_cast({plain} as bigint) end"
        case "units":
            return _decimal(text, "units")
        case "amount":
            return _decimal(text, "amount")
        case "measure":
            return (
                f"case when regexp_matches({text}, '{_NUMBER}') and abs(try_cast({text} as double)) < 1e300 "
                f"then try_cast({text} as double) end"
            )
        case "word":
            words = ", ".join(f"'{word}'" for word in column.words)
            read = f"case when lower({text}) in ({words}) then lower({text}) end"
            if column.default is None:
                return read
            return f"case when {text} is null then '{column.default}' else {read} end"
        case "boolean":
            return boolean_case(text, "true", "false")
    raise AssertionError(f"no reading for the kind {column.kind}")


def boolean_case(text: str, yes: str, no: str) -> str:
    """`yes` or `no` where the text is one of the words for it, else null."""
    words = {True: [], False: []}  # type: dict[bool, list[str]]
    for word, meaning in BOOLEAN_WORDS.items():
        words[meaning].append(f"'{word}'")
    return (
        f"case when lower({text}) in ({', '.join(words[True])}) then {yes} "
        f"when lower({text}) in ({', '.join(words[False])}) then {no} end"
    )


def _date(text: str) -> str:
    # The pattern is what makes it strict: a cast alone also takes 2024-1-5 and a time of day.
    return (
        f"case when regexp_matches({text}, '{_DATE}') and not starts_with({text}, '0000') "
        f"and try_cast({text} as date) {_REAL_DATES} then try_cast({text} as date) end"
    )


def _timestamp(text: str) -> str:
    zoned = f"regexp_matches({text}, '[+-][0-9]{{2}}:[0-9]{{2}}$')"
    local = (
        f"try_cast(replace(case when {zoned} then left({text}, length({text}) - 6) "
        f"else replace({text}, 'Z', '') end, 'T', ' ') as timestamp)"
    )
    minutes = (
        f"case when {zoned} then (case when substr({text}, length({text}) - 5, 1) = '-' then -1 else 1 end) * "
        f"(60 * try_cast(substr({text}, length({text}) - 4, 2) as integer) + try_cast(right({text}, 2) as integer)) "
        f"else 0 end"
    )
    return (
        f"case when regexp_matches({text}, '{_TIMESTAMP}') and not starts_with({text}, '0000') "
        f"and cast({local} - ({minutes}) * interval 1 minute as date) {_REAL_DATES} "
        f"then {local} - ({minutes}) * interval 1 minute end"
    )


def _decimal(text: str, kind: str) -> str:
    scale, largest = _LARGEST[kind]
    return (
        f"case when regexp_matches({text}, '{_NUMBER}') and abs(try_cast({text} as double)) < {largest} "
        f"then try_cast({text} as decimal(18, {scale})) end"
    )


def _ndc(text: str) -> str:
    """Eleven digits: the segment that the 10-digit form left short (labeler, product or package) gets its zero."""
    code = f"upper({text})"
    return (
        f"case when regexp_matches({code}, '^[0-9]{{4}}-[0-9]{{4}}-[0-9]{{2}}$') "
        f"then concat('0', replace({code}, '-', '')) "
        f"when regexp_matches({code}, '^[0-9]{{5}}-[0-9]{{3}}-[0-9]{{2}}$') "
        f"then concat(left({code}, 5), '0', substr({code}, 7, 3), right({code}, 2)) "
        f"when regexp_matches({code}, '^[0-9]{{5}}-[0-9]{{4}}-[0-9]$') "
        f"then concat(left({code}, 5), substr({code}, 7, 4), '0', right({code}, 1)) "
        f"else nullif(replace({code}, '-', ''), '') end"
    )
