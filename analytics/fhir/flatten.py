"""From FHIR files to the tables of the contract, as Parquet: one pass over the files for all sources."""

import gc
import os
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from analytics.errors import UserError
from analytics.fhir.compiled import Compiled, Lookup, Lookups, Texts, values
from analytics.fhir.functions import Frame, instant, target
from analytics.fhir.joining import joined, relation_name
from analytics.fhir.resources import Files, Resource
from analytics.fhir.source import FhirSource

# What every row keeps of its resource: the numbers of the resource and its Bundle; the keys that references may have
# for it; when it was last changed; and whose it is.
KEPT = {
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
        with _without_search_for_cycles():
            filled = _read(files, compiled, lookups, aside, done)
        joined(sources, compiled, lookups, filled, aside, out, done)
        _warn_of_resources({each.relation.resource for each in compiled.values()}, done)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return done


@contextmanager
def _without_search_for_cycles() -> Iterator[None]:
    """Python looks for objects that hold each other, again and again; those of a resource hold none that holds them.

    They leave with the resource. The search among them takes a fifth of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _read(
    files: Sequence[Path], compiled: Mapping[str, Compiled], lookups: Sequence[Lookup], aside: Path, done: Flattened
) -> frozenset[str]:
    """Write the rows of every relation and lookup into `aside`; the names of those that have any."""
    reader = Files()
    rows = {name: _Rows(aside / f"{name}.parquet", each.of_resource, each.of_row) for name, each in compiled.items()}
    looked = {each.name: _Rows(aside / f"{each.name}.parquet", (), each.value.stored) for each in lookups}
    by_type: dict[str, list[str]] = {}
    for name, each in compiled.items():
        by_type.setdefault(each.relation.resource, []).append(name)
    lookups_of: dict[str, list[Lookup]] = {}
    for lookup in lookups:
        for kind in lookup.types:
            lookups_of.setdefault(kind, []).append(lookup)
    for number, resource in enumerate(reader.resources(files)):
        kind, content, is_read, kept = resource.type, resource.content, False, None
        for name in by_type.get(kind, ()):
            if not compiled[name].reads(reader.path):
                continue
            shared, own = compiled[name].rows(content)
            if own:
                kept = kept or _kept(number, resource)
                rows[name].add((*kept, *shared), own)
                is_read = True
        for lookup in lookups_of.get(kind, ()):
            found = values(lookup.value, [content], Frame(content, content))
            if any(value is not None for value in found):
                kept = kept or _kept(number, resource)
                looked[lookup.name].add(kept, [tuple(found)])
                is_read = True
        (done.read if is_read else done.passed_over)[kind] += 1
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
    """Rows of a relation on their way into a Parquet file, some thousands at a time.

    What the rows of a resource have in common waits once, and is repeated column by column.
    """

    def __init__(self, path: Path, of_resource: Sequence[str], of_row: Sequence[str]) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        kept = [(name, pa.type_for_alias(kind)) for name, kind in KEPT.items()]
        texts = [(name, pa.string()) for name in (*of_resource, *of_row)]
        self._schema = pa.schema([*kept, *texts, ("_row", pa.int64())])
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        self._writer: Any = pq.ParquetWriter(path, self._schema, compression="lz4")
        self._shared: list[tuple[int | str | None, ...]] = []
        self._own: list[Texts] = []
        self._places: list[int] = []
        self._n_written = 0

    def add(self, shared: tuple[int | str | None, ...], own: list[Texts]) -> None:
        """Add the rows of a resource: what they have in common, and what each has of its own."""
        self._places += [len(self._shared)] * len(own)
        self._shared.append(shared)
        self._own += own
        if len(self._own) >= _AT_ONCE:
            self._write()

    def _write(self) -> None:
        import pyarrow as pa

        places, n_rows = pa.array(self._places, pa.int32()), len(self._own)
        columns = iter(self._schema)
        arrays = [
            pa.array(values, column.type).take(places)
            for values, column in zip(zip(*self._shared, strict=True), columns, strict=False)
        ]
        arrays += [
            pa.array(values, column.type) for values, column in zip(zip(*self._own, strict=True), columns, strict=False)
        ]
        arrays.append(pa.array(range(self._n_written, self._n_written + n_rows), pa.int64()))
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self._shared, self._own, self._places = [], [], []
        self._n_written += n_rows

    def close(self) -> int:
        """Write what is left, and the file's end; how many rows it has."""
        if self._own:
            self._write()
        self._writer.close()
        return self._n_written
