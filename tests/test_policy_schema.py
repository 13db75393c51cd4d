"""The JSON Schema and the loader say the same of the form of a file: of the shipped ones and of mutated ones."""

import copy
import random
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from analytics.policy.faults import Faults
from analytics.policy.form import examine
from analytics.policy.load import FOLDER
from analytics.policy.reader import Table
from analytics.policy.schema import json_schema

ROOT = Path(__file__).parent
FILES = sorted([*FOLDER.glob("*.toml"), *(ROOT / "policies").glob("*.toml")])
SCHEMA = json_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
#: What mutations put in the place of a value. No dates: TOML tells a date from a text, JSON does not.
ODD: tuple[Any, ...] = (
    "x",
    "",
    " ",
    0,
    -1,
    1,
    7,
    Decimal("2.5"),
    True,
    [],
    ["x"],
    [""],
    {},
    {"x": "y"},
)


def as_json(value: Any) -> Any:
    """A TOML value as JSON would hold it: dates are texts, decimals numbers."""
    if isinstance(value, dict):
        return {key: as_json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_json(inner) for inner in value]
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def form_faults(data: dict[str, Any]) -> list[str]:
    faults = Faults("x.toml", "")
    examine(Table(faults, (), data, "policy"))
    return faults.messages()


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) of a file, at any depth."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    found = []
    for key in keys:
        found.append((value, key))
        found += places(value[key])
    return found


def mutate(data: dict[str, Any], dice: random.Random) -> None:
    """One change: a value replaced, a key gone, a key added or renamed."""
    container, key = dice.choice(places(data))
    kind = dice.choice(("replace", "replace", "drop", "add", "rename", "borrow"))
    if kind == "replace" or isinstance(container, list):
        container[key] = copy.deepcopy(dice.choice(ODD))
    elif kind == "drop":
        del container[key]
    elif kind == "add":
        container["unheard_of"] = copy.deepcopy(dice.choice(ODD))
    elif kind == "rename":
        container[str(key) + "s"] = container.pop(key)
    else:
        other, name = dice.choice(places(data))
        if not isinstance(other, list) and not isinstance(other[name], date):
            container[name] = copy.deepcopy(other[name])


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_shipped_files_are_of_the_schema(file: Path) -> None:
    data = tomllib.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
    assert form_faults(data) == []
    assert [error.message for error in VALIDATOR.iter_errors(as_json(data))] == []


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_schema_and_loader_agree_on_mutated_files(file: Path) -> None:
    data = tomllib.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
    dice = random.Random(file.stem)
    refused = 0
    for _ in range(60):
        mutated = copy.deepcopy(data)
        mutate(mutated, dice)
        by_loader, by_schema = form_faults(mutated), VALIDATOR.is_valid(as_json(mutated))
        assert (not by_loader) == by_schema, (
            by_loader,
            [(list(error.absolute_path), error.message[:200]) for error in VALIDATOR.iter_errors(as_json(mutated))],
        )
        refused += bool(by_loader)
    assert 20 < refused < 60
