"""Open a lake as the sources of a study: whole, of this version, for the codes that are asked for."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from analytics.config import Config, read_config
from analytics.errors import UserError
from analytics.extracts.files import Source, described_source, find_files
from analytics.extracts.rest import COUNTED
from analytics.extracts.schema import TABLES
from analytics.lake.locks import Reader
from analytics.lake.mapped import mapped_files
from analytics.lake.marks import digest_of, is_same
from analytics.lake.record import CONFIG, Kept, Record, read_record
from analytics.lake.scope import scope_of
from analytics.mapping.model import Layout
from analytics.policy import Policy


class Lake:
    """A lake that is being read. Its parts stay in place until it is closed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._reader = Reader(folder)
        try:
            self.record = read_record(folder)
            self._check_pieces()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let others clear away what is no longer needed."""
        self._reader.close()

    @property
    def _again(self) -> str:
        return f"run um prepare '{self.record.data}' --out '{self.folder}' again"

    def check(self, policies: Mapping[str, Policy]) -> None:
        """`UserError` where rows that the policies are about were not kept."""
        asked = scope_of(policies)
        if asked.reading != self.record.scope.reading:
            raise UserError(
                f"The prepared extracts in '{self.folder}' were made by a version that reads extracts otherwise: "
                f"{self._again}."
            )
        missing = self.record.scope.missing(asked)
        if missing:
            raise UserError(
                f"The policies name codes for which nothing was kept in '{self.folder}' ({', '.join(missing)}): "
                f"{self._again}."
            )

    def _check_pieces(self) -> None:
        for piece in self.record.pieces.values():
            path = self.folder / piece.name
            if not path.is_file():
                raise UserError(f"The prepared extracts in '{self.folder}' lack '{piece.name}': {self._again}.")
            if digest_of(path) != piece.digest:
                raise UserError(f"'{path}' is damaged: {self._again}.")

    def config_file(self) -> Path | None:
        """The copy of the extracts' um.toml. `UserError` where another stands in its place."""
        path, known = self.folder / CONFIG, self.record.config
        if path.is_file() != (known is not None) or (known is not None and digest_of(path) != known.digest):
            raise UserError(
                f"'{path}' is not the one that the extracts were prepared with: change that of '{self.record.data}' "
                f"and {self._again}, or name another with --config."
            )
        return path if known is not None else None

    def sources(self) -> dict[str, Source]:
        """The sources by table name: what is kept, under the names of the files that it was kept from."""
        return {name: self._source(name, files) for name, files in self.record.tables.items()}

    def _source(self, name: str, files: tuple[Kept, ...]) -> Source:
        table = TABLES[name]
        data = Path(self.record.data)
        # What the files themselves had: which of their columns nobody reads.
        before = described_source(table, data, {data / kept.name: kept.columns for kept in files})
        groups: dict[tuple[tuple[str, str], ...], list[Kept]] = {}
        for kept in files:
            groups.setdefault(kept.kept_columns, []).append(kept)
        parts = tuple(
            Source(
                table,
                tuple(self.folder / kept.rows.name for kept in group),
                "parquet",
                {column: (column, kind) for column, kind in columns},
                (),
                rest=tuple(self.folder / kept.rest.name for kept in group if kept.rest),
                n_left_out=sum(kept.n_left_out for kept in group),
            )
            for columns, group in groups.items()
        )
        paths = tuple(path for part in parts for path in part.files)
        columns = {column: kinds for part in parts for column, kinds in part.columns.items()}
        origin = tuple(kept.name for kept in files)
        return replace(before, files=paths, format="parquet", columns=columns, header=(), parts=parts, origin=origin)

    def refuse_if_counted(self, table: str) -> None:
        """`UserError` where some of a table's rows are not there, as they were only counted."""
        if table in COUNTED:
            raise UserError(
                f"Not all rows of {table} are kept in '{self.folder}', and those without a policy's code are only "
                f"counted: ask for them of the extracts themselves, in '{self.record.data}'."
            )

    def outdated(self, *, with_config: bool = True) -> str | None:
        """Whether the extracts have changed since they were prepared, in a sentence; None where they can't be seen."""
        changes = _changes(self.record, read_config(self.config_file()).layout, with_config)
        if not changes:
            return None
        more = f" and {len(changes) - 3} more" if len(changes) > 3 else ""
        return (
            f"The extracts in '{self.record.data}' have changed since they were prepared "
            f"({', '.join(changes[:3])}{more}): this is of the earlier ones; {self._again}."
        )


def config_beside(folder: Path, lake: Lake | None) -> tuple[Path | None, Config]:
    """The configuration beside the extracts, and its file. Private policies stay beside the extracts themselves."""
    if lake is None:
        beside = folder / CONFIG
        file = beside if beside.is_file() else None
        return file, read_config(file)
    file = lake.config_file()
    config = read_config(file)
    policies = config.policy_folder
    if policies is not None and policies.is_relative_to(folder):
        config = replace(config, policy_folder=Path(lake.record.data) / policies.relative_to(folder))
    return file, config


def _changes(record: Record, layout: Layout | None, with_config: bool) -> list[str]:
    data = Path(record.data)
    if not data.is_dir():
        return []
    try:
        own = find_files(data, elsewhere=layout.tables if layout else ())
        found = {str(path.relative_to(data)): path for files in own.values() for path in files}
        found |= mapped_files(layout, data)
        known = {kept.name: kept.file for files in record.tables.values() for kept in files}
        if with_config:
            found |= {CONFIG: data / CONFIG} if (data / CONFIG).is_file() else {}
            known |= {CONFIG: record.config} if record.config else {}
        gone = [f"{name} is gone" for name in known if name not in found]
        new = [f"{name} is new" for name in found if name not in known]
        other = [f"{name} is another" for name in known if name in found and not is_same(found[name], known[name])]
    except UserError as fault:
        return [str(fault).rstrip(".")]
    return gone + new + other
