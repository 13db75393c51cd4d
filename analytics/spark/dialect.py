"""DuckDB's SQL, of `sql/` and of what the code builds, as text that means the same to Spark.

sqlglot knows both dialects; what it passes over is put right here: patterns that end at the end of the text and nowhere
before, texts of floating-point numbers, a hash wide enough to tell claims apart, JSON texts, `* replace`.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache

from sqlglot import exp, parse_one
from sqlglot.dialects.spark import Spark

Columns = Callable[[str], Sequence[str]]


@cache
def to_spark(text: str) -> str:
    """A SELECT of ours in Spark's words."""
    return _mended(parse_one(text, read="duckdb")).sql(Spark)


def to_spark_with(text: str, columns: Columns) -> str:
    """The same where `* replace (…)` stands in it, which Spark lacks: `columns` lists those of a table."""
    tree = parse_one(text, read="duckdb")
    for star in list(tree.find_all(exp.Star)):
        replaced = {one.alias: one for one in star.args.get("replace") or ()}
        if replaced:
            select = star.find_ancestor(exp.Select)
            table = select.find(exp.Table) if select else None
            if select is None or table is None:
                raise ValueError(f"no table to replace columns of: {text[:80]}")
            select.set(
                "expressions",
                [replaced.get(name, exp.column(name, quoted=True)).copy() for name in columns(table.name)],
            )
    return _mended(tree).sql(Spark)


def _mended(tree: exp.Expr) -> exp.Expr:
    return tree.transform(_mend)


def _mend(node: exp.Expr) -> exp.Expr:
    match node:
        case exp.RegexpLike():
            return exp.RegexpLike(this=node.this, expression=_java_pattern(node.expression))
        case exp.RegexpFullMatch():
            return exp.RegexpLike(this=node.this, expression=_java_pattern(node.expression, is_whole=True))
        case exp.Anonymous() if node.name.lower() == "hash":
            return exp.Anonymous(this="xxhash64", expressions=node.expressions)
        # These two may stand in each other, and what is changed in place is gone through further.
        case exp.Anonymous() if node.name.lower() == "list_extract":
            node.set("this", "try_element_at")
        case exp.Anonymous() if node.name.lower() == "list_reduce":
            given, merge, beginning = node.expressions
            node.set("this", "aggregate")
            node.set("expressions", [given, beginning, merge])
        case exp.Anonymous() if node.name.lower() == "to_json":
            return parse_one(_JSON_TEXT.format(x=node.expressions[0].sql(Spark)), read=Spark)
        case exp.UnixToTime() if isinstance(node.this, exp.Anonymous) and node.this.name.lower() == "epoch_us":
            # An instant as a plain time in UTC, which is what it is opened as already.
            return exp.cast(node.this.expressions[0], exp.DType.TIMESTAMPNTZ)
        case exp.DataType() if node.this in _SIGNED:
            return exp.DataType.build(_SIGNED[node.this])
        case exp.Cast() if node.is_type("varchar", "text") and isinstance(node.this, exp.Cast):
            if node.this.is_type("double", "float"):
                return _number_text(node.this)
    return node


# Numbers without a sign are stored in the next wider type with one.
_SIGNED = {
    exp.DType.UTINYINT: "smallint",
    exp.DType.USMALLINT: "int",
    exp.DType.UINT: "bigint",
    exp.DType.UBIGINT: "decimal(20, 0)",
}


def _java_pattern(pattern: exp.Expr, is_whole: bool = False) -> exp.Expr:
    """Java takes `$` for a place before a last line end too; `\\z` is the end and nothing else."""
    if not isinstance(pattern, exp.Literal):
        return pattern
    text = pattern.name
    if is_whole:
        text = f"^(?:{text.removeprefix('^').removesuffix('$')})$"
    return exp.Literal.string(re.sub(r"(?<!\\)\$$", r"\\z", text))


# A text as JSON writes it: Spark writes whole records alone, here {"v":…}.
_JSON_TEXT = (
    "case when {x} is not null then substr(to_json(struct({x} as v)), 6, length(to_json(struct({x} as v))) - 6) end"
)
# A double's text as DuckDB writes it; Java turns to an exponent sooner, and writes it in another way.
_NUMBER_TEXT = """
case
    when isnan({x}) then 'nan'
    when {x} in (double('infinity'), double('-infinity')) then case when {x} > 0 then 'inf' else '-inf' end
    when not contains(cast({x} as string), 'E') then cast({x} as string)
    when abs({x}) >= 1e-4 and abs({x}) < 1e16
        then regexp_replace(
            regexp_replace(cast(cast(cast({x} as string) as decimal(38, 20)) as string), '0+$', ''), '[.]$', '.0'
        )
    else concat(
        regexp_replace(split_part(cast({x} as string), 'E', 1), '[.]0$', ''),
        case when abs({x}) < 1 then 'e-' else 'e+' end,
        case when length(regexp_extract(cast({x} as string), '[0-9]+$', 0)) < 2 then '0' else '' end,
        regexp_extract(cast({x} as string), '[0-9]+$', 0)
    )
end
"""


def _number_text(number: exp.Cast) -> exp.Expr:
    return parse_one(_NUMBER_TEXT.format(x=number.sql(Spark)), read=Spark)
