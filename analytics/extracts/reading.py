"""How the rows of an extract become values, for every engine: a view per table, built from the schema alone.

The expressions are built from the schema's own names, never from data, in steps that each name what the next one needs:
the trimmed text of every column, its value, and what the row says as a whole. A typed column `c` comes with its source
text beside it as `c_text`, so that what could not be read can be counted and shown to who mends it.
"""

from collections.abc import Collection, Iterable

from analytics.extracts.digests import digest_select
from analytics.extracts.files import Source
from analytics.extracts.kinds import absent_value, boolean_case, native_value, read_as, trimmed_text
from analytics.extracts.schema import MEDICAL_CLAIM, Column, Table

# Columns that rows are chosen by: they come as they are stored too (`c_stored`), so that a scan can drop other rows
# before it reads the rest of their columns.
CHOOSING = {
    "medical_claim": ("hcpcs_code", "claim_frequency_code", "original_claim_id"),
    "authorization": (),
    "observation": ("source_code",),
}
_SERVICE_DATE = (MEDICAL_CLAIM["claim_line_start_date"], MEDICAL_CLAIM["claim_start_date"])
# Values that the rows of a table have beside those of its columns, and their types.
_MORE = {
    "medical_claim": (("service_date", "date"),),
    "clinical_answer": (("answer_yes_no", "varchar"), ("answer_number", "double"), ("answer_on", "date")),
}
Names = Collection[str]


def read_select(
    table: Table, source: Source | None, rows: str | None = None, *, left_out: Names = frozenset(), digests: bool = True
) -> str:
    """The extract as values: typed columns, their `_text`, and of each row its reason, identity and text digests.

    Reads the relation `rows` (`<table>_file`). Text and codes keep their name alone, as they are their own text.
    left_out: columns, absent from the extract, that don't come along; without digests those don't either.
    What an extract doesn't have is named at the end alone: every step more costs time to parse and plan.
    """
    source = source or Source(table, (), "none", {}, ())
    chosen = [f"{name}_stored" for name in CHOOSING.get(table.name, ())]
    given = [_given(source, column) for column in table.columns if column.name not in left_out]
    given += [name if source.columns else f"cast(null as {kind}) as {name}" for name, kind in _MORE.get(table.name, ())]
    given += [text for name, text in _kept_texts(source) if name not in left_out]
    if not source.columns:
        given += [f"cast(null as varchar) as {name}" for name in (*chosen, "row_reason")]
        read = f"(select {_listed(given)}\nfrom (select 1) as nothing where false)"
    else:
        carried = [_carried(source, column) for column in table.columns if column.name in source.columns]
        stored = [f"{stored_as_is(source, table[name])} as {name}_stored" for name in CHOOSING.get(table.name, ())]
        texts = _listed([*_texts(source), *stored])
        values = _listed([*_values(source), *carried, *chosen])
        given += [*chosen, f"{_row_reason(source)} as row_reason"]
        read = (
            f"(select\n    {_listed(given)}\nfrom (select\n    {values}\nfrom (select\n    {texts}\n"
            f"from {rows or f'{table.name}_file'})))"
        )
    return digest_select(table, read, absent_columns(table, [source])) if digests else f"select * from {read}"


def absent_columns(table: Table, sources: Iterable[Source]) -> frozenset[str]:
    """The table's columns that none of the sources has."""
    read = [source for source in sources if source.columns]
    return frozenset(column.name for column in table.columns if not any(_is_read(source, column) for source in read))


def _given(source: Source, column: Column) -> str:
    if _is_read(source, column):
        return column.name
    return f"{absent_value(column)} as {column.name}"


def _is_read(source: Source, column: Column) -> bool:
    """Whether a file has the column, or what stands for it."""
    return any(one.name in source.columns for one in (_SERVICE_DATE if column is _SERVICE_DATE[0] else (column,)))


def counted_select(source: Source, column: Column, rows: str, *, having: Column | None = None) -> str:
    """How often each stored spelling of a column occurs, with the value that it reads as: one narrow scan.

    Grain: the column as stored (`c_stored`; value `c`). having: count only rows in which that column holds anything.
    """
    where = f" where {stored_as_is(source, having)} is not null" if having else ""
    counts = f"select {stored_as_is(source, column)} as {column.name}_stored, count(*) as n_rows from {rows}{where}"
    return spelled_select(source, column, f"({counts} group by 1)")


def spelled_select(source: Source, column: Column, counts: str) -> str:
    """The same of spellings that are counted already: a relation of `c_stored` and `n_rows`."""
    name = column.name
    return (
        f"select {read_as(f'{name}_text', column)} as {name}, {name}_stored, n_rows\n"
        f"from (select {_text(source, column, f'{name}_stored')} as {name}_text, {name}_stored, n_rows\n"
        f"from {counts})"
    )


def kept_select(source: Source, column: Column, spellings: str, rows: str, names: tuple[str, ...] = ()) -> str:
    """The rows in which a column is spelled in one of the ways that a query lists, as they are stored.

    An expression costs as much for a few rows of a batch as for all: rows are gathered first and read afterwards.
    names: the columns to take along (default: all that the schema knows).
    """
    # Of a foreign layout two columns of ours may be read from the same.
    taken = list(dict.fromkeys(_quoted(source, one) for one in source.table.columns if one.name in source.columns))
    if names:
        taken = [f"{stored_as_is(source, source.table[name])} as {name}_stored" for name in names]
    # Files that store codes as numbers among others that store text: the spellings of all are text then.
    kind = source.columns[column.name][1] if column.name in source.columns else "VARCHAR"
    if kind != "VARCHAR":
        spellings = f"select try_cast(spelling as {kind}) from ({spellings}) as spelled(spelling)"
    return f"select {_listed(taken)} from {rows} where {stored_as_is(source, column)} in ({spellings})"


def gathered_select(source: Source, names: tuple[str, ...], rows: str) -> str:
    """Columns that `kept_select` took along by name, as values."""
    columns = [source.table[name] for name in names]
    texts = [f"{_text(source, column, f'{column.name}_stored')} as {column.name}_text" for column in columns]
    values = [f"{read_as(f'{column.name}_text', column)} as {column.name}" for column in columns]
    return f"select {_listed(values)}\nfrom (select {_listed(texts)} from {rows})"


def narrow_select(source: Source, names: tuple[str, ...], rows: str, stored: tuple[str, ...] = ()) -> str:
    """A few columns of all rows as values: a view of all columns takes its time to plan. stored: taken as such too."""
    columns = [source.table[name] for name in names]
    texts = [f"{_text(source, column, stored_as_is(source, column))} as {column.name}_text" for column in columns]
    values = [f"{read_as(f'{column.name}_text', column)} as {column.name}" for column in columns]
    texts += [f"{stored_as_is(source, source.table[name])} as {name}_stored" for name in stored]
    values += [f"{name}_stored" for name in stored]
    return f"select {_listed(values)}\nfrom (select {_listed(texts)} from {rows})"


def first_service_select(source: Source, rows: str) -> str:
    """The first date of service of any claim line of the extract: one narrow scan, each spelling read once."""
    names = [f"{column.name}_stored" for column in _SERVICE_DATE]
    stored = _listed([f"{stored_as_is(source, column)} as {column.name}_stored" for column in _SERVICE_DATE])
    if not all(column.name not in source.columns or _native(source, column) for column in _SERVICE_DATE):
        stored += f"\nfrom {rows} group by 1, 2"
    else:
        stored += f"\nfrom {rows}"
    texts = [f"{_text(source, column, f'{column.name}_stored')} as {column.name}_text" for column in _SERVICE_DATE]
    return (
        f"select min({_value(source, _SERVICE_DATE[0])}) as first_service_on\n"
        f"from (select {_listed([*texts, *names])}\nfrom (select {stored}))"
    )


def stored_as_is(source: Source, column: Column) -> str:
    """A column as it is stored; null where the file has none."""
    return _quoted(source, column) if column.name in source.columns else "cast(null as varchar)"


def value_of(source: Source, column: Column) -> str:
    """The value that a column's text reads as, from what is stored."""
    return read_as(text_of(source, column), column)


def is_said_anew(source: Source, column: Column) -> bool:
    """Whether a mapping's rule changes the text of what is stored."""
    return column.name in source.rules and not _native(source, column)


def text_of(source: Source, column: Column) -> str:
    """A column's text as the contract writes it, from what is stored."""
    return _text(source, column, stored_as_is(source, column))


def _listed(parts: list[str]) -> str:
    return ",\n    ".join(parts)


def _quoted(source: Source, column: Column) -> str:
    """The column's quoted name in the file."""
    return '"' + source.columns[column.name][0].replace('"', '""') + '"'


def _carried(source: Source, column: Column) -> str:
    """What of a column's source goes along with its value: its text, or the value as stored, where that is enough."""
    return f"{column.name}_stored" if _native(source, column) else f"{column.name}_text"


def _kept_texts(source: Source) -> list[tuple[str, str]]:
    """The text beside each typed value; where the stored type gave the value, only what gave none (see `digests`)."""
    kept = []
    for column in source.table.columns:
        name = f"{column.name}_text"
        if not column.is_typed:
            continue
        if column.name not in source.columns:
            text = f"cast(null as varchar) as {name}"
        elif _native(source, column):
            text = _text(source, column, f"{column.name}_stored")
            is_all = source.table is not MEDICAL_CLAIM or column is _SERVICE_DATE[0]
            text = f"{text if is_all else f'case when {column.name} is null then {text} end'} as {name}"
        else:
            text = name
        kept.append((name, text))
    return kept


def _texts(source: Source) -> list[str]:
    """Every column's text, or what is stored where its value is taken from that."""
    parts = []
    for column in source.table.columns:
        if column.name in source.columns:
            stored = stored_as_is(source, column)
            text = stored if _native(source, column) else _text(source, column, stored)
            parts.append(f"{text} as {_carried(source, column)}")
    return parts


def _text(source: Source, column: Column, stored: str) -> str:
    """The trimmed text of a column as the contract writes it, whatever it is stored as; null where empty or absent."""
    if column.name not in source.columns:
        return "cast(null as varchar)"
    text = trimmed_text(column, stored, source.columns[column.name][1])
    rule = source.rules.get(column.name)
    return rule.applied(text, column) if rule else text


def _native(source: Source, column: Column) -> str | None:
    """The value straight from what is stored, where its type says all that its text would."""
    rule = source.rules.get(column.name)
    if column.name not in source.columns or (rule and rule.changes_values):
        return None
    return native_value(f"{column.name}_stored", column, source.columns[column.name][1])


def _named_values(source: Source) -> list[tuple[str, str]]:
    """The values of a row, each with its name."""
    table = source.table
    named = [(_value(source, column), column.name) for column in table.columns if _is_read(source, column)]
    if table.name == "medical_claim":
        named.append((_value(source, _SERVICE_DATE[0]), "service_date"))
    if table.name == "clinical_answer" and "answer" in source.columns:
        # What an answer means depends on its question: it is read in each way, and the question picks one.
        named.append((boolean_case("answer_text", "'yes'", "'no'"), "answer_yes_no"))
        named.append((read_as("answer_text", Column("answer", "measure")), "answer_number"))
        named.append((read_as("answer_text", Column("answer", "date")), "answer_on"))
    return named


def _values(source: Source) -> list[str]:
    return [f"{value} as {name}" for value, name in _named_values(source)]


def _value(source: Source, column: Column) -> str:
    """The column's value; a service date is the line's, or the claim's where the line has none."""
    if column is not _SERVICE_DATE[0]:
        return _own_value(source, column)
    own, header = (_own_value(source, one) if one.name in source.columns else None for one in _SERVICE_DATE)
    if own and header:
        return f"case when {_carried(source, column)} is null then {header} else {own} end"
    return own or header or absent_value(column)


def _own_value(source: Source, column: Column) -> str:
    return _native(source, column) or read_as(f"{column.name}_text", column)


def _is_missing(source: Source, column: Column) -> str:
    looked_at = _SERVICE_DATE if column is _SERVICE_DATE[0] else (column,)
    there = [f"{_carried(source, one)} is null" for one in looked_at if one.name in source.columns]
    return " and ".join(there) or "true"


def _row_reason(source: Source) -> str:
    """The first generic reason to quarantine a row: missing, then unreadable, then unknown, each in column order."""
    columns = source.table.columns
    whens = [
        f"when {_is_missing(source, column)} then 'missing_{column.name}'" for column in columns if column.required
    ]
    for word, is_word in (("unreadable", False), ("unknown", True)):
        for column in columns:
            if column.must_read and (column.kind == "word") is is_word and _is_read(source, column):
                there = f"not ({_is_missing(source, column)})"
                whens.append(f"when {there} and {column.name} is null then '{word}_{column.name}'")
    return "case " + "\n        ".join(whens) + " end"
