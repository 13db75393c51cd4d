"""Presets: how a layout that many plans have is mapped, as a data file chosen by its name."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from analytics.errors import nearest
from analytics.mapping.model import FORMATS
from analytics.policy.faults import Faults, KeyPath

FOLDER = Path(__file__).parent.parent / "presets"


@dataclass(frozen=True)
class Preset:
    """A preset with its settings filled in. sources: (table, its place in the file, as it is written there)."""

    name: str
    faults: Faults
    sources: tuple[tuple[str, KeyPath, dict[str, Any]], ...]


@cache
def preset_names() -> tuple[str, ...]:
    """The presets that there are."""
    return tuple(
        sorted(path.stem for path in FOLDER.glob("*.toml") if "title" in tomllib.loads(path.read_text("utf-8")))
    )


def chosen_presets(given: Any, faults: Faults) -> list[Preset]:
    """The presets that a configuration names under `[presets.…]`, in its order."""
    if not isinstance(given, dict):
        faults.add(("presets",), "presets is no table", "[presets.tuva]")
        return []
    found = []
    for name, settings in given.items():
        at: KeyPath = ("presets", name)
        if name not in preset_names():
            faults.add(at, f"there is no preset '{name}'{nearest(name, preset_names())}", " or ".join(preset_names()))
        elif not isinstance(settings, dict):
            faults.add(at, "this is no table", f"[presets.{name}]")
        else:
            found.append(_preset(name, settings, faults, at))
    return found


def _preset(name: str, given: Mapping[str, Any], faults: Faults, at: KeyPath) -> Preset:
    text = (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    content = tomllib.loads(text)
    settings: dict[str, Any] = {}
    known = content.get("settings", {})
    for key, value in given.items():
        if key not in known:
            hint = nearest(key, [*known]) if known else ""
            faults.add((*at, key), f"the preset {name} has no setting '{key}'{hint}", " or ".join(known) or "none")
        elif not isinstance(value, str) or not value.strip():
            faults.add((*at, key), f"it is {value!r}", "a text")
    for key, about in known.items():
        settings[key] = given.get(key, about.get("default"))
        if settings[key] is None:
            faults.add(at, f"the preset {name} needs the setting {key}", f'{key} = "…" ({about["about"]})')
            settings[key] = "?"
    # What all sources of a format have in common is written once.
    common = {form: content.get(form, {}) for form in FORMATS}
    sources = tuple(
        (table, ("source", table, place), _filled({**common.get(raw.get("format"), {}), **raw}, settings))
        for table, raws in content.get("source", {}).items()
        for place, raw in enumerate(raws)
    )
    return Preset(name, Faults(f"preset {name}", text, ("preset", "preset")), sources)


def _filled(raw: Any, settings: Mapping[str, Any]) -> Any:
    """What a preset says, with the run's settings where it names them."""
    if isinstance(raw, dict):
        if raw.keys() >= {"setting"}:
            return {"constant": settings[raw["setting"]], **{k: v for k, v in raw.items() if k != "setting"}}
        return {key: _filled(value, settings) for key, value in raw.items()}
    return [_filled(one, settings) for one in raw] if isinstance(raw, list) else raw


def _over(preset: Any, own: Any) -> Any:
    """Tables within tables, key by key; anything else as the configuration has it."""
    if not isinstance(preset, dict) or not isinstance(own, dict):
        return own
    return {**preset, **{key: _over(preset.get(key), value) for key, value in own.items()}}


def laid_over(preset: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """A preset's source with what a configuration says of it: its keys stand, and its columns one by one."""
    merged = {**preset, **own}
    for key in ("columns", "paths"):
        if isinstance(preset.get(key), dict) and isinstance(own.get(key), dict):
            merged[key] = {**preset[key], **own[key]}
    for key in ("words", "lists", "parts"):
        if key in preset and key in own:
            merged[key] = _over(preset[key], own[key])
    if "connection" in own:
        merged.pop("path", None)
    return merged
