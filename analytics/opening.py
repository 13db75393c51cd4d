"""Name the extracts of a folder for the database: as values, as spellings to choose rows by, as days of service."""

import re
from collections.abc import Mapping
from dataclasses import replace

from analytics.engine import Engine, code
from analytics.errors import UserError
from analytics.extracts.digests import digest_select, staged_claims
from analytics.extracts.files import Source
from analytics.extracts.reading import (
    Names,
    absent_columns,
    counted_select,
    first_service_select,
    gathered_select,
    kept_select,
    narrow_select,
    read_select,
)
from analytics.extracts.rest import counted_rest
from analytics.extracts.schema import TABLES, Table

LINK = ("data_source", "claim_id", "claim_frequency_code", "original_claim_id")
_NAMING = ("authorization_id", "payer", "hcpcs_code")
_CORRECTING = "select claim_frequency_code_stored from claim_frequency_spelling where is_correction"
_KNOWN = "select hcpcs_code_stored from medical_claim_spelling where is_known"
# The files that read claim lines on their way to being staged.
_STAGING = (
    *("medical_claim_known", "medical_claim_extent", "medical_claim_in_scope", "in_scope_person", "in_scope_date"),
    *("medical_claim_repeated", "medical_claim_unsure", "medical_claim_row"),
)
_NO_REST = (
    "select cast(null as varchar) as source_code, cast(null as varchar) as source_code_stored, 0 as n_rows where false"
)
# Where a good part of all lines is in scope, gathering them first would only hold them twice.
_ARE_FEW = "select coalesce(10 * sum(n_rows) filter (where is_known) < sum(n_rows), true) from medical_claim_spelling"


def load_sources(engine: Engine, sources: Mapping[str, Source], repairs: Mapping[str, Source]) -> None:
    """Each extract as the view `<table>_read`; a table that is not there has no rows.

    Rows of a repairs file stand in the place of those whose `row_id` they carry. Claim lines, which are many, come
    also as the spellings of what they are chosen by, and their first date: each is one narrow scan. Of a prepared
    extract the rows that were left out are counted in `<table>_rest_<n>`; together they are the whole.
    """
    engine.sources = {**{f"repairs of {name}": source for name, source in repairs.items()}, **sources}
    repaired = []
    for table in TABLES.values():
        source = sources.get(table.name)
        parts = (source.parts or (source,)) if source else ()
        for number, part in enumerate(parts):
            engine.open_files(f"{table.name}_file_{number}", part)
            if part.rest:
                engine.open_files(f"{table.name}_rest_{number}", replace(part, files=part.rest))
        repair = repairs.get(table.name)
        # Digests of all claim lines are worked out for repairs alone.
        text = _read_parts(table, parts, "file", digests=table.name != "medical_claim" or repair is not None)
        if repair:
            repaired.append((table.name, _match_repairs(engine, table, text, repair)))
        engine.derive(f"{table.name}_read", _repaired(table, text, repair))
        if table.name == "medical_claim":
            _name_claim_views(engine, parts, repair)
        if table.name == "authorization":
            engine.derive("authorization_named", _narrow(table, parts, repair, _NAMING))
        if table.name == "observation":
            engine.view("observation_rest", _rest(table, "source_code", parts) or _NO_REST)
    engine.load("repair_count", [("table_name", "VARCHAR"), ("rows_repaired", "BIGINT")], repaired)


def _narrow(
    table: Table,
    parts: tuple[Source, ...],
    repair: Source | None,
    names: tuple[str, ...],
    stored: tuple[str, ...] = (),
) -> str:
    """A few columns of all rows."""
    if repair or not parts:
        return f"select {', '.join([*names, *(f'{name}_stored' for name in stored)])} from {table.name}_read"
    return " union all ".join(
        narrow_select(part, names, f"{table.name}_file_{number}", stored) for number, part in enumerate(parts)
    )


def _rest(table: Table, column: str, parts: tuple[Source, ...], *, is_named: bool = False) -> str:
    """The spellings of a column in rows that were left out when the extract was prepared; nothing where none were."""
    return " union all ".join(
        counted_rest(part, table[column], f"{table.name}_rest_{number}", is_named=is_named)
        for number, part in enumerate(parts)
        if part.rest
    )


def _read_parts(
    table: Table, parts: tuple[Source, ...], name: str, left_out: Names = frozenset(), *, digests: bool = True
) -> str:
    selects = [
        read_select(table, part, f"{table.name}_{name}_{number}", left_out=left_out, digests=digests)
        for number, part in enumerate(parts)
    ]
    return " union all ".join(selects or [read_select(table, None, left_out=left_out, digests=digests)])


def _name_claim_views(engine: Engine, parts: tuple[Source, ...], repair: Source | None) -> None:
    table = TABLES["medical_claim"]
    numbered = [(part, f"medical_claim_file_{number}") for number, part in enumerate(parts)]
    for column, having in (
        ("hcpcs_code", None),
        ("claim_frequency_code", None),
        ("claim_frequency_code", "original_claim_id"),
    ):
        name = f"medical_claim_{column}" + (f"_with_{having}" if having else "")
        if repair:
            where = f" where {having}_stored is not null" if having else ""
            text = f"select {column}, {column}_stored, count(*) as n_rows from medical_claim_read{where} group by 1, 2"
        else:
            held = table[having] if having else None
            text = " union all ".join(counted_select(part, table[column], rows, having=held) for part, rows in numbered)
        rest = _rest(table, column, parts, is_named=bool(having))
        engine.derive(name, f"{text} union all {rest}" if rest else text)
    payers = _rest(table, "payer", parts)
    read = "select payer from medical_claim_read"
    engine.derive("medical_claim_payer", f"{read} union all select payer from ({payers})" if payers else read)
    if repair:
        first = "select min(service_date) as first_service_on from medical_claim_read"
    else:
        first = " union all ".join(first_service_select(part, rows) for part, rows in numbered)
    for number, part in enumerate(parts):
        if part.rest:
            first += f" union all select first_service_on from medical_claim_rest_{number} where counted = 'service'"
    engine.derive("medical_claim_first_service", first)
    engine.derive("medical_claim_named", _narrow(table, parts, repair, ("hcpcs_code", "ndc_code"), ("hcpcs_code",)))
    for number, (part, rows) in enumerate(numbered):
        text = kept_select(part, table["hcpcs_code"], _KNOWN, rows)
        engine.derive(f"medical_claim_kept_{number}", text, held_if=_ARE_FEW)
    _name_corrections(engine, parts, repair)
    absent = absent_columns(table, [*parts, repair] if repair else parts)
    left_out = _left_out(absent)
    kept = _read_parts(table, parts, "kept", left_out, digests=repair is not None)
    if repair:
        kept = f"select * exclude (row_identity, row_text) from ({_repaired(table, kept, repair, left_out)})"
    engine.derive("medical_claim_kept", kept)
    engine.show("medical_claim_row", staged_claims("medical_claim_row_held", absent, left_out))
    engine.derive("medical_claim_digest", digest_select(table, "medical_claim_unsure", absent))


def _left_out(absent: frozenset[str]) -> frozenset[str]:
    """What of absent columns no file that stages claim lines names: it comes in again once they are staged."""
    named = set(re.findall(r"[a-z_0-9]+", " ".join(code(name) for name in _STAGING)))
    return frozenset(name for column in absent for name in (column, f"{column}_text") if name not in named)


def _name_corrections(engine: Engine, parts: tuple[Source, ...], repair: Source | None) -> None:
    """The lines of void and replacement claims, by the four columns that say so."""
    if repair:
        text = f"select {', '.join(LINK)} from medical_claim_read where claim_frequency_code_stored in ({_CORRECTING})"
    else:
        frequency = TABLES["medical_claim"]["claim_frequency_code"]
        for number, part in enumerate(parts):
            kept = kept_select(part, frequency, _CORRECTING, f"medical_claim_file_{number}", LINK)
            engine.derive(f"medical_claim_correction_{number}", kept, held_if="select true")
        text = " union all ".join(
            gathered_select(part, LINK, f"medical_claim_correction_{number}") for number, part in enumerate(parts)
        )
    engine.derive("medical_claim_correction", text)
    stored = ("claim_frequency_code", "original_claim_id")
    engine.derive("medical_claim_link", _narrow(TABLES["medical_claim"], parts, repair, LINK, stored))


def _match_repairs(engine: Engine, table: Table, text: str, repair: Source) -> int:
    """Open the repairs and count them. `UserError` where one of them stands for no row of the extract.

    Rows that hold the same have one row_id, and the quarantine holds each of them: so often it may be given back.
    """
    engine.open_files(f"{table.name}_repair", repair)
    n_rows, n_blank, n_ids, n_found, n_more = engine.rows(
        f"with given as (select row_id, count(*) as n_rows from ({_repaired_ids(table)}) group by 1), "
        f"held as (select row_text, count(*) as n_rows from ({text}) "
        "where row_text in (select row_id from given where row_id is not null) group by 1) "
        "select coalesce(sum(g.n_rows), 0), coalesce(sum(g.n_rows) filter (where g.row_id is null), 0), "
        "count(g.row_id), count(h.row_text), count(*) filter (where g.n_rows > h.n_rows) "
        "from given as g left join held as h on g.row_id = h.row_text"
    )[0]
    keep = "keep each row's as the quarantine had it."
    if not n_rows:
        raise UserError(f"The repairs '{repair.name}' hold no row: leave the file out.")
    if n_blank:
        raise UserError(f"{n_blank:,} of {n_rows:,} rows of the repairs '{repair.name}' have no row_id: {keep}")
    if n_found < n_ids:
        none = f"{n_ids - n_found:,} of {n_ids:,}" if n_found else "None"
        are = "are not in" if n_found else "is in" if n_ids == 1 else "are in"
        raise UserError(
            f"{none} of the row_ids in the repairs '{repair.name}' {are} {table.name}: "
            "they must be those of the quarantine written from the same extract."
        )
    if n_more:
        stand = "stands" if n_more == 1 else "stand"
        raise UserError(
            f"{n_more:,} of {n_ids:,} row_ids in the repairs '{repair.name}' {stand} there more often than in "
            f"{table.name}: give back each row of the quarantine once."
        )
    return int(n_rows)


def _repaired(table: Table, text: str, repair: Source | None, left_out: Names = frozenset()) -> str:
    if repair is None:
        return text
    mended = read_select(table, repair, rows=f"{table.name}_repair", left_out=left_out)
    ids = f"{_repaired_ids(table)} where row_id is not null"
    return f"select * from ({text}) where row_text not in ({ids}) union all {mended}"


def _repaired_ids(table: Table) -> str:
    return f"select nullif(trim(row_id), '') as row_id from {table.name}_repair"
