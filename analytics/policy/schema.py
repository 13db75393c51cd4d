"""The policy language as JSON Schema (draft 2020-12), for editors: generated from the shapes, never written by hand.

A schema can't say everything: that a name is another part's, that a code's last digit checks, that versions stand in
order. `um policy check` says those. What the schema refuses, the loader refuses too.
"""

from collections.abc import Mapping
from typing import Any

from analytics.policy import codes
from analytics.policy.language import SHAPES
from analytics.policy.shape import Case, Choice, Field, Shape

Schema = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_FILLED: Schema = {"type": "string", "pattern": r"\S"}
_NODE: Schema = {"anyOf": [_FILLED, {"$ref": "#/$defs/tree"}]}
_TEST: Schema = {
    "if": {"required": ["fact"]},
    "then": {"$ref": "#/$defs/fact_test"},
    "else": {"$ref": "#/$defs/rule"},
    "type": "object",
}


def json_schema() -> Schema:
    """The schema of a policy file. TOML's dates are texts of the form 2024-02-16 in it."""
    return {
        "$schema": DRAFT,
        "title": "A drug policy of um-analytics",
        **_table(SHAPES["policy"]),
        "$defs": {name: _table(shape) for name, shape in SHAPES.items() if name != "policy"},
    }


def _table(shape: Shape) -> Schema:
    schema: Schema = {
        "description": shape.says,
        "type": "object",
        "properties": {key: {"description": field.says, **_value(field)} for key, field in shape.fields.items()},
        "required": [key for key, field in shape.fields.items() if field.required],
        "additionalProperties": False,
    }
    conditions = [_choice(choice) for choice in shape.choices] + [_case(case) for case in shape.cases]
    if shape.pairs:
        schema["dependentRequired"] = {one: [other] for pair in shape.pairs for one, other in (pair, pair[::-1])}
    return {**schema, "allOf": conditions} if conditions else schema


def _choice(choice: Choice) -> Schema:
    return {"oneOf": [_any_of(group) for group in choice.groups()]}


def _any_of(keys: tuple[str, ...]) -> Schema:
    return {"anyOf": [{"required": [key]} for key in keys]}


def _case(case: Case) -> Schema:
    then: Schema = {"required": list(case.needs)}
    if case.unless:
        then = {"anyOf": [then, {"required": [case.unless]}]}
    if case.bars:
        then["not"] = _any_of(case.bars)
    met = {"properties": {case.key: {"enum": list(case.words)}}, "required": [case.key]}
    return {"if": met, "then": then}


def _value(field: Field) -> Schema:
    simple: Mapping[str, Schema] = {
        "word": {"enum": list(field.words)},
        "boolean": {"type": "boolean"},
        "day": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
        "texts": {"type": "array", "items": _text(field), "minItems": field.at_least},
        "table": {"$ref": f"#/$defs/{field.of}"},
        "tables": {"type": "array", "items": {"$ref": f"#/$defs/{field.of}"}, "minItems": field.at_least},
        "named": {"type": "object", "additionalProperties": {"$ref": f"#/$defs/{field.of}"}},
        "test": _TEST,
        "tests": {"type": "array", "items": _TEST, "minItems": field.at_least},
        "nodes": {"type": "array", "items": _NODE, "minItems": 1},
        "words": {"type": "object", "additionalProperties": {"enum": list(field.words)}},
        "wholes": {"type": "object", "additionalProperties": _number(field, "integer")},
        "facts": {"type": "object", "additionalProperties": {"anyOf": [_FILLED, {"type": "number"}]}},
    }
    if field.kind in ("number", "whole"):
        return _number(field, "number" if field.kind == "number" else "integer")
    return _text(field) if field.kind == "text" else simple[field.kind]


def _text(field: Field) -> Schema:
    """A text that is not empty, or a code of its system."""
    if not field.system:
        return _FILLED
    return {"type": "string", "pattern": rf"^\s*({codes.SYSTEMS[field.system][0].pattern})\s*$"}


def _number(field: Field, kind: str) -> Schema:
    least = field.least or "0"
    bound = "exclusiveMinimum" if least.startswith(">") else "minimum"
    most = {} if field.most is None else {"maximum": _plain(field.most)}
    return {"type": kind, bound: _plain(least.lstrip(">")), **most}


def _plain(number: str) -> int | float:
    return int(number) if number.lstrip("-").isdigit() else float(number)
