"""The query behind a table: the text of its file in `sql/`, and what that reads."""

from html import escape

from analytics.engine import needs, statements
from analytics.results import Result


class SqlText(str):
    """SQL that shows itself as it is written, line by line, in a terminal as in a notebook."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self)}</pre>"


def sql_behind(result: Result, *more: str) -> SqlText:
    """The file that makes a result table, headed by where it stands, what it reads, what is added and `more`."""
    name = result.made_by
    if name not in statements():
        return SqlText(f"-- {result.name} is made by the data-quality gate, not by a query: see docs/quality.md.")
    path = statements()[name]
    head = [
        f"-- {result.name}: sql/{path.parent.name}/{path.name}",
        *_wrapped("-- reads: ", sorted(needs(name) - {name})),
    ]
    if result.rates:
        head.append(f"-- the counts get their rates from analytics/rates.py, {result.rates}")
    return SqlText("\n".join([*head, *more, "", path.read_text(encoding="utf-8").rstrip()]))


def grain_of(result: Result) -> str:
    """What one row of a result table is, as its SQL file says it."""
    path = statements().get(result.made_by)
    if path is None:
        return ", ".join(result.key)
    header = " ".join(
        line.removeprefix("--").strip()
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("--")
    )
    return header.partition("Grain: ")[2].partition(". ")[0].partition(";")[0].rstrip(".")


def _wrapped(start: str, names: list[str]) -> list[str]:
    """Names after a comment's start, in lines of at most 120 characters."""
    lines, line = [], start
    for place, name in enumerate(names):
        piece = name + (", " if place < len(names) - 1 else "")
        if len(line) + len(piece) > 118:
            lines.append(line.rstrip())
            line = "--        "
        line += piece
    return [*lines, line.rstrip()]
