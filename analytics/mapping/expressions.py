"""Simple expressions of a configuration: parsed by the database, held to a small language, and made safe to run.

An expression names columns of its file, literals, operators, `case` and a few functions. It can't fail on a row: casts
give null for what they can't read, and text in arithmetic is read as a number. Where that leaves nothing, `failed` says
so, and the row's own text is shown to who mends it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from analytics.errors import nearest
from analytics.extracts.looking import looking
from analytics.extracts.rules import BLANK, PLAIN, Rule
from analytics.extracts.schema import Column
from analytics.mapping.language import (
    ARITHMETIC,
    COUNTED,
    DIVISION,
    NUMBER,
    NUMBERS,
    WHOLE,
    Wrong,
    check_conditions,
    check_types,
    gives_truth,
    nodes,
    parts_of,
    refuse,
    set_parts,
    type_of,
)

if TYPE_CHECKING:
    pass

# A column's name in lower case -> its own name, and its type as stored.
Stored = Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Expression:
    """value: the SQL of what it gives. failed: SQL of whether a value could not be read. columns: those it names.

    is_text: it gives text, as a file has it, or no marks matter; else a number, a date or a truth, without such marks.
    """

    value: str
    failed: str | None
    columns: tuple[str, ...]
    is_text: bool = True


def checked(text: str, stored: Mapping[str, str], rule: Rule = PLAIN, *, is_condition: bool = False) -> Expression:
    """An expression over columns with their stored types; `Wrong` where it isn't one, or names what isn't there.

    rule: the blank words of its columns, and the marks of the numbers in them. is_condition: it must be true or false.
    """
    tree = _parsed(text)
    by_name = {name.lower(): (name, kind) for name, kind in stored.items()}
    columns = []
    for node in nodes(tree):
        refuse(node)
        if node["class"] == "COLUMN_REF":
            names = node["column_names"]
            if len(names) > 1 or names[0].lower() not in by_name:
                raise Wrong(
                    f"it names the column '{'.'.join(names)}', which is not there{nearest(names[0], [*stored])}"
                )
            columns.append(by_name[names[0].lower()][0])
    booleans = frozenset(name for name, (_, kind) in by_name.items() if kind == "BOOLEAN")
    texts = frozenset(name for name, (_, kind) in by_name.items() if kind == "VARCHAR")
    for node in nodes(tree):
        check_conditions(node, booleans)
        check_types(node, texts)
    if is_condition and not gives_truth(tree, booleans):
        raise Wrong("it must be true or false: compare columns, like COLUMN = 'Y'")
    casts: list[str] = []
    value = _sql(_transformed(tree, by_name, rule, casts))
    names = tuple(dict.fromkeys(columns))
    has_marks = bool(rule.dates or rule.thousands or rule.decimal != PLAIN.decimal)
    is_text = not has_marks or _gives_text(value, {name: stored[name] for name in names})
    return Expression(value, " or ".join(casts) or None, names, is_text)


def _gives_text(value: str, stored: Mapping[str, str]) -> bool:
    """Whether what an expression gives is text; also where that can't be told, as it can't be worked out."""
    import duckdb

    columns = ", ".join(f"cast(null as {kind}) as {quoted(name)}" for name, kind in stored.items())
    try:
        with looking().cursor() as connection:
            (kind,) = connection.sql(f"select {value} from (select {columns or '1'})").types
    except duckdb.Error:
        return True
    return str(kind) == "VARCHAR"


def columns_of(text: str) -> tuple[str, ...]:
    """The columns that an expression names; none where it can't be parsed."""
    try:
        return tuple(node["column_names"][-1] for node in nodes(_parsed(text)) if node["class"] == "COLUMN_REF")
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


def _parsed(text: str) -> dict[str, Any]:
    with looking().cursor() as connection:
        row = connection.execute("select json_serialize_sql(?)", [f"select (\n{text}\n)"]).fetchone()
    found: dict[str, Any] = json.loads(row[0]) if row else {"error": True}
    if found.get("error"):
        raise Wrong(f"it can't be read as an expression ({found.get('error_message', 'no SQL')})")
    node = found["statements"][0]["node"]
    chosen = node.get("select_list", [])
    # A bracket that closes ours may open a `from` or a `where`, which nothing would heed.
    is_bare = {**node, "select_list": []} == {**json.loads(_frame())["statements"][0]["node"], "select_list": []}
    if len(found["statements"]) != 1 or len(chosen) != 1 or not is_bare:
        raise Wrong("it must be one expression")
    tree: dict[str, Any] = chosen[0]
    return tree


def _transformed(node: Any, stored: Stored, rule: Rule, casts: list[str]) -> Any:
    """The tree with columns trimmed, casts that can't fail, and text read as numbers where it is reckoned with."""
    if isinstance(node, list):
        return [_transformed(part, stored, rule, casts) for part in node]
    if not isinstance(node, dict):
        return node
    if node.get("class") == "COLUMN_REF":
        return _trimmed(node, stored, rule.blank)
    made = {
        name: part if name == "cast_type" else _transformed(part, stored, rule, casts) for name, part in node.items()
    }
    if node.get("class") == "CAST":
        made["try_cast"] = True
        _note_cast(made, casts)
    elif node.get("class") == "FUNCTION" and node["function_name"] in COUNTED:
        set_parts(made, [_few(part) if _is_whole(part) else part for part in parts_of(made)])
    elif _reckons(node):
        pairs = zip(parts_of(node), parts_of(made), strict=True)
        set_parts(made, [_number(old, new, stored, rule, casts) for old, new in pairs])
        if node.get("function_name") in (*ARITHMETIC, "abs"):
            _make_safe(made, casts)
    return made


def _make_safe(node: dict[str, Any], casts: list[str]) -> None:
    """Arithmetic that ends no run: in doubles, which don't overflow, and null where it would divide by zero."""
    parts = parts_of(node)
    if any(part.get("class") == "CAST" and _is_day(part) for part in parts):
        # Days beyond the calendar would end the run: a count of them is at most some 89 years.
        parts = [part if part.get("class") != "CAST" or _is_day(part) else _few(part) for part in parts]
    else:
        parts = [_parsed(f"cast({_sql(part)} as double)") if part.get("class") == "CAST" else part for part in parts]
    if node["function_name"] in DIVISION and len(parts) == 2:
        divisor = _sql(parts[1])
        casts.append(f"coalesce({divisor} = 0, false)")
        parts[1] = _parsed(f"nullif({divisor}, 0)")
    set_parts(node, parts)


def _few(cast: dict[str, Any]) -> dict[str, Any]:
    """A number of days, or of characters, within what the database can count; null beyond."""
    return _parsed(f"try_cast({_sql(cast)} as smallint)")


def _is_whole(node: dict[str, Any]) -> bool:
    return node.get("class") == "CAST" and type_of(node) in WHOLE


def _is_day(cast: dict[str, Any]) -> bool:
    return any(word in _sql(cast).upper() for word in (" AS DATE)", " AS TIMESTAMP)"))


def _reckons(node: dict[str, Any]) -> bool:
    """Whether what it is made of are numbers: arithmetic, or a comparison or a choice with a number among the rest."""
    kind = node.get("class")
    if kind == "FUNCTION":
        return node["function_name"] in (*ARITHMETIC, *NUMBER)
    is_of_one_kind = kind in ("COMPARISON", "BETWEEN", "CASE") or node.get("type") in (
        *("COMPARE_IN", "COMPARE_NOT_IN", "OPERATOR_COALESCE"),
    )
    return is_of_one_kind and any(_is_number(part) for part in parts_of(node))


def _is_number(node: dict[str, Any]) -> bool:
    if node.get("class") == "CONSTANT":
        return node["literal"]["kind"] in ("INTEGER", "NUMERIC")
    if node.get("class") == "CAST":
        return type_of(node) in NUMBERS
    return node.get("class") == "FUNCTION" and node["function_name"] in (*ARITHMETIC, *NUMBER)


def _trimmed(node: dict[str, Any], stored: Stored, blank: tuple[str, ...]) -> Any:
    """A column's text without blanks around it, null where nothing is left."""
    name, kind = stored[node["column_names"][-1].lower()]
    if kind != "VARCHAR":
        return {**node, "column_names": [name]}
    return _parsed(Rule(blank=blank).applied(f"nullif(trim({quoted(name)}, {BLANK}), '')", Column("any")))


def _number(old: dict[str, Any], new: dict[str, Any], stored: Stored, rule: Rule, casts: list[str]) -> dict[str, Any]:
    """A column of text that stands where a number must, read as one."""
    if old.get("class") != "COLUMN_REF" or stored[old["column_names"][-1].lower()][1] != "VARCHAR":
        return new
    marks = Rule(decimal=rule.decimal, thousands=rule.thousands)
    made = _parsed(f"try_cast({marks.applied(_sql(new), Column('any', 'measure'))} as double)")
    _note_cast(made, casts)
    return made


def _note_cast(cast: dict[str, Any], casts: list[str]) -> None:
    casts.append(f"({_sql(cast['child'])} is not null and {_sql(cast)} is null)")


def _sql(node: dict[str, Any]) -> str:
    """A tree as SQL again."""
    tree = json.loads(_frame())
    tree["statements"][0]["node"]["select_list"] = [node]
    with looking().cursor() as connection:
        row = connection.execute("select json_deserialize_sql(?)", [json.dumps(tree)]).fetchone()
    if row is None:
        raise AssertionError("a tree always has its text")
    text: str = row[0]
    return f"({text.removeprefix('SELECT ').rstrip(';')})"


@cache
def _frame() -> str:
    with looking().cursor() as connection:
        row = connection.execute("select json_serialize_sql('select 1')").fetchone()
    if row is None:
        raise AssertionError("a number is SQL")
    return str(row[0])
