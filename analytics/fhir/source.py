"""What a source of format "fhir" says: of which resources, and by which paths, a table's rows are read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analytics.errors import UserError, nearest
from analytics.extracts.schema import TABLES
from analytics.fhir.functions import Known

# The keys of a source that only FHIR has.
KEYS = ("resource", "each", "when", "paths", "parts", "assemble")
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
    """A source of a table: its relations; `assemble` where SQL puts the table together out of them."""

    table: str
    name: str
    relations: tuple[Relation, ...]
    assemble: str | None = None


def known(preset: Mapping[str, Any], settings: Mapping[str, str], *changes: Mapping[str, Any]) -> Known:
    """What paths may name. preset, changes: tables `fhir` (a preset's, then the user's), with `lists` and `words`."""
    lists: dict[str, tuple[str, ...]] = {}
    words: dict[str, dict[str, str]] = {}
    for said in (preset, *changes):
        for key in said:
            if key not in ("lists", "words"):
                raise UserError(f"'fhir.{key}' is no key: [fhir.lists] and [fhir.words] can be given.")
        for name, listed in said.get("lists", {}).items():
            if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
                raise UserError(f"'fhir.lists.{name}' must be a list of text, like [\"http://loinc.org\"].")
            lists[name] = tuple(listed)
        for name, table in said.get("words", {}).items():
            if not isinstance(table, dict) or not all(isinstance(each, str) for each in table.values()):
                raise UserError(f"'fhir.words.{name}' must be a table of text, like A1 = \"approved\".")
            words.setdefault(name, {}).update({str(word).lower(): to for word, to in table.items()})
    return Known(settings, lists, words)


def fhir_source(table: str, name: str, said: Mapping[str, Any]) -> FhirSource:
    """A source from its keys in TOML; `UserError` names what is wrong with them. Paths are looked at by `flatten`."""
    for key in said:
        if key not in KEYS:
            raise UserError(f"The FHIR source '{name}' has the key '{key}', which there is not{nearest(key, KEYS)}.")
    assemble = said.get("assemble")
    if assemble is None:
        return FhirSource(table, name, (_relation(name, said, table, None),))
    if assemble not in ASSEMBLED or assemble != table:
        raise UserError(f"The FHIR source '{name}' has assemble = '{assemble}': only its own table can stand there.")
    parts = said.get("parts")
    if not isinstance(parts, list) or not parts:
        raise UserError(
            f"The FHIR source '{name}' has no parts: [[source.{table}.parts]] says what they are read from."
        )
    return FhirSource(table, name, tuple(_relation(name, part, None, part.get("name")) for part in parts), assemble)


def _relation(source: str, said: Mapping[str, Any], table: str | None, name: str | None) -> Relation:
    called = f"The FHIR source '{source}'" + (f", part '{name}'," if table is None else "")
    resource, each, when = said.get("resource"), said.get("each", ()), said.get("when")
    paths = said.get("paths")
    if not isinstance(resource, str) or not re.fullmatch(r"[A-Z]\w*", resource):
        raise UserError(f"{called} needs 'resource', a type of resource like \"ExplanationOfBenefit\".")
    each = (each,) if isinstance(each, str) else tuple(each)
    if not all(isinstance(path, str) for path in each):
        raise UserError(f"{called} has 'each' = {said['each']!r}: it must be a path, or a list of paths.")
    if when is not None and not isinstance(when, str):
        raise UserError(f"{called} has 'when' = {when!r}: it must be a condition, as text.")
    if not isinstance(paths, dict) or not paths or not all(isinstance(path, str) for path in paths.values()):
        raise UserError(f"{called} needs 'paths', a table of columns and the path of each.")
    if table is None and (not isinstance(name, str) or not _NAME.match(name)):
        raise UserError(f"{called} needs a 'name' in small letters, as its rows are put together by name.")
    return Relation(name or source, resource, each, when, _spread(called, paths, table))


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
            raise UserError(f"{called} has a path for '{column}', which {table} has not{nearest(column, names)}.")
        else:
            spread[column] = path
    return spread
