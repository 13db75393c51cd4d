"""The record of a prepared extract: what it was prepared from, for which codes, and which parts it consists of.

It is one JSON file, written last and moved into place: a part that it doesn't name is nobody's.
"""

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from analytics.errors import UserError
from analytics.extracts.schema import TABLES
from analytics.lake.marks import Fingerprint, Mark
from analytics.room import private

FILE = "prepared.json"
PARTS = "parts"
CONFIG = "um.toml"
LAYOUT = 1
_KIND = "prepared extracts"
_PRODUCT = "um-analytics"


@dataclass(frozen=True)
class Piece:
    """A file of the lake, as the lake's folder names it, with the digest of its content."""

    name: str
    digest: str


@dataclass(frozen=True)
class Kept:
    """One file of an extract: its name in its folder, its fingerprint and columns, and what is kept of it.

    columns: as the file has them (name, type). key: by what the pieces are found again when the file has moved.
    kept_columns: the contract's columns in the piece `rows`, with their types. rest: the counts of the other rows.
    n_left_out: rows that are of no table, as a mapping's `keep` has it.
    """

    name: str
    file: Fingerprint
    key: str
    columns: tuple[tuple[str, str], ...]
    kept_columns: tuple[tuple[str, str], ...]
    n_rows: int
    n_kept: int
    rows: Piece
    rest: Piece | None
    n_left_out: int = 0

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Its files in the lake."""
        return (self.rows,) if self.rest is None else (self.rows, self.rest)


@dataclass(frozen=True)
class Scope:
    """The codes for which rows are kept, and a digest of the rules by which codes are read and rows are chosen."""

    reading: str
    policy_codes: tuple[str, ...]
    class_codes: tuple[str, ...]
    observation_codes: tuple[str, ...]

    def missing(self, asked: "Scope") -> list[str]:
        """The codes that are asked for and were not kept."""
        known = set(self.policy_codes)
        return sorted(
            {*asked.policy_codes} - known
            | ({*asked.class_codes} - known - {*self.class_codes})
            | ({*asked.observation_codes} - {*self.observation_codes})
        )


@dataclass(frozen=True)
class Record:
    """data: the folder of the extracts. config: the fingerprint of its um.toml, which the lake has a copy of."""

    data: str
    scope: Scope
    config: Fingerprint | None = None
    tables: dict[str, tuple[Kept, ...]] = field(default_factory=dict)

    @property
    def pieces(self) -> dict[str, Piece]:
        """Every file of the lake by name."""
        return {piece.name: piece for files in self.tables.values() for kept in files for piece in kept.pieces}


def is_lake(folder: Path) -> bool:
    """Whether a folder holds prepared extracts, whole or not."""
    return (folder / FILE).exists() or (folder / PARTS).is_dir()


def write_record(record: Record, path: Path) -> None:
    """Write a record with a digest of itself, for its owner alone."""
    content = {"product": _PRODUCT, "kind": _KIND, "layout": LAYOUT, **asdict(record)}
    content["digest"] = _digest(content)
    with os.fdopen(private(path), "w", encoding="utf-8") as stream:
        stream.write(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
        stream.flush()
        os.fsync(stream.fileno())


def read_record(folder: Path) -> Record:
    """The record of a lake. `UserError` where it is missing, damaged, or another tool's or version's."""
    path = folder / FILE
    again = "prepare it again with um prepare"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"The prepared extracts in '{folder}' have lost their record {FILE}: {again}.") from None
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise UserError(f"The record '{path}' of prepared extracts can't be read: {again}.") from None
    if not isinstance(content, dict) or (content.get("product"), content.get("kind")) != (_PRODUCT, _KIND):
        raise UserError(f"'{path}' is no record of um prepare: name a folder of extracts, or one that it has written.")
    if content.get("layout") != LAYOUT:
        raise UserError(
            f"The prepared extracts in '{folder}' have layout {content.get('layout')!r}; this version reads layout "
            f"{LAYOUT}: {again}."
        )
    damaged = UserError(f"The record '{path}' of prepared extracts is damaged: {again}.")
    if content.pop("digest", None) != _digest(content):
        raise damaged
    try:
        return _record(content)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise damaged from None


def _digest(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _record(content: dict[str, Any]) -> Record:
    scope = content["scope"]
    return Record(
        data=content["data"],
        scope=Scope(scope["reading"], *(tuple(scope[f"{name}_codes"]) for name in ("policy", "class", "observation"))),
        config=_fingerprint(content["config"]) if content["config"] else None,
        tables={
            name: tuple(_kept(file) for file in content["tables"][name]) for name in TABLES if name in content["tables"]
        },
    )


def _kept(content: dict[str, Any]) -> Kept:
    return Kept(
        name=content["name"],
        file=_fingerprint(content["file"]),
        key=content["key"],
        columns=_pairs(content["columns"]),
        kept_columns=_pairs(content["kept_columns"]),
        n_rows=content["n_rows"],
        n_kept=content["n_kept"],
        rows=Piece(**content["rows"]),
        rest=Piece(**content["rest"]) if content["rest"] else None,
        n_left_out=content.get("n_left_out", 0),
    )


def _pairs(content: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, kind) for name, kind in content)


def _fingerprint(content: dict[str, Any]) -> Fingerprint:
    return Fingerprint(Mark(*content["mark"]), content["is_settled"], content["digest"])
