"""From FHIR files to the tables of the contract, as Parquet: one pass over the files for all sources."""

import os
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from analytics.errors import UserError
from analytics.fhir.compiled import Compiled, Lookup, Lookups, values
from analytics.fhir.functions import Frame, instant, target
from analytics.fhir.joining import joined, relation_name
from analytics.fhir.resources import Files, Resource
from analytics.fhir.source import FhirSource

# What every row keeps of its resource: numbers of the row, the resource and its Bundle; the keys that references may
# have for it; when it was last changed; and whose it is.
KEPT = {
    "_row": "int64",
    "_n": "int64",
    "_bundle": "int64",
    "_key": "string",
    "_address": "string",
    "_version": "string",
    "_owner": "string",
}
_AT_ONCE = 20_000
_OWNERS = ("patient", "subject", "beneficiary")


@dataclass
class Flattened:
    """What became of the files. files: source -> Parquet with the contract's columns, as text; n_rows: its rows.

    read, passed_over: how many resources of a type gave a row, and how many gave none. superseded: how many were older
    versions of one that was read. warnings: sentences for the run's log.
    """

    files: dict[str, Path] = field(default_factory=dict)
    n_rows: dict[str, int] = field(default_factory=dict)
    read: Counter[str] = field(default_factory=Counter)
    passed_over: Counter[str] = field(default_factory=Counter)
    superseded: Counter[str] = field(default_factory=Counter)
    warnings: list[str] = field(default_factory=list)


def flatten(files: Sequence[Path], sources: Sequence[FhirSource], out: Path) -> Flattened:
    """Read all files once, and write a Parquet file into `out` for every source, readable by its owner alone.

    files: NDJSON, Bundles, lists or single resources, plain or .gz. Rows come in the order of the files' names and of
    the resources in them; of several versions of a resource the last counts. Raises `UserError` for a file that is no
    FHIR JSON, and for a path without meaning; a line that can't be read is counted in `warnings`.
    """
    compiled: dict[str, Compiled] = {}
    lookups: list[Lookup] = []
    for number, source in enumerate(sources):
        found = Lookups(source.known, number)
        for relation in source.relations:
            name = relation_name(source, relation, number)
            if name in compiled:
                raise UserError(f"Two FHIR sources have the part '{name}': {source.table} can be put together once.")
            compiled[name] = Compiled(source, relation, found)
        lookups += found.found.values()
    done = Flattened()
    # What is on the way lies beside the result, where it is as private, and leaves with the run.
    aside = Path(mkdtemp(prefix=".fhir-", dir=out))
    try:
        filled = _read(files, compiled, lookups, aside, done)
        joined(sources, compiled, lookups, filled, aside, out, done)
        _warn_of_resources({each.relation.resource for each in compiled.values()}, done)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return done


def _read(
    files: Sequence[Path], compiled: Mapping[str, Compiled], lookups: Sequence[Lookup], aside: Path, done: Flattened
) -> frozenset[str]:
    """Write the rows of every relation and lookup into `aside`; the names of those that have any."""
    reader = Files()
    rows = {name: _Rows(aside / f"{name}.parquet", each.stored) for name, each in compiled.items()}
    looked = {each.name: _Rows(aside / f"{each.name}.parquet", each.value.stored) for each in lookups}
    by_type: dict[str, list[str]] = {}
    for name, each in compiled.items():
        by_type.setdefault(each.relation.resource, []).append(name)
    lookups_of: dict[str, list[Lookup]] = {}
    for lookup in lookups:
        for kind in lookup.types:
            lookups_of.setdefault(kind, []).append(lookup)
    for number, resource in enumerate(reader.resources(files)):
        kind, kept, n_rows = resource.type, None, 0
        for name in by_type.get(kind, ()):
            if not compiled[name].reads(reader.path):
                continue
            for row in compiled[name].rows(resource.content):
                kept = kept or _kept(number, resource)
                rows[name].add(kept, row)
                n_rows += 1
        n_looked = 0
        for lookup in lookups_of.get(kind, ()):
            found = values(lookup.value, [resource.content], Frame(resource.content, resource.content))
            if any(value is not None for value in found):
                kept = kept or _kept(number, resource)
                looked[lookup.name].add(kept, tuple(found))
                n_looked += 1
        (done.read if n_rows or n_looked else done.passed_over)[kind] += 1
    _warn_of_lines(reader.bad_lines, done)
    return frozenset(name for name, written in {**rows, **looked}.items() if written.close())


def _kept(number: int, resource: Resource) -> tuple[int | str | None, ...]:
    content = resource.content
    own, address = content.get("id"), resource.address or ""
    key = f"{resource.type}/{own}" if isinstance(own, str) and own else None
    if key is None and address:
        key = next(iter(target(address)), None)
    meta = content.get("meta")
    version = next(iter(instant(meta.get("lastUpdated"))), None) if isinstance(meta, dict) else None
    owner = next((found for name in _OWNERS for found in target(content.get(name))), None)
    return (number, resource.bundle, key, address if address.startswith("urn:") else None, version, owner)


def _warn_of_lines(bad: list[tuple[str, int]], done: Flattened) -> None:
    by_file: dict[str, list[int]] = {}
    for name, line in bad:
        by_file.setdefault(name, []).append(line)
    for name, lines in by_file.items():
        listed = ", ".join(str(line) for line in lines[:5]) + (", …" if len(lines) > 5 else "")
        lines_are = f"line {listed} is" if len(lines) == 1 else f"{len(lines):,} lines ({listed}) are"
        done.warnings.append(f"'{name}': {lines_are} not a JSON object and left out: export the file again.")


def _warn_of_resources(kinds: set[str], done: Flattened) -> None:
    """Say how many resources of the kinds that are read gave nothing, or were older versions of others."""
    for counted, what in (
        (done.passed_over, "hold nothing that is read (not adjudicated, drafts, of another use)"),
        (done.superseded, "are older versions of others and left out"),
    ):
        # Of answers to questions it is said what to do about them.
        listed = [f"{counted[kind]:,} {kind}" for kind in sorted(kinds - {"QuestionnaireResponse"}) if counted[kind]]
        if listed:
            done.warnings.append(f"Of the FHIR resources, {', '.join(listed)} {what}.")


class _Rows:
    """Rows of a relation on their way into a Parquet file, some thousands at a time."""

    def __init__(self, path: Path, names: Sequence[str]) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._schema = pa.schema(
            [*((name, kind) for name, kind in KEPT.items()), *((name, "string") for name in names)]
        )
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        self._writer: Any = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._waiting: list[tuple[Any, ...]] = []
        self._n_rows = 0

    def add(self, kept: tuple[int | str | None, ...], row: tuple[str | None, ...]) -> None:
        """Add a row to those of its resource."""
        self._waiting.append((self._n_rows, *kept, *row))
        self._n_rows += 1
        if len(self._waiting) == _AT_ONCE:
            self._write()

    def _write(self) -> None:
        import pyarrow as pa

        columns = zip(*self._waiting, strict=True)
        arrays = [pa.array(column, field.type) for column, field in zip(columns, self._schema, strict=True)]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self._waiting = []

    def close(self) -> int:
        """Write what is left, and the file's end; how many rows it has."""
        if self._waiting:
            self._write()
        self._writer.close()
        return self._n_rows
