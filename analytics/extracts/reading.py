"""How the text of an extract becomes values: one expression per kind of column, written once, for every engine.

The expressions are built from the schema's own names, never from data. A typed column `c` comes with its trimmed
source text beside it as `c_text`, so that what could not be read can be counted and shown to who mends it.
"""

from analytics.extracts.files import Source
from analytics.extracts.schema import BOOLEAN_WORDS, MEDICAL_CLAIM, Column, Table

# White space, as itself: engines differ in the escapes that they know.
_BLANK = "' \t\r\n\x0b\x0c\xa0'"
_DATE = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_ZONE = "(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
_TIMESTAMP = (
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}"
    rf"([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?{_ZONE}?)?$"
)
# What a calendar, and Python, can hold; a zone may shift the last instant of 9999 beyond it.
_REAL_DATES = "between date '0001-01-01' and date '9999-12-31'"
# Beyond these a quantity or an amount is a slip, and sums of such could not be held.
_LARGEST = {"units": (4, "1e9"), "amount": (2, "1e12")}
_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_INTEGER = r"^[+-]?[0-9]+(\.0*)?$"


def _text(source: Source, column: Column) -> str:
    """The trimmed text of a column as a CSV would carry it, whatever it is stored as; null where empty or absent."""
    if column.name not in source.columns:
        return "cast(null as varchar)"
    name, kind = _stored(source, column)
    if kind == "VARCHAR":
        text = name
    elif kind in ("DOUBLE", "FLOAT"):
        # A data frame turns whole-number codes with gaps into floats: 7.0 is the code 7.
        whole = f"{name} = floor({name}) and abs({name}) < 1e15"
        text = f"case when {whole} then cast(cast({name} as bigint) as varchar) else cast({name} as varchar) end"
    elif kind.startswith("TIMESTAMP") and column.kind == "date":
        # Frames keep dates as midnight timestamps; a real time of day stays visible and so unreadable.
        moment = _utc(name, kind)
        text = (
            f"case when {moment} = date_trunc('day', {moment}) then cast(cast({moment} as date) as varchar) "
            f"else cast({moment} as varchar) end"
        )
    elif kind.startswith("TIMESTAMP"):
        text = f"cast({_utc(name, kind)} as varchar)"
    else:
        text = f"cast({name} as varchar)"
    if text != name:
        return f"nullif(trim({text}, {_BLANK}), '')"
    # Trimming a set of characters is ten times slower than looking whether there is anything to trim.
    clean = f"left({text}, 1) between '!' and '~' and right({text}, 1) between '!' and '~'"
    return f"case when {clean} then {text} else nullif(trim({text}, {_BLANK}), '') end"


def _stored(source: Source, column: Column) -> tuple[str, str]:
    """The column's quoted name in the file, and the type that it has there."""
    name, kind = source.columns[column.name]
    return '"' + name.replace('"', '""') + '"', kind


def _utc(name: str, kind: str) -> str:
    """A stored timestamp as a plain UTC timestamp (instants with a zone need no zone database for that)."""
    return f"make_timestamp(epoch_us({name}))" if "ZONE" in kind else f"cast({name} as timestamp)"


def read_select(table: Table, source: Source | None, rows: str | None = None) -> str:
    """The extract as values: typed columns, their `_text`, and of each row its reason, identity and text digests.

    Reads the relation `rows` (`<table>_file`). Text and codes keep their name alone, as they are their own text.
    """
    if source is None:
        source = Source(table, (), "none", {}, ())
    parts = []
    for column in table.columns:
        parts.append(f"{_value(source, column)} as {column.name}")
        if column.is_typed:
            parts.append(f"{_text(source, column)} as {column.name}_text")
    if table.name == "medical_claim":
        parts.append(f"{_value(source, table['claim_line_start_date'])} as service_date")
    if table.name == "clinical_answer":
        # What an answer means depends on its question: it is read in each way, and the question picks one.
        text = _text(source, table["answer"])
        parts.append(f"{boolean_case(text, chr(39) + 'yes' + chr(39), chr(39) + 'no' + chr(39))} as answer_yes_no")
        parts.append(f"{_read(text, Column('answer', 'measure'))} as answer_number")
        parts.append(f"{_read(text, Column('answer', 'date'))} as answer_on")
    parts.append(f"{_row_reason(source)} as row_reason")
    parts.append(f"{_row_identity(source)} as row_identity")
    parts.append(f"{_row_text(source)} as row_text")
    rows = rows or (f"{table.name}_file" if source.files else "(select 1) as nothing where false")
    return "select\n    " + ",\n    ".join(parts) + f"\nfrom {rows}"


def _value(source: Source, column: Column) -> str:
    """The column's value; a service date is the line's, or the claim's where the line has none."""
    value = _own_value(source, column)
    if column is MEDICAL_CLAIM["claim_line_start_date"]:
        header = _own_value(source, MEDICAL_CLAIM["claim_start_date"])
        return f"case when {_text(source, column)} is null then {header} else {value} end"
    return value


def _required_text(source: Source, column: Column) -> str:
    if column is MEDICAL_CLAIM["claim_line_start_date"]:
        return f"coalesce({_text(source, column)}, {_text(source, MEDICAL_CLAIM['claim_start_date'])})"
    return _text(source, column)


def _own_value(source: Source, column: Column) -> str:
    if column.name in source.columns:
        name, kind = _stored(source, column)
        if column.kind == "date" and kind == "DATE":
            return f"case when {name} {_REAL_DATES} then {name} end"
    return _read(_text(source, column), column)


def _read(text: str, column: Column) -> str:
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


def _row_reason(source: Source) -> str:
    """The first generic reason to quarantine a row: missing, then unreadable, then unknown, each in column order."""
    columns = source.table.columns
    whens = [
        f"when {_required_text(source, column)} is null then 'missing_{column.name}'"
        for column in columns
        if column.required
    ]
    for word, is_word in (("unreadable", False), ("unknown", True)):
        for column in columns:
            if column.must_read and (column.kind == "word") is is_word:
                there = f"{_required_text(source, column)} is not null"
                whens.append(f"when {there} and ({_value(source, column)}) is null then '{word}_{column.name}'")
    return "case " + "\n        ".join(whens) + " end"


def _row_identity(source: Source) -> str:
    """A digest that two rows share when every column compared reads the same; lengths keep the columns apart."""
    parts = []
    for column in source.table.columns:
        is_there = column.name in source.columns or column.name == "claim_line_start_date"
        if column.identity and is_there:
            value = f"cast({_compared(_value(source, column), column)} as varchar)"
            # Engines differ in what concat makes of null, so null is taken out first.
            parts.append(f"case when {value} is null then '-' else concat(length({value}), ':', {value}) end")
        elif column.identity:
            parts.append(f"'{len(column.default)}:{column.default}'" if column.default else "'-'")
    return f"md5(concat({', '.join(parts)}))"


def _compared(value: str, column: Column) -> str:
    """The value that two rows are compared by: what can't be read is null, and null is what it stands for."""
    if column.default is not None:
        return f"coalesce({value}, '{column.default}')"
    if column.plausible is not None:
        least, most = column.plausible
        return f"case when {value} between {least} and {most} then {value} end"
    # Minus nothing is nothing.
    return f"({value}) + 0.0" if column.kind == "measure" else value


def _row_text(source: Source) -> str:
    """A digest of all that a row holds, as written: it settles which of several identical rows is the one to count."""
    texts = [
        f"coalesce({_text(source, column)}, '')" for column in source.table.columns if column.name in source.columns
    ]
    return f"md5(concat_ws('|', {', '.join(texts)}))" if texts else "cast(null as varchar)"
