"""What of a configuration maps foreign extracts, `[presets.…]` and `[[source.…]]`, read and checked as a whole."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from analytics.errors import nearest
from analytics.extracts.schema import TABLES
from analytics.mapping.model import Layout, TableSource
from analytics.mapping.presets import Preset, chosen_presets, laid_over
from analytics.mapping.reader import Reader
from analytics.policy.faults import Faults, KeyPath


def read_layout(file: str, text: str, content: Mapping[str, Any]) -> Layout:
    """The sources that a configuration names, those of its presets among them.

    `UserError` with all its faults at once.
    """
    faults = Faults(file, text, ("configuration", "configuration"))
    presets = chosen_presets(content.get("presets", {}), faults)
    own = _own_sources(content.get("source", {}), presets, faults)
    replaced = {source.table for source in own if not source.is_offered}
    amended = {source.name for source in own}
    offered = [
        Reader(preset.faults, table, path, is_offered=True).source(raw, f"{preset.name}.{raw['name']}")
        for preset in presets
        for table, path, raw in preset.sources
        if table not in replaced and f"{preset.name}.{raw['name']}" not in amended
    ]
    faults.check()
    for preset in presets:
        preset.faults.check()
    order = list(TABLES)
    return Layout(tuple(sorted([*own, *offered], key=lambda source: order.index(source.table))))


def _own_sources(given: Any, presets: list[Preset], faults: Faults) -> list[TableSource]:
    if not isinstance(given, dict):
        faults.add(("source",), "source is no table", "[[source.medical_claim]]")
        return []
    found = []
    for table, raws in given.items():
        if table not in TABLES:
            faults.add(("source", table), f"'{table}' is no input table{nearest(table, list(TABLES))}")
            continue
        several = isinstance(raws, list)
        for place, raw in enumerate(raws if several else [raws]):
            path: KeyPath = ("source", table, place) if several else ("source", table)
            if not isinstance(raw, dict):
                faults.add(path, "this is no table", f"[[source.{table}]]")
                continue
            name = str(raw.get("name", table if len(raws) == 1 or not several else f"{table} {place + 1}"))
            amends = raw.get("amends")
            if amends is None:
                found.append(Reader(faults, table, path).source(raw, name))
                continue
            known = {f"{p.name}.{r['name']}": r for p in presets for t, _, r in p.sources if t == table}
            if amends not in known:
                hint = nearest(str(amends), [*known]) if known else ""
                faults.add((*path, "amends"), f"there is no source '{amends}' of {table} in the presets chosen{hint}")
                continue
            given = raw.get("columns", {})
            raw = laid_over(known[amends], {key: value for key, value in raw.items() if key != "amends"})
            source = Reader(faults, table, path, is_offered=True).source(raw, amends)
            # A file may lack what a preset offers, and not what the configuration itself names.
            columns = {name: replace(reading, is_offered=name not in given) for name, reading in source.columns.items()}
            found.append(replace(source, columns=columns))
    return found
