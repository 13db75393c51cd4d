"""Read one file of an extract, and write what is kept of it: rows that a run could need, and counts of the others."""

from dataclasses import dataclass, replace
from pathlib import Path

from analytics.engine import Engine
from analytics.extracts.files import Source, stored_columns
from analytics.extracts.reading import stored_as_is
from analytics.extracts.rest import COUNTED, kept_select, rest_select, spelling_select
from analytics.extracts.schema import UNCLASSIFIED_CODES
from analytics.lake.record import Scope

_CODE = {"medical_claim": "hcpcs_code", "observation": "source_code"}


@dataclass(frozen=True)
class Written:
    """What was written of a file: its rows, those kept and their columns; the two files (None: every row is kept)."""

    n_rows: int
    n_kept: int
    kept_columns: tuple[tuple[str, str], ...]
    rows: Path
    rest: Path | None
    n_left_out: int


def load_scope(engine: Engine, scope: Scope) -> None:
    """The codes for which rows are kept, as tables that the queries choose by."""
    # Lines under a code of no drug are kept as those of a class are: their NDC may name a policy's drug.
    classes = (*scope.class_codes, *UNCLASSIFIED_CODES)
    codes = {"policy": scope.policy_codes, "class": classes, "observation": scope.observation_codes}
    for name, listed in codes.items():
        engine.load(f"kept_{name}_code", [("code", "VARCHAR")], [(code,) for code in listed])


def keep(engine: Engine, source: Source, folder: Path) -> Written:
    """Write what is kept of a source of one file into `folder`."""
    table = source.table
    engine.sources = {table.name: source}
    engine.open_files("extract_row", source)
    n_left_out = _count(engine, f"extract_row_all where not coalesce({source.keep}, false)") if source.keep else 0
    if source.format == "csv":
        source = _unpacked(engine, source, folder / "unpacked.parquet")
    _load_spellings(engine, source)
    rows, rest = folder / "rows.parquet", folder / "rest.parquet"
    engine.export(kept_select(source, "extract_row"), rows)
    n_rows, n_kept, n_rest = _count(engine, "extract_row"), _count(engine, _opened(engine, source, rows)), 0
    if table.name in COUNTED:
        engine.export(rest_select(source, "extract_row"), rest)
        counted = f"{_opened(engine, source, rest)} where counted = '{_CODE[table.name]}'"
        n_rest = engine.rows(f"select coalesce(sum(n_rows), 0) from {counted}")[0][0]
    if n_rows != n_kept + n_rest:
        raise AssertionError(f"{table.name}: {n_rows} rows were read, but {n_kept} kept and {n_rest} counted")
    (folder / "unpacked.parquet").unlink(missing_ok=True)
    kept_columns = stored_columns(folder, (rows,))[rows]
    return Written(n_rows, n_kept, kept_columns, rows, rest if table.name in COUNTED else None, n_left_out)


def _opened(engine: Engine, source: Source, path: Path) -> str:
    engine.open_files("written_row", replace(source, files=(path,), format="parquet", computed=(), keep=None))
    return "written_row"


def _unpacked(engine: Engine, source: Source, path: Path) -> Source:
    """The contract's columns of a CSV as Parquet for the time being: text is taken apart once and not at each scan."""
    names = [column for column in source.table.columns if column.name in source.columns]
    listed = ", ".join(f"{stored_as_is(source, column)} as {column.name}" for column in names)
    engine.export(f"select {listed} from extract_row", path)
    columns = {column.name: (column.name, "VARCHAR") for column in names}
    unpacked = replace(source, files=(path,), format="parquet", columns=columns, header=(), computed=(), keep=None)
    engine.open_files("extract_row", unpacked)
    return unpacked


def _load_spellings(engine: Engine, source: Source) -> None:
    """How codes are spelled in the file, and which spellings rows are kept for: `<column>_spelling`."""
    table = source.table
    known = {name: f"select code from kept_{name}_code" for name in ("policy", "class", "observation")}
    if table.name == "observation":
        text = spelling_select(source, table["source_code"], "extract_row", known["observation"])
        engine.table("source_code_spelling", text)
    if table.name == "medical_claim":
        text = spelling_select(source, table["hcpcs_code"], "extract_row", known["policy"], known["class"])
        engine.table("hcpcs_code_spelling", text)
        text = spelling_select(source, table["claim_frequency_code"], "extract_row", "'7', '8'")
        engine.table("claim_frequency_code_spelling", text)


def _count(engine: Engine, rows: str) -> int:
    return int(engine.rows(f"select count(*) from {rows}")[0][0])
