"""Small pieces of HTML that displays in a notebook are made of; they take the notebook's own colours, dark or light."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

PERSONS = "Holds persons: not to be mailed, published or committed."
_WARNED = (
    '<div style="border-left:4px solid #D55E00;padding:0.1em 0.6em;margin:0.3em 0"><strong>⚠ {words}</strong></div>'
)
_LEFT = "text-align:left;padding:0.2em 0.8em 0.2em 0;vertical-align:top"


def heading(title: str, words: str = "") -> str:
    """A display's first line: its name, and what it is."""
    return f"<div><strong>{escape(title)}</strong>{f': {escape(words)}' if words else ''}</div>"


def line(words: str) -> str:
    """A sentence."""
    return f"<div>{escape(words)}</div>"


def warning(words: str = PERSONS) -> str:
    """A sentence that must not be overlooked: its sign and its bar do not rest on colour alone."""
    return _WARNED.format(words=escape(words))


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Names with their values, a row each."""
    rows = (
        f'<tr><th scope="row" style="{_LEFT}">{escape(name)}</th><td style="{_LEFT}">{escape(value)}</td></tr>'
        for name, value in pairs
        if value
    )
    return f'<table style="margin:0.4em 0">{"".join(rows)}</table>'


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A small table of texts."""
    head = "".join(f'<th scope="col" style="{_LEFT}">{escape(column)}</th>' for column in columns)
    body = "".join(
        "<tr>" + "".join(f'<td style="{_LEFT}">{escape(str(value))}</td>' for value in row) + "</tr>" for row in rows
    )
    return f'<table style="margin:0.4em 0"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
