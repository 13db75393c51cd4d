"""Presets that fit: a file is recognised by the columns that a preset's source reads, or the resources of FHIR."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from analytics.extracts.schema import TABLES
from analytics.mapping.expressions import columns_of
from analytics.mapping.places import files_of
from analytics.mapping.presets import FOLDER, preset_names
from analytics.mapping.proposing.looking import Looked

# Of the columns that a preset reads under their own names, so many must be there.
_SHARE = 0.8


@dataclass(frozen=True)
class Offer:
    """A preset's source.

    foreign: the columns that it reads and that aren't ours, each with those that may stand for it.
    own: our required columns that it reads under our names.
    """

    preset: str
    table: str
    name: str
    paths: tuple[str, ...]
    foreign: tuple[frozenset[str], ...]
    own: frozenset[str]
    resources: frozenset[str]


@dataclass(frozen=True, eq=False)
class Recognised:
    """A file that a preset's source reads. is_found: the source's own paths name it."""

    looked: Looked
    offer: Offer
    is_found: bool


def recognised(looked: Looked, folder: Path) -> list[Recognised]:
    """The presets' sources that read a file: for FHIR each that finds its resources, else the one that fits best."""
    if looked.form == "fhir":
        fits = [offer for offer in offers() if offer.resources & looked.resources]
    else:
        best = max(offers(), key=lambda offer: _fit(offer, looked), default=None)
        fits = [best] if best is not None and _fit(best, looked) > 0 else []
    return [Recognised(looked, offer, set(looked.paths) <= set(files_of(folder, offer.paths))) for offer in fits]


def _fit(offer: Offer, looked: Looked) -> int:
    """How many foreign columns of a source a file has; 0 where it lacks too many, or one of ours that is required."""
    names = {name.strip().lower() for name in looked.names}
    found = sum(bool(several & names) for several in offer.foreign)
    if offer.resources or not offer.own <= names or found < max(1.0, _SHARE * len(offer.foreign)):
        return 0
    return found


def takes(offer: Offer, looked: Looked, folder: Path) -> bool:
    """Whether a source without columns of its own layout names a file, and finds our required columns there."""
    names = {name.strip().lower() for name in looked.names}
    is_plain = not offer.foreign and not offer.resources and offer.own <= names
    return is_plain and set(looked.paths) <= set(files_of(folder, offer.paths))


@cache
def offers() -> tuple[Offer, ...]:
    """Every source of every preset."""
    found = []
    for preset in preset_names():
        content = tomllib.loads((FOLDER / f"{preset}.toml").read_text(encoding="utf-8"))
        for table, raws in content.get("source", {}).items():
            found += [_offer(preset, table, raw) for raw in raws]
    return tuple(found)


@cache
def settings(preset: str) -> dict[str, dict[str, str]]:
    """A preset's settings: name -> its default and what it is about."""
    found: dict[str, dict[str, str]] = tomllib.loads((FOLDER / f"{preset}.toml").read_text(encoding="utf-8")).get(
        "settings", {}
    )
    return found


def _offer(preset: str, table: str, raw: Mapping[str, Any]) -> Offer:
    ours, columns = set(TABLES[table].names), raw.get("columns", {})
    read = [names for given in columns.values() for names in _names(given)]
    read += [frozenset({name.lower()}) for name in columns_of(raw.get("keep", "''"))]
    own = {column.name for column in TABLES[table].columns if column.required} - columns.keys()
    paths = raw.get("path", [])
    return Offer(
        preset,
        table,
        raw["name"],
        (paths,) if isinstance(paths, str) else tuple(paths),
        tuple(dict.fromkeys(names for names in read if not names & ours)),
        frozenset(own - {"claim_line_start_date"}),
        frozenset(_resources(raw)) if raw.get("format") == "fhir" else frozenset(),
    )


def _names(given: Any) -> list[frozenset[str]]:
    """What a column is read from: for each name, those of which a file has one."""
    if isinstance(given, str):
        return [frozenset({given.lower()})]
    if not isinstance(given, dict):
        return []
    if "expression" in given:
        return [frozenset({name.lower()}) for name in columns_of(given["expression"])]
    named = given.get("column", [])
    several = frozenset(name.lower() for name in ([named] if isinstance(named, str) else named))
    return [several] if several else []


def _resources(raw: Any) -> Iterator[str]:
    """The kinds of resource that a source of FHIR reads, wherever in it they stand."""
    if isinstance(raw, dict):
        if isinstance(raw.get("resource"), str):
            yield raw["resource"]
        for part in raw.values():
            yield from _resources(part)
    elif isinstance(raw, list):
        for part in raw:
            yield from _resources(part)
