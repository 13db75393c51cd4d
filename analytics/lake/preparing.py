"""`um prepare`: bring a lake up to date with the extracts that it is prepared from, reading only what has changed."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from analytics.config import read_config
from analytics.engine import Engine
from analytics.errors import UserError
from analytics.extracts.files import Source, described_source, find_files, stored_columns
from analytics.extracts.schema import TABLES
from analytics.lake import locks
from analytics.lake.keeping import keep, load_scope
from analytics.lake.mapped import layout_of, mapped_in_place, named_columns
from analytics.lake.marks import Fingerprint, digest_of, mark_of, seen_again
from analytics.lake.record import CONFIG, FILE, PARTS, Kept, Piece, Record, Scope, is_lake, read_record, write_record
from analytics.lake.scope import scope_of
from analytics.policy import load_policies
from analytics.room import unwritten

_ASIDE = ".um-"


@dataclass(frozen=True)
class Done:
    """What a preparation came to: files and rows by table; read: files that were read, the others were known."""

    table: str
    files: int
    read: int
    n_rows: int
    n_kept: int


def prepare(
    data: Path,
    out: Path,
    progress: Callable[[str], None] = lambda step: None,
    *,
    is_thorough: bool = False,
    memory_limit: str | None = None,
    policies: Path | None = None,
) -> list[Done]:
    """Keep what runs need of the extracts in `data` in the folder `out`; files that were kept already are not read.

    is_thorough: compare what every file holds, and not only its size and time of change. policies: a folder of private
    policies, whose codes are kept too (default: that of the configuration beside the extracts).
    Raises :class:`UserError` with one sentence; what was prepared earlier then stays as it was.
    """
    _refuse(data, out)
    config = data / CONFIG if (data / CONFIG).is_file() else None
    settings = read_config(config)
    mapped = mapped_in_place(settings.layout, data)
    found = find_files(data, elsewhere=mapped)
    if settings.tables:
        raise UserError(f"'{config}' names tables of a catalog, and only files can be prepared: leave [tables] out.")
    scope = scope_of(load_policies(private=policies or settings.policy_folder))
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locks.preparing(out):
            for left in out.glob(f"{_ASIDE}*"):
                shutil.rmtree(left, ignore_errors=True)
            with tempfile.TemporaryDirectory(prefix=_ASIDE, dir=out) as aside:
                work = _Work(data, out, Path(aside), scope, is_thorough, memory_limit, progress)
                record = work.run(found, mapped, config)
                _settle(record, out, Path(aside), config)
    except OSError as fault:
        raise unwritten(out, fault) from None
    return [
        Done(
            name,
            len(files),
            sum(kept.name in work.read.get(name, ()) for kept in files),
            sum(kept.n_rows for kept in files),
            sum(kept.n_kept for kept in files),
        )
        for name, files in record.tables.items()
    ]


def _refuse(data: Path, out: Path) -> None:
    if is_lake(data):
        raise UserError(f"'{data}' holds prepared extracts: name the folder of the extracts themselves.")
    if out.exists() and not out.is_dir():
        raise UserError(f"--out '{out}' is a file: name a folder, which is made where it is not there.")
    there, place = data.resolve(), out.resolve()
    if place == there or place in there.parents or any(place.is_relative_to(there / name) for name in TABLES):
        raise UserError(f"--out '{out}' must be a folder of its own, not that of the extracts.")
    if out.exists() and not is_lake(out) and any(not path.name.startswith(".") for path in out.iterdir()):
        raise UserError(f"--out '{out}' holds other files: name an empty folder, or one that um prepare has written.")
    if (out / FILE).exists():
        _refuse_foreign(out)


def _refuse_foreign(out: Path) -> None:
    """A record that isn't ours stays untouched; a damaged one of ours is made anew."""
    try:
        content = json.loads((out / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return
    if not isinstance(content, dict) or content.get("product") != "um-analytics":
        raise UserError(f"--out '{out}' holds another tool's {FILE}: name an empty folder.")


class _Work:
    """One preparation: what is known from the earlier one, and what was read anew."""

    def __init__(
        self,
        data: Path,
        out: Path,
        aside: Path,
        scope: Scope,
        is_thorough: bool,
        memory_limit: str | None,
        progress: Callable[[str], None],
    ) -> None:
        self.data, self.out, self.aside, self.progress = data, out, aside, progress
        self.is_thorough, self.memory_limit = is_thorough, memory_limit
        self.scope = scope
        self.read: dict[str, list[str]] = {}
        self._by_name: dict[str, Kept] = {}
        self._by_key: dict[str, Kept] = {}
        earlier = _earlier(out)
        if earlier and earlier.scope.reading == self.scope.reading and not earlier.scope.missing(self.scope):
            self.scope = earlier.scope
            for kept in (kept for files in earlier.tables.values() for kept in files):
                self._by_name[kept.name] = self._by_key[kept.key] = kept

    def run(self, found: Mapping[str, tuple[Path, ...]], mapped: Mapping[str, Source], config: Path | None) -> Record:
        """The record of the lake as it is to be; pieces that are new wait aside."""
        tables = {name: self._table(name, files) for name, files in found.items()}
        tables |= {name: self._mapped(source) for name, source in mapped.items()}
        mark = seen_again(config, None) if config else None
        return Record(str(self.data.resolve()), self.scope, mark, tables)

    def _table(self, name: str, files: tuple[Path, ...]) -> tuple[Kept, ...]:
        self.progress(f"looking at {name}")
        known: dict[Path, Kept] = {}
        marks: dict[Path, Fingerprint] = {}
        for path in files:
            called = str(path.relative_to(self.data))
            before = self._by_name.get(called)
            marks[path] = seen_again(path, before.file if before else None, is_thorough=self.is_thorough)
            kept = self._by_key.get(_key(name, path, self.data, files, marks[path]))
            if kept and self._is_whole(kept):
                known[path] = replace(kept, name=called, file=marks[path])
        new = tuple(path for path in files if path not in known)
        columns = stored_columns(self.data, files, new) if new else {}
        columns |= {path: kept.columns for path, kept in known.items()}
        source = described_source(TABLES[name], self.data, {path: columns[path] for path in files})
        for place, path in enumerate(new, 1):
            self.progress(f"reading {path.relative_to(self.data)} ({place} of {len(new)})")
            key = _key(name, path, self.data, files, marks[path])
            called = str(path.relative_to(self.data))
            known[path] = self._read(_single(source, path), called, marks[path], key, columns[path])
        return tuple(known[path] for path in files)

    def _mapped(self, source: Source) -> tuple[Kept, ...]:
        """What is kept of files in foreign columns: under our names, in our words."""
        self.progress(f"looking at {source.table.name}")
        done = []
        for part in source.parts:
            for path, called in zip(part.files, part.origin, strict=True):
                before = self._by_name.get(called)
                mark = seen_again(path, before.file if before else None, is_thorough=self.is_thorough)
                key = _key(source.table.name, path, self.data, (), mark, layout_of(part))
                kept = self._by_key.get(key)
                if kept and self._is_whole(kept):
                    done.append(replace(kept, name=called, file=mark))
                else:
                    self.progress(f"reading {called}")
                    single = replace(part, files=(path,), parts=())
                    done.append(self._read(single, called, mark, key, named_columns(part)))
        return tuple(done)

    def _is_whole(self, kept: Kept) -> bool:
        for piece in kept.pieces:
            path = self.aside / piece.name if (self.aside / piece.name).is_file() else self.out / piece.name
            if not path.is_file() or digest_of(path) != piece.digest:
                return False
        return True

    def _read(
        self, source: Source, name: str, mark: Fingerprint, key: str, columns: tuple[tuple[str, str], ...]
    ) -> Kept:
        path, table = source.files[0], source.table.name
        folder = self.aside / PARTS / table
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        engine = Engine(self.memory_limit)
        try:
            load_scope(engine, self.scope)
            with tempfile.TemporaryDirectory(dir=self.aside) as made:
                written = keep(engine, source, Path(made))
                rows = _placed(written.rows, folder / f"{key}.parquet", self.aside)
                rest = _placed(written.rest, folder / f"{key}.rest.parquet", self.aside) if written.rest else None
        finally:
            engine.close()
        if mark_of(path) != mark.mark:
            raise UserError(f"'{path.name}' was changed while it was read: prepare it again when it is complete.")
        self.read.setdefault(table, []).append(name)
        kept = Kept(
            name,
            mark,
            key,
            columns,
            written.kept_columns,
            written.n_rows,
            written.n_kept,
            rows,
            rest,
            written.n_left_out,
        )
        self._by_key[key] = kept
        return kept


def _earlier(out: Path) -> Record | None:
    try:
        return read_record(out)
    except UserError:
        return None


def _key(
    table: str, path: Path, data: Path, files: tuple[Path, ...], mark: Fingerprint, layout: str | None = None
) -> str:
    """What decides what is kept of a file: its content, the table, how it is stored, and folders like `year=2025`.

    layout: how the file is mapped, where it is.
    """
    folders = [part for file in files for part in file.relative_to(data).parts[:-1] if "=" in part]
    values = [part for part in path.absolute().parts[:-1] if "=" in part] if folders else []
    kind = "parquet" if path.suffix == ".parquet" else path.suffix
    decides = [table, kind, values, mark.digest, *([layout] if layout else [])]
    return hashlib.sha256(json.dumps(decides).encode()).hexdigest()[:24]


def _single(source: Source, path: Path) -> Source:
    """One file of a source, with the columns of its own."""
    part = next((part for part in source.parts if path in part.files), source)
    return replace(part, files=(path,), parts=())


def _placed(made: Path, place: Path, aside: Path) -> Piece:
    os.replace(made, place)
    return Piece(str(place.relative_to(aside)), digest_of(place))


def _settle(record: Record, out: Path, aside: Path, config: Path | None) -> None:
    """Move new pieces in, then the record over the earlier one: until then that one, and all it names, is whole."""
    for name in record.pieces:
        if (aside / name).exists():
            place = out / name
            for folder in reversed(place.parents[: len(Path(name).parts) - 1]):
                folder.mkdir(mode=0o700, exist_ok=True)
            os.replace(aside / name, place)
    write_record(record, aside / FILE)
    if config is not None:
        (aside / CONFIG).touch(mode=0o600)
        shutil.copyfile(config, aside / CONFIG)
        if record.config is None or digest_of(aside / CONFIG) != record.config.digest:
            raise UserError(f"'{config}' was changed while the extracts were prepared: prepare them again.")
    os.replace(aside / FILE, out / FILE)
    if config is not None:
        os.replace(aside / CONFIG, out / CONFIG)
    else:
        (out / CONFIG).unlink(missing_ok=True)
    with locks.nobody_reads(out) as is_free:
        if is_free:
            for path in (out / PARTS).rglob("*.parquet"):
                if str(path.relative_to(out)) not in record.pieces:
                    path.unlink(missing_ok=True)
