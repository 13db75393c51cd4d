"""What names, words and gaps mean, from `presets/synonyms.toml`: data, to which plans' names can be added."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from analytics.mapping.presets import FOLDER

FILE: Path = FOLDER / "synonyms.toml"


@cache
def _known() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def plain(name: str) -> str:
    """A column's name as the file of synonyms writes names: `ICD_DGNS_CD01`, `icdDgnsCd1` -> `icd_dgns_cd_1`."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    name = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return re.sub(r"_?0*(\d+)$", r"_\1", name)


@cache
def meanings(table: str) -> dict[str, str]:
    """Names that mean a column of a table -> the column."""
    return {
        plain(name): column for column, names in _known()["means"].get(table, {}).items() for name in (column, *names)
    }


@cache
def guesses(table: str) -> dict[str, tuple[str, str]]:
    """Names that may mean a column of a table -> (the column, what else they may mean)."""
    return {
        plain(name): (column, given["because"])
        for column, given in _known()["may_mean"].get(table, {}).items()
        for name in given["names"]
    }


def lost_without(table: str, column: str | None = None) -> str | None:
    """What is lost without a table, or one of its columns; None where nothing to speak of is."""
    without = _known()["without"]
    found = without.get(table) if column is None else without["columns"].get(table, {}).get(column)
    return str(found) if found is not None else None


def _words() -> dict[str, dict[str, str]]:
    return {
        column: {word: meant for meant, words in given.items() for word in words}
        for column, given in _known()["words"].items()
    }


WORDS = _words()
