"""The small language of expressions: which nodes of the database's syntax tree a configuration may use, and where.

Held to it, an expression can't end a run: what would fail on a row, by what the row holds, is refused or made safe
(:mod:`analytics.mapping.expressions`).
"""

from collections.abc import Iterator, Mapping
from typing import Any

TEXT = (
    *("concat", "concat_ws", "lower", "upper", "trim", "ltrim", "rtrim", "left", "right", "substr", "substring"),
    *("replace", "lpad", "rpad", "split_part", "regexp_replace", "regexp_extract", "regexp_matches", "length"),
    *("nullif", "starts_with", "ends_with", "contains", "||", "~~", "!~~"),
)
ARITHMETIC = ("+", "-", "*", "/", "//", "%")
DIVISION = ("/", "//", "%")
# Text functions that are told how many characters, or which part.
COUNTED = ("left", "right", "substr", "substring", "lpad", "rpad", "split_part")
NUMBER = ("abs", "round", "floor", "ceil", "greatest", "least")
# Types of numbers that a cast may name.
WHOLE = {"TINYINT", "SMALLINT", "INTEGER", "INT", "BIGINT", "HUGEINT"}
NUMBERS = {*WHOLE, "DOUBLE", "FLOAT", "REAL", "DECIMAL", "NUMERIC"}
FUNCTIONS = tuple(name for name in (*TEXT, *NUMBER) if name.replace("_", "").isalpha())
_KNOWN = {*TEXT, *ARITHMETIC, *NUMBER}
_PATTERNS = ("regexp_replace", "regexp_extract", "regexp_matches")
_TRUE_OR_FALSE = ("regexp_matches", "starts_with", "ends_with", "contains", "~~", "!~~")
_OPERATORS = {
    *("OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL", "OPERATOR_NOT", "OPERATOR_COALESCE"),
    *("COMPARE_IN", "COMPARE_NOT_IN"),
}
_CLASSES = {"CONSTANT", "COLUMN_REF", "COMPARISON", "CONJUNCTION", "BETWEEN", "CASE"}


class Wrong(Exception):
    """What is wrong with an expression, as the end of a sentence."""


def nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every expression in a tree, its own first."""
    if isinstance(tree, dict):
        if "class" in tree and tree["class"] != "TYPE" and "type" in tree:
            yield tree
        for name, part in tree.items():
            if name != "cast_type":
                yield from nodes(part)
    elif isinstance(tree, list):
        for part in tree:
            yield from nodes(part)


def refuse(node: dict[str, Any]) -> None:
    """`Wrong` for a node that expressions don't have."""
    kind = node["class"]
    if kind == "FUNCTION":
        name = node["function_name"].lower()
        if name not in _KNOWN:
            raise Wrong(f"it uses {name}(), and may use only {', '.join(FUNCTIONS)}")
        # A pattern out of a row may be none, and its fault would show what the row holds.
        if name in _PATTERNS and any(part["class"] != "CONSTANT" for part in parts_of(node)[1:3]):
            raise Wrong(f"the pattern of {name}() must be a text, written as it is")
        if name in ("lpad", "rpad") and not _fills(parts_of(node)):
            raise Wrong(f"what {name}() fills with must be a text of its own, like '0'")
    elif kind == "OPERATOR":
        if node["type"] not in _OPERATORS:
            raise Wrong("it uses an operator that expressions don't have: use comparisons, arithmetic, case, in, like")
    elif kind not in (*_CLASSES, "CAST"):
        raise Wrong(f"it holds a {kind.lower().replace('_', ' ')}: it may use columns, literals, operators and case")


def _fills(parts: list[dict[str, Any]]) -> bool:
    return len(parts) == 3 and parts[2]["class"] == "CONSTANT" and bool(parts[2]["literal"]["text"])


def check_conditions(node: dict[str, Any], booleans: frozenset[str]) -> None:
    """`Wrong` where text or a number stands for true or false: `and`, `or`, `not`, `= true`, and after `case when`.

    booleans: the columns, in lower case, that are stored as true and false.
    """
    parts = parts_of(node)
    is_compared = node["class"] == "COMPARISON" or node["type"] in ("COMPARE_IN", "COMPARE_NOT_IN")
    is_with_truth = is_compared and any(gives_truth(part, booleans) and not _is_null(part) for part in parts)
    if is_with_truth or node["class"] == "CONJUNCTION" or node["type"] == "OPERATOR_NOT":
        conditions = parts
    elif node["class"] == "CASE":
        conditions = [check["when_expr"] for check in node["case_checks"]]
    else:
        conditions = []
    if not all(gives_truth(one, booleans) for one in conditions):
        named = {"CASE": "case when", "OPERATOR": "not", "CONJUNCTION": "and, or"}
        where = "true or false" if is_compared else named[node["class"]]
        raise Wrong(f"what stands with {where} must be true or false itself: compare it with a word, like COLUMN = 'Y'")


def _is_null(node: dict[str, Any]) -> bool:
    return bool(node["class"] == "CONSTANT" and node["literal"]["kind"] == "NULL_LITERAL")


def gives_truth(node: dict[str, Any], booleans: frozenset[str]) -> bool:
    """Whether a node gives true or false, whatever its columns hold."""
    kind = node["class"]
    if kind == "COLUMN_REF":
        return str(node["column_names"][-1]).lower() in booleans
    if kind == "FUNCTION":
        return node["function_name"].lower() in _TRUE_OR_FALSE
    if kind == "CONSTANT":
        return node["literal"]["kind"] in ("BOOLEAN", "NULL_LITERAL")
    if kind == "CAST":
        return type_of(node) in ("BOOLEAN", "BOOL")
    if kind == "CASE" or node["type"] == "OPERATOR_COALESCE":
        return all(gives_truth(part, booleans) for part in parts_of(node))
    return kind in ("COMPARISON", "CONJUNCTION", "BETWEEN") or node["type"] in _OPERATORS


def check_types(node: dict[str, Any], texts: frozenset[str]) -> None:
    """`Wrong` where text is compared with a date, or another type: the database would cast it, and fail on a row.

    texts: the columns, in lower case, that are stored as text. Those beside a number are read as numbers.
    """
    is_compared = node["class"] in ("COMPARISON", "BETWEEN") or node["type"] in ("COMPARE_IN", "COMPARE_NOT_IN")
    if not is_compared and node.get("function_name") != "nullif":
        return
    parts = parts_of(node)
    others = {type_of(part) for part in parts if part["class"] == "CAST"} - {"VARCHAR", "TEXT", "STRING"}
    if is_compared and others and others <= NUMBERS:
        parts = [part for part in parts if part["class"] != "COLUMN_REF"]
    if others and any(_gives_text(part, texts) for part in parts):
        raise Wrong(f"it compares text with {' and '.join(sorted(others))}: cast both to it")


def _gives_text(node: dict[str, Any], texts: frozenset[str]) -> bool:
    if node["class"] == "COLUMN_REF":
        return node["column_names"][-1].lower() in texts
    return node["class"] == "FUNCTION" and node["function_name"].lower() in {*TEXT} - {*_TRUE_OR_FALSE, "length"}


def type_of(cast: Mapping[str, Any]) -> str:
    """The type that a cast gives, in capitals."""
    return str(cast.get("type_expr", {}).get("type_name", "")).upper()


def parts_of(node: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a comparison, a function or an operator is made of; what a case gives."""
    if "arguments" in node:
        return [argument["expression"] for argument in node["arguments"]]
    if "children" in node:
        return list(node["children"])
    if "case_checks" in node:
        return [*(check["then_expr"] for check in node["case_checks"]), node["else_expr"]]
    return [node[name] for name in ("left", "right", "input", "lower", "upper") if name in node]


def set_parts(node: dict[str, Any], parts: list[dict[str, Any]]) -> None:
    """Put others in the place of what `parts_of` gives."""
    if "arguments" in node:
        node["arguments"] = [{**old, "expression": new} for old, new in zip(node["arguments"], parts, strict=True)]
    elif "children" in node:
        node["children"] = parts
    elif "case_checks" in node:
        checks = zip(node["case_checks"], parts[:-1], strict=True)
        node["case_checks"] = [{**check, "then_expr": new} for check, new in checks]
        node["else_expr"] = parts[-1]
    else:
        names = [name for name in ("left", "right", "input", "lower", "upper") if name in node]
        node.update(zip(names, parts, strict=True))
