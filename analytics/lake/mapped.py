"""Extracts in foreign columns, as far as they can be prepared: files that are read where they lie."""

from pathlib import Path

from analytics.errors import UserError
from analytics.extracts.files import Source
from analytics.mapping.model import Layout
from analytics.mapping.opening import Mapped
from analytics.mapping.places import called_in, files_of


def mapped_in_place(layout: Layout | None, data: Path) -> dict[str, Source]:
    """The sources that a layout maps; `UserError` where one is no file, or must be written anew to be read."""
    if layout is None:
        return {}
    for one in layout.sources:
        if one.connection is not None:
            raise UserError(
                f"um prepare keeps files, and {one.table} is read from a query on {one.connection}: write its rows to "
                "a file first, or give the folder itself to um report."
            )
        if one.format == "fhir" and files_of(data, one.paths):
            raise UserError(
                f"um prepare keeps CSV files in UTF-8 and Parquet files, and {one.table} is read from FHIR "
                f"('{one.name}'): um report reads that itself."
            )
    mapped = Mapped(layout)
    try:
        sources = mapped.mapped(data)
    finally:
        mapped.close()
    for source in sources.values():
        for part in source.parts:
            for path, called in zip(part.files, part.origin, strict=True):
                if path != data / called:
                    raise UserError(
                        f"um prepare keeps CSV files in UTF-8 and Parquet files, and '{called}', from which "
                        f"{part.table.name} is read, is none: write it as one of them first."
                    )
    return sources


def layout_of(part: Source) -> str:
    """What of a mapping decides what is kept of a file, as text."""
    rules = sorted((name, repr(rule)) for name, rule in part.rules.items())
    return repr((part.dialect, part.header, sorted(part.columns.items()), rules, part.computed, part.keep))


def named_columns(part: Source) -> tuple[tuple[str, str], ...]:
    """The columns of files in foreign columns as if they were in ours, and those that nothing reads."""
    required = [column.name for column in part.table.columns if column.required and column.name not in part.columns]
    return tuple((name, "VARCHAR") for name in (*part.columns, *required, *part.unknown))


def mapped_files(layout: Layout | None, data: Path) -> dict[str, Path]:
    """The files that a layout reads, as the folder names them."""
    found = {path for source in (layout.sources if layout else ()) for path in files_of(data, source.paths)}
    return {called_in(data, path): path for path in found}
