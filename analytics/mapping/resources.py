"""The FHIR sources of a layout: their resources read once for all of them, and written as rows of our columns."""

from dataclasses import dataclass, field
from pathlib import Path

from analytics.extracts.schema import TABLES
from analytics.fhir.source import fhir_source
from analytics.mapping.model import Layout, TableSource
from analytics.mapping.places import files_of


@dataclass
class FhirRows:
    """What was read of FHIR files. files: a source's name -> the rows in our columns, and the files they came from.

    warnings: what a reader should know of the reading, in sentences without any person's id.
    """

    files: dict[str, tuple[Path, tuple[Path, ...]]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def read_resources(layout: Layout, folder: Path, aside: Path) -> FhirRows:
    """Read the resources of all FHIR sources into `aside`; `UserError` for files and paths that can't be read.

    A preset's source without any resource is left out, as one without a file is; a table that must be there is kept.
    """
    rows = FhirRows()
    there: dict[str, tuple[TableSource, tuple[Path, ...]]] = {}
    for source in layout.sources:
        files = files_of(folder, source.paths) if source.format == "fhir" else ()
        if files:
            there[source.name] = (source, files)
    has_requests = any(source.more.get("assemble") == "authorization" for source, _ in there.values())
    for name, (source, _) in [*there.items()]:
        if source.is_offered and source.more.get("assemble") == "clinical_answer" and not has_requests:
            del there[name]
            rows.warnings.append(f"{name} is left out: it needs the preset's requests, which um.toml replaces.")
    if not there:
        return rows
    from analytics.fhir.flatten import flatten

    sources = [
        fhir_source(source.table, name, source.more, frozenset(files)) for name, (source, files) in there.items()
    ]
    every = sorted({path for _, files in there.values() for path in files})
    read = flatten(every, sources, aside)
    rows.warnings += read.warnings
    for name, (source, files) in there.items():
        if read.n_rows[name] or not source.is_offered or TABLES[source.table].required:
            rows.files[name] = (read.files[name], files)
    return rows
