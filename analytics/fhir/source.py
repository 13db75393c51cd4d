"""What a source of format "fhir" says: of which resources, and by which paths, a table's rows are read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analytics.errors import UserError, nearest
from analytics.extracts.schema import TABLES
from analytics.fhir.functions import Known

# The keys of a source that only FHIR has.
KEYS = {
    "resource": "the kind of resource, like ExplanationOfBenefit",
    "each": "the path of what makes a row each, or a list of paths, each within what the one before gives",
    "when": "a condition on the row",
    "paths": "a table: a column of ours = a path in the resource",
    "assemble": "the table itself, where it is put together of parts",
    "parts": "a table: the name of a part = its resource, each, when and paths",
    "lists": "a table: a name = texts that paths may ask for, like code systems",
    "words": "a table: a name = a table of words and what they become",
    "settings": "a table: a name = a text that paths may ask for",
}
_OF_A_PART = ("resource", "each", "when", "paths")
# Tables that are put together out of several kinds of resources, by the files of sql/fhir.
ASSEMBLED = ("authorization", "clinical_answer")
_NAME = re.compile(r"[a-z][a-z0-9_]*$")


@dataclass(frozen=True)
class Relation:
    """Rows of one kind of resource: one for each element of `each` (the resource itself where there is none).

    each: paths, each taken from what the one before gives. when: which of these rows are read. paths: column -> path.
    """

    name: str
    resource: str
    each: tuple[str, ...]
    when: str | None
    paths: Mapping[str, str]


@dataclass(frozen=True)
class FhirSource:
    """A source of a table: its relations; `assemble` where SQL puts the table together out of them.

    known: what its paths may name. files: those whose resources are its rows (all, unless given).
    """

    table: str
    name: str
    relations: tuple[Relation, ...]
    known: Known
    assemble: str | None = None
    files: frozenset[Path] | None = None


def fhir_source(table: str, name: str, said: Mapping[str, Any], files: frozenset[Path] | None = None) -> FhirSource:
    """A source from its keys in TOML; `UserError` names what is wrong with them. Paths are looked at by `flatten`."""
    for key in said:
        if key not in KEYS:
            raise UserError(f"The FHIR source '{name}' has no use for the key '{key}'{nearest(key, [*KEYS])}.")
    for key in ("lists", "words", "settings", "paths", "parts"):
        if not isinstance(said.get(key, {}), dict):
            raise UserError(f"The FHIR source '{name}' has {key} = {said[key]!r}: {KEYS[key]} is needed.")
    assemble, known = said.get("assemble"), _known(name, said)
    if assemble is None:
        of_whole = {key: value for key, value in said.items() if key in _OF_A_PART}
        return FhirSource(
            table, name, (_relation(f"The FHIR source '{name}'", of_whole, table, name),), known, None, files
        )
    if assemble not in ASSEMBLED or assemble != table:
        raise UserError(f"The FHIR source '{name}' has assemble = '{assemble}': only its own table can stand there.")
    parts = said.get("parts")
    if not isinstance(parts, dict) or not parts or not all(isinstance(part, dict) for part in parts.values()):
        raise UserError(f"The FHIR source '{name}' has no parts: [source.{table}.parts.…] says what it is made of.")
    relations = []
    for part, of_part in parts.items():
        called = f"The FHIR source '{name}', part '{part}',"
        if not _NAME.match(part):
            raise UserError(f"{called} needs a name in small letters.")
        relations.append(_relation(called, of_part, None, part))
    return FhirSource(table, name, tuple(relations), known, assemble, files)


def _known(name: str, said: Mapping[str, Any]) -> Known:
    """What a source's paths may name."""
    lists, words, settings = (said.get(key, {}) for key in ("lists", "words", "settings"))
    for listed in lists.values():
        if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
            raise UserError(f"The FHIR source '{name}' has a list {listed!r}, which must hold texts and nothing else.")
    for table in words.values():
        if not isinstance(table, dict) or not all(isinstance(each, str) for each in table.values()):
            raise UserError(f"The FHIR source '{name}' has words {table!r}: a table like A1 = \"approved\" is needed.")
    return Known(
        # A preset's setting comes as the constant that it is.
        {key: value["constant"] if isinstance(value, dict) else str(value) for key, value in settings.items()},
        {key: tuple(listed) for key, listed in lists.items()},
        {key: {str(word).lower(): to for word, to in table.items()} for key, table in words.items()},
    )


def _relation(called: str, said: Mapping[str, Any], table: str | None, name: str) -> Relation:
    for key in said:
        if key not in _OF_A_PART:
            raise UserError(f"{called} has no use for the key '{key}'{nearest(key, _OF_A_PART)}.")
    resource, each, when = said.get("resource"), said.get("each", ()), said.get("when")
    paths = said.get("paths")
    if not isinstance(resource, str) or not re.fullmatch(r"[A-Z]\w*", resource):
        raise UserError(f"{called} needs 'resource', a type of resource like \"ExplanationOfBenefit\".")
    each = (each,) if isinstance(each, str) else each
    if not isinstance(each, list | tuple) or not all(isinstance(path, str) for path in each):
        raise UserError(f"{called} has each = {said['each']!r}: it must be a path, or a list of paths.")
    if when is not None and not isinstance(when, str):
        raise UserError(f"{called} has when = {when!r}: it must be a condition, as text.")
    if not isinstance(paths, dict) or not paths or not all(isinstance(path, str) for path in paths.values()):
        raise UserError(f"{called} needs 'paths', a table of columns and the path of each.")
    return Relation(name, resource, tuple(each), when, _spread(called, paths, table))


def _spread(called: str, paths: Mapping[str, str], table: str | None) -> dict[str, str]:
    """The paths by column; one for `diagnosis_code_*` stands for all of that stem, `[*]` being the place of each."""
    spread: dict[str, str] = {}
    names = TABLES[table].names if table else ()
    for column, path in paths.items():
        stem = column.removesuffix("*")
        columns = [name for name in names if name.startswith(stem) and name[len(stem) :].isdigit()]
        if column.endswith("*") and columns:
            for name in columns:
                spread[name] = path.replace("[*]", f"[{int(name[len(stem) :]) - 1}]")
        elif not _NAME.match(column) or (table and column not in names):
            hint = nearest(column, names) if names else ""
            raise UserError(f"{called} has a path for '{column}', which is no column{hint}.")
        else:
            spread[column] = path
    return spread
