"""Which rows of an extract any run could need, as they are stored, and what is counted of the others.

A prepared extract (`analytics/lake/`) holds the rows that these queries keep. Of the rest a run needs counts alone:
how often each code, payer and frequency code is there, and the first date of service. Kept rows and counts together
are the whole extract, whoever the payers are and whichever persons are in scope.

Kept claim lines are of three kinds: those of a policy's codes, with all columns; those of the codes that tell of an
earlier treatment, and those of no drug, with what tells it; and those of void and replacement claims, with what links
them to others.
"""

import re

from analytics.extracts.files import Source
from analytics.extracts.kinds import read_as
from analytics.extracts.reading import (
    first_service_select,
    is_said_anew,
    spelled_select,
    stored_as_is,
    text_of,
    value_of,
)
from analytics.extracts.schema import MEDICAL_CLAIM, TABLES, Column, Table

#: The tables of which some rows are only counted.
COUNTED = ("medical_claim", "observation")
_LINKING = (
    *("claim_id", "data_source", "payer", "claim_line_start_date", "claim_start_date"),
    *("hcpcs_code", "claim_frequency_code", "original_claim_id"),
)
_TREATING = (*_LINKING, "person_id", "service_unit_quantity", "claim_status", "ndc_code")
# Claim lines are counted by each of these.
_SPELLED = ("hcpcs_code", "claim_frequency_code", "payer")
# Types that a Parquet file gives back as they were written. Others are kept as the text that they would be read from.
_KEPT_AS_STORED = re.compile(
    r"VARCHAR|DOUBLE|FLOAT|DATE|BOOLEAN|U?(TINYINT|SMALLINT|INTEGER|BIGINT)|DECIMAL\(\d+,\d+\)"
    r"|TIMESTAMP|TIMESTAMP_NS|TIMESTAMP WITH TIME ZONE"
)
_KNOWN = "select {0}_stored from {0}_spelling where is_known"
_CLASS = "select {0}_stored from {0}_spelling where is_class and not is_known"


def spelling_select(source: Source, column: Column, rows: str, known: str, of_class: str = "select null") -> str:
    """How a column is spelled, and which spellings are of a list of values: to be held as `<column>_spelling`.

    known, of_class: queries that list the values.
    """
    name = column.name
    counts = f"(select {stored_as_is(source, column)} as {name}_stored, count(*) as n_rows from {rows} group by 1)"
    return (
        f"select {name}_stored, n_rows, coalesce({name} in ({known}), false) as is_known, "
        f"coalesce({name} in ({of_class}), false) as is_class from ({spelled_select(source, column, counts)})"
    )


def kept_select(source: Source, rows: str) -> str:
    """The rows that are kept, as they are stored, under the contract's names; sorted, so that they pack well."""
    table = source.table
    if table.name == "medical_claim":
        text = " union all ".join(_kept_claims(source, rows))
    else:
        where = ""
        if table.name == "observation":
            where = f" where {stored_as_is(source, table['source_code'])} in ({_KNOWN.format('source_code')})"
        text = f"select {_columns(source, table.names)} from {rows}{where}"
    order = [name for name in _sorted_by(table) if name in source.columns]
    return f"select * from ({text}) order by {', '.join(order)}"


def _sorted_by(table: Table) -> tuple[str, ...]:
    first = ("person_id", "authorization_id")
    return (*(name for name in first if name in table.names), *(c.name for c in table.columns if c.kind == "date"))


def _columns(source: Source, names: tuple[str, ...]) -> str:
    """The columns of a file that the contract knows; those not among `names` are null in every row."""
    return ", ".join(
        f"{_kept(source, column)} as {column.name}"
        if column.name in names
        else f"cast(null as {_kept_type(source, column)}) as {column.name}"
        for column in source.table.columns
        if column.name in source.columns
    )


def _kept_type(source: Source, column: Column) -> str:
    if is_said_anew(source, column):
        return "VARCHAR"
    kind = source.columns[column.name][1]
    return kind if _KEPT_AS_STORED.fullmatch(kind) else "VARCHAR"


def _kept(source: Source, column: Column) -> str:
    if column.name not in source.columns:
        return "cast(null as varchar)"
    if is_said_anew(source, column):
        return text_of(source, column)
    stored = stored_as_is(source, column)
    return stored if _kept_type(source, column) == source.columns[column.name][1] else f"cast({stored} as varchar)"


def _kept_claims(source: Source, rows: str) -> list[str]:
    """Whole lines, lines of treatment classes, and lines that correct or name other claims; a line is of one kind."""
    code, frequency, original = (
        stored_as_is(source, MEDICAL_CLAIM[name])
        for name in ("hcpcs_code", "claim_frequency_code", "original_claim_id")
    )
    correcting = _KNOWN.format("claim_frequency_code")
    other = (
        f"not coalesce({code} in (select hcpcs_code_stored from hcpcs_code_spelling where is_known or is_class), false)"
    )
    named = f"{original} is not null and {value_of(source, MEDICAL_CLAIM['original_claim_id'])} is not null"
    linking = f"select {_columns(source, _LINKING)} from {rows} where {other}"
    return [
        f"select {_columns(source, MEDICAL_CLAIM.names)} from {rows} where {code} in ({_KNOWN.format('hcpcs_code')})",
        f"select {_columns(source, _TREATING)} from {rows} where {code} in ({_CLASS.format('hcpcs_code')})",
        f"{linking} and {frequency} in ({correcting})",
        f"{linking} and {named} and not coalesce({frequency} in ({correcting}), false)",
    ]


def rest_select(source: Source, rows: str) -> str:
    """What is counted of the rows that are not kept.

    Grain: a column (`counted`) and its value as stored; n_rows, and of them n_named with anything in original_claim_id.
    For claim lines also one row `service` with their first date of service.
    """
    if source.table.name == "observation":
        column = source.table["source_code"]
        is_kept = f"{stored_as_is(source, column)} in ({_KNOWN.format('source_code')})"
        return (
            f"select 'source_code' as counted, {_kept(source, column)} as source_code, count(*) as n_rows "
            f"from {rows} where not coalesce({is_kept}, false) group by 2"
        )
    named = f"{stored_as_is(source, MEDICAL_CLAIM['original_claim_id'])} is not null"
    spelled = ", ".join(f"{_kept(source, MEDICAL_CLAIM[name])} as {name}" for name in _SPELLED)
    which = " ".join(f"when grouping({name}) = 0 then '{name}'" for name in _SPELLED)
    return (
        f"select case {which} end as counted, {', '.join(_SPELLED)}, count(*) as n_rows, "
        "count(*) filter (where is_named) as n_named, cast(null as date) as first_service_on "
        f"from (select {spelled}, {named} as is_named from {rows} where {_is_rest(source)}) "
        f"group by grouping sets ({', '.join(f'({name})' for name in _SPELLED)}) "
        f"union all select 'service', {', '.join('null' for _ in _SPELLED)}, 0, 0, first_service_on "
        f"from ({first_service_select(source, f'(select * from {rows} where {_is_rest(source)})')})"
    )


def _is_rest(source: Source) -> str:
    return (
        f"not coalesce({stored_as_is(source, MEDICAL_CLAIM['hcpcs_code'])} in "
        "(select hcpcs_code_stored from hcpcs_code_spelling where is_known or is_class), false) "
        f"and not coalesce({stored_as_is(source, MEDICAL_CLAIM['claim_frequency_code'])} in "
        f"({_KNOWN.format('claim_frequency_code')}), false) "
        f"and {value_of(source, MEDICAL_CLAIM['original_claim_id'])} is null"
    )


def counted_rest(part: Source, column: Column, rest: str, *, is_named: bool = False) -> str:
    """The spellings of a column in the rows that were left out: `c`, `c_stored`, n_rows. is_named: as `rest_select`."""
    n_rows = "n_named" if is_named else "n_rows"
    return spelled_select(
        part,
        column,
        f"(select {column.name} as {column.name}_stored, {n_rows} as n_rows from {rest} "
        f"where counted = '{column.name}' and {n_rows} > 0)",
    )


def reading() -> str:
    """What decides which rows are kept, as text: where it changes, extracts must be prepared anew."""
    columns = [repr((name, table.columns)) for name, table in TABLES.items()]
    sources = [
        Source(table, (), "csv", {name: (name, "VARCHAR") for name in table.names}, ()) for table in TABLES.values()
    ]
    queries = [
        kept_select(source, "row") + (rest_select(source, "row") if source.table.name in COUNTED else "")
        for source in sources
    ]
    kinds = [read_as("text", column) for table in TABLES.values() for column in table.columns]
    return "\n".join([*columns, *queries, *kinds])
