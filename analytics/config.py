"""The run's configuration, `um.toml`: which payer goes by which policy, and the few numbers that a plan may set."""

import re
import tomllib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analytics.errors import UserError, nearest
from analytics.extracts.schema import TABLES

if TYPE_CHECKING:
    from analytics.mapping.model import Layout

# Every key that a configuration may hold: table -> key -> what its value is, in words.
KEYS: dict[str, dict[str, str]] = {
    "dosing": {
        "bsa_smallest_m2": "a number of square metres, like 1.2",
        "bsa_largest_m2": "a number of square metres, like 2.71",
        "weight_smallest_kg": "a number of kilograms, like 35",
        "weight_largest_kg": "a number of kilograms, like 140",
    },
    "gate": {"max_quarantined_percent": "a number from 0 to 100, like 5"},
    "report": {
        "plan": "the plan's name, as text",
        "fewest_people": "a whole number from 3 to 1000, like 11: counts of fewer people are not published",
    },
    "targets": {
        "caps_kept_percent": "a number from 0 to 100, like 95: at least so much of the judged administrations",
        "approved_percent": "a number from 0 to 100, like 80: at least so much of the decided requests, at first",
        "approved_in_the_end_percent": "a number from 0 to 100, like 85: the same after appeals",
        "retained_percent": "a number from 0 to 100, like 70: at least so much of the approvals on therapy",
        "units_over_percent": "a number from 0 to 100, like 2: at most so much of the units billed",
    },
}


@dataclass(frozen=True)
class Config:
    """policies: payer -> policy id, with "*" for every other payer. BSA in m²; weight in kg; the gate's
    limit in percent of rows.

    tables: input table -> its name in a Spark catalog. layout: how extracts in foreign columns are mapped.
    policy_folder: a folder of private policies.
    thresholds, severities: by an expectation's id, in place of the catalogue's own. targets: what the headline figures
    of the page are held against, in percent, by key. fewest_people: a count of fewer is not published.
    """

    policies: dict[str, str] = field(default_factory=dict)
    tables: dict[str, str] = field(default_factory=dict)
    layout: "Layout | None" = None
    policy_folder: Path | None = None
    bsa_smallest_m2: float = 1.2
    bsa_largest_m2: float = 2.71
    weight_smallest_kg: float = 35.0
    weight_largest_kg: float = 140.0
    max_quarantined_percent: float = 5.0
    thresholds: dict[str, float] = field(default_factory=dict)
    severities: dict[str, str] = field(default_factory=dict)
    plan: str | None = None
    targets: dict[str, float] = field(default_factory=dict)
    fewest_people: int = 11


def strict_date(word: str) -> date:
    """A date written YYYY-MM-DD, and in no other way; `ValueError` for anything else."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", word):
        raise ValueError(word)
    return date.fromisoformat(word)


def given_day(given: date | str, what: str) -> date:
    """A date, or a text like 2025-12-31. `UserError` that names `what` for any other."""
    if isinstance(given, date):
        return given
    try:
        return strict_date(given)
    except (TypeError, ValueError):
        raise UserError(f"{what} is '{given}', but must be a date like 2025-12-31.") from None


def read_config(path: Path | None) -> Config:
    """The configuration of a file; the defaults without one. `UserError` names the key at fault."""
    if path is None:
        return Config()
    try:
        text = path.read_text(encoding="utf-8-sig")
        content = tomllib.loads(text)
    except FileNotFoundError:
        raise UserError(f"There is no configuration file '{path}'.") from None
    except (OSError, UnicodeDecodeError) as fault:
        raise UserError(f"The configuration '{path}' can't be read: {fault}.") from None
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        raise UserError(f"The configuration '{path.name}' is not valid TOML: {fault}.") from None
    return _checked(path, text, content)


def _checked(path: Path, text: str, content: dict[str, Any]) -> Config:
    name = path.name
    values: dict[str, Any] = {}
    if {"source", "presets"} & content.keys():
        # What reads it isn't loaded where nothing is mapped.
        from analytics.mapping.reading import read_layout

        values["layout"] = read_layout(name, text, content)
    if "policy_folder" in content:
        values["policy_folder"] = path.parent / _folder(name, content.pop("policy_folder"))
    for section, keys in content.items():
        known = ["policies", "source", "presets", "tables", "thresholds", "severities", *KEYS]
        if section in ("source", "presets"):
            continue
        if section not in known:
            raise UserError(
                f"'{name}' has an unknown table [{section}]{nearest(section, known)}: "
                f"it may hold {', '.join(f'[{key}]' for key in known)}."
            )
        if not isinstance(keys, dict):
            more = ' (a folder of private policies is policy_folder = "…")' if section == "policies" else ""
            raise UserError(f"'{name}': {section} must be a table, written [{section}]{more}.")
        if section == "policies":
            values["policies"] = _policies(name, keys)
        elif section == "tables":
            values["tables"] = _tables(name, keys)
        elif section in ("thresholds", "severities"):
            # Whether such expectations exist, and what they may be set to, the gate's catalogue knows.
            values[section] = _flat(section, keys)
        elif section == "targets":
            values["targets"] = {key: _value(name, section, key, value) for key, value in keys.items()}
        else:
            for key, value in keys.items():
                values[key] = _value(name, section, key, value)
    config = Config(**values)
    if config.bsa_smallest_m2 > config.bsa_largest_m2:
        raise UserError(f"'{name}': dosing.bsa_smallest_m2 is greater than dosing.bsa_largest_m2.")
    if config.weight_smallest_kg > config.weight_largest_kg:
        raise UserError(f"'{name}': dosing.weight_smallest_kg is greater than dosing.weight_largest_kg.")
    return config


def _folder(name: str, given: Any) -> str:
    if not isinstance(given, str) or not given.strip():
        raise UserError(f"'{name}': policy_folder is {given!r}, but must be a folder's name, as text.")
    return given


def _policies(name: str, keys: dict[str, Any]) -> dict[str, str]:
    for payer, policy in keys.items():
        if not isinstance(policy, str):
            raise UserError(f"'{name}': policies.\"{payer}\" is {policy!r}, but must be a policy's id, as text.")
    payers = [payer.strip() for payer in keys]
    for payer in payers:
        if not payer or payers.count(payer) > 1:
            raise UserError(f"'{name}': [policies] names the payer '{payer}' {'twice' if payer else 'without a name'}.")
    return dict(zip(payers, keys.values(), strict=True))


def _tables(name: str, keys: dict[str, Any]) -> dict[str, str]:
    for table, value in keys.items():
        if table not in TABLES:
            raise UserError(
                f"'{name}': [tables] names '{table}', which is no input table{nearest(table, list(TABLES))}."
            )
        if not isinstance(value, str) or not value.strip():
            raise UserError(f"'{name}': tables.{table} is {value!r}, but must be a table's name, like main.um.claims.")
    return {table: value.strip() for table, value in keys.items()}


def _flat(section: str, keys: dict[str, Any], before: str = "") -> dict[str, Any]:
    """Expectation ids hold dots: written without quotes they arrive as nested tables."""
    found: dict[str, Any] = {}
    for key, value in keys.items():
        if isinstance(value, dict):
            found.update(_flat(section, value, f"{before}{key}."))
        else:
            found[before + key] = value
    return found


def _value(name: str, section: str, key: str, value: Any) -> Any:
    if key not in KEYS[section]:
        known = list(KEYS[section])
        raise UserError(
            f"'{name}' has an unknown key {section}.{key}{nearest(key, known)}: "
            f"[{section}] may hold {', '.join(known)}."
        )
    words = KEYS[section][key]
    fault = UserError(f"'{name}': {section}.{key} is {value!r}, but must be {words}.")
    if key == "plan":
        if not isinstance(value, str) or not value.strip():
            raise fault
        return value.strip()
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise fault
    if key == "fewest_people":
        if not isinstance(value, int) or not 3 <= value <= 1000:
            raise fault
        return value
    if section in ("gate", "targets") and not 0 <= value <= 100:
        raise fault
    least, most = (2, 400) if key.startswith("weight") else (0.5, 6)
    if section == "dosing" and not least <= value <= most:
        raise fault
    return float(value)
