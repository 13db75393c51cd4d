"""Simple expressions of a configuration: parsed by the database, held to a small language, and made safe to run.

An expression names columns of its file, literals, operators, `case` and a few functions. It can't fail on a row: casts
give null for what they can't read, and text in arithmetic is read as a number. Where that leaves nothing, `failed` says
so, and the row's own text is shown to who mends it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from analytics.errors import nearest
from analytics.extracts.rules import BLANK, Rule
from analytics.extracts.schema import Column

if TYPE_CHECKING:
    import duckdb

_TEXT = (
    *("concat", "concat_ws", "lower", "upper", "trim", "ltrim", "rtrim", "left", "right", "substr", "substring"),
    *("replace", "lpad", "rpad", "split_part", "regexp_replace", "regexp_extract", "regexp_matches", "length"),
    *("nullif", "starts_with", "ends_with", "contains", "||", "~~", "!~~"),
)
_ARITHMETIC = ("+", "-", "*", "/", "//", "%")
_DIVISION = ("/", "//", "%")
_DIVISION = ("/", "//", "%")
_NUMBER = ("abs", "round", "floor", "ceil", "greatest", "least")
FUNCTIONS = tuple(name for name in (*_TEXT, *_NUMBER) if name.replace("_", "").isalpha())
_KNOWN = {*_TEXT, *_ARITHMETIC, *_NUMBER}
_OPERATORS = {
    *("OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL", "OPERATOR_NOT", "OPERATOR_COALESCE"),
    *("COMPARE_IN", "COMPARE_NOT_IN"),
}
_CLASSES = {"CONSTANT", "COLUMN_REF", "COMPARISON", "CONJUNCTION", "BETWEEN", "CASE"}
# A column's name in lower case -> its own name, and its type as stored.
Stored = Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Expression:
    """value: the SQL of what it gives. failed: SQL of whether a value could not be read. columns: those it names."""

    value: str
    failed: str | None
    columns: tuple[str, ...]


class Wrong(Exception):
    """What is wrong with an expression, as the end of a sentence."""


def checked(text: str, stored: Mapping[str, str], blank: tuple[str, ...] = ()) -> Expression:
    """An expression over columns with their stored types; `Wrong` where it isn't one, or names what isn't there."""
    tree = _parsed(text)
    by_name = {name.lower(): (name, kind) for name, kind in stored.items()}
    columns = []
    for node in _nodes(tree):
        _refuse(node)
        if node["class"] == "COLUMN_REF":
            names = node["column_names"]
            if len(names) > 1 or names[0].lower() not in by_name:
                raise Wrong(
                    f"it names the column '{'.'.join(names)}', which is not there{nearest(names[0], [*stored])}"
                )
            columns.append(by_name[names[0].lower()][0])
    casts: list[str] = []
    made = _transformed(tree, by_name, blank, casts)
    return Expression(_sql(made), " or ".join(casts) or None, tuple(dict.fromkeys(columns)))


def columns_of(text: str) -> tuple[str, ...]:
    """The columns that an expression names; none where it can't be parsed."""
    try:
        return tuple(node["column_names"][-1] for node in _nodes(_parsed(text)) if node["class"] == "COLUMN_REF")
    except Wrong:
        return ()


def as_text(expression: Expression, column: Column) -> str:
    """The SQL of an expression's text: what it gives, or what its columns hold where they can't be read."""
    text = f"cast({expression.value} as varchar)"
    if expression.failed is None or not column.is_typed:
        return text
    held = ", ".join(f"cast({quoted(name)} as varchar)" for name in expression.columns)
    return (
        f"case when {expression.value} is null and ({expression.failed}) then concat_ws(' | ', {held}) else {text} end"
    )


def quoted(name: str) -> str:
    """A column's name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


@cache
def database() -> "duckdb.DuckDBPyConnection":
    import atexit

    import duckdb

    connection = duckdb.connect()
    atexit.register(connection.close)
    return connection


def _parsed(text: str) -> dict[str, Any]:
    with database().cursor() as connection:
        row = connection.execute("select json_serialize_sql(?)", [f"select (\n{text}\n)"]).fetchone()
    found: dict[str, Any] = json.loads(row[0]) if row else {"error": True}
    if found.get("error"):
        raise Wrong(f"it can't be read as an expression ({found.get('error_message', 'no SQL')})")
    chosen = found["statements"][0]["node"].get("select_list", [])
    if len(found["statements"]) != 1 or len(chosen) != 1:
        raise Wrong("it must be one expression")
    tree: dict[str, Any] = chosen[0]
    return tree


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every expression in a tree, its own first."""
    if isinstance(tree, dict):
        if "class" in tree and tree["class"] != "TYPE" and "type" in tree:
            yield tree
        for name, part in tree.items():
            if name != "cast_type":
                yield from _nodes(part)
    elif isinstance(tree, list):
        for part in tree:
            yield from _nodes(part)


def _refuse(node: dict[str, Any]) -> None:
    kind = node["class"]
    if kind == "FUNCTION":
        name = node["function_name"].lower()
        if name not in _KNOWN:
            raise Wrong(f"it uses {name}(), and may use only {', '.join(FUNCTIONS)}")
    elif kind == "OPERATOR":
        if node["type"] not in _OPERATORS:
            raise Wrong("it uses an operator that expressions don't have: use comparisons, arithmetic, case, in, like")
    elif kind not in (*_CLASSES, "CAST"):
        raise Wrong(f"it holds a {kind.lower().replace('_', ' ')}: it may use columns, literals, operators and case")


def _transformed(node: Any, stored: Stored, blank: tuple[str, ...], casts: list[str]) -> Any:
    """The tree with columns trimmed, casts that can't fail, and text read as numbers where it is reckoned with."""
    if isinstance(node, list):
        return [_transformed(part, stored, blank, casts) for part in node]
    if not isinstance(node, dict):
        return node
    if node.get("class") == "COLUMN_REF":
        return _trimmed(node, stored, blank)
    made = {
        name: part if name == "cast_type" else _transformed(part, stored, blank, casts) for name, part in node.items()
    }
    if node.get("class") == "CAST":
        made["try_cast"] = True
        _note_cast(made, casts)
    elif _reckons(node):
        pairs = zip(_parts(node), _parts(made), strict=True)
        _set_parts(made, [_number(old, new, stored, casts) for old, new in pairs])
        if node.get("function_name") in _ARITHMETIC:
            _make_safe(made, casts)
    return made


def _make_safe(node: dict[str, Any], casts: list[str]) -> None:
    """Arithmetic that ends no run: in doubles, which don't overflow, and null where it would divide by zero."""
    parts = _parts(node)
    if not any(part.get("class") == "CAST" and _is_day(part) for part in parts):
        parts = [_parsed(f"cast({_sql(part)} as double)") if part.get("class") == "CAST" else part for part in parts]
    if node["function_name"] in _DIVISION and len(parts) == 2:
        divisor = _sql(parts[1])
        casts.append(f"coalesce({divisor} = 0, false)")
        parts[1] = _parsed(f"nullif({divisor}, 0)")
    _set_parts(node, parts)


def _is_day(cast: dict[str, Any]) -> bool:
    return any(word in _sql(cast).upper() for word in (" AS DATE)", " AS TIMESTAMP)"))


def _parts(node: dict[str, Any]) -> list[dict[str, Any]]:
    """What a comparison, a function or an operator is made of."""
    if "arguments" in node:
        return [argument["expression"] for argument in node["arguments"]]
    if "children" in node:
        return list(node["children"])
    if "case_checks" in node:
        return [*(check["then_expr"] for check in node["case_checks"]), node["else_expr"]]
    return [node[name] for name in ("left", "right", "input", "lower", "upper") if name in node]


def _set_parts(node: dict[str, Any], parts: list[dict[str, Any]]) -> None:
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


def _reckons(node: dict[str, Any]) -> bool:
    """Whether what it is made of are numbers: arithmetic, or a comparison or a choice with a number among the rest."""
    kind = node.get("class")
    if kind == "FUNCTION":
        return node["function_name"] in (*_ARITHMETIC, *_NUMBER)
    is_of_one_kind = kind in ("COMPARISON", "BETWEEN", "CASE") or node.get("type") in (
        *("COMPARE_IN", "COMPARE_NOT_IN", "OPERATOR_COALESCE"),
    )
    return is_of_one_kind and any(_is_number(part) for part in _parts(node))


def _is_number(node: dict[str, Any]) -> bool:
    if node.get("class") == "CONSTANT":
        return node["literal"]["kind"] in ("INTEGER", "NUMERIC")
    return node.get("class") == "FUNCTION" and node["function_name"] in (*_ARITHMETIC, *_NUMBER)


def _trimmed(node: dict[str, Any], stored: Stored, blank: tuple[str, ...]) -> Any:
    """A column's text without blanks around it, null where nothing is left."""
    name, kind = stored[node["column_names"][-1].lower()]
    if kind != "VARCHAR":
        return {**node, "column_names": [name]}
    return _parsed(Rule(blank=blank).applied(f"nullif(trim({quoted(name)}, {BLANK}), '')", Column("any")))


def _number(old: dict[str, Any], new: dict[str, Any], stored: Stored, casts: list[str]) -> dict[str, Any]:
    """A column of text that stands where a number must, read as one."""
    if old.get("class") != "COLUMN_REF" or stored[old["column_names"][-1].lower()][1] != "VARCHAR":
        return new
    made = _parsed(f"try_cast({_sql(new)} as double)")
    _note_cast(made, casts)
    return made


def _note_cast(cast: dict[str, Any], casts: list[str]) -> None:
    casts.append(f"({_sql(cast['child'])} is not null and {_sql(cast)} is null)")


def _sql(node: dict[str, Any]) -> str:
    """A tree as SQL again."""
    tree = json.loads(_frame())
    tree["statements"][0]["node"]["select_list"] = [node]
    with database().cursor() as connection:
        row = connection.execute("select json_deserialize_sql(?)", [json.dumps(tree)]).fetchone()
    if row is None:
        raise AssertionError("a tree always has its text")
    text: str = row[0]
    return f"({text.removeprefix('SELECT ').rstrip(';')})"


@cache
def _frame() -> str:
    with database().cursor() as connection:
        row = connection.execute("select json_serialize_sql('select 1')").fetchone()
    if row is None:
        raise AssertionError("a number is SQL")
    return str(row[0])
