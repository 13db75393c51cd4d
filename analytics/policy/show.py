"""A policy as plain text for people: what `um policy list` and `um policy show` print."""

from collections.abc import Iterator, Mapping
from datetime import date
from textwrap import wrap

from analytics.policy.model import Policy
from analytics.policy.outline import Line, Outline, Part, as_text_list, of_policy, outline

WIDTH = 100


def list_text(policies: Mapping[str, Policy]) -> str:
    """Every policy with its drug, the payers that it names, and its versions."""
    blocks = []
    for policy_id, pairs in as_text_list(policies):
        lines = [policy_id]
        for name, value in pairs:
            lines += _pair(name, value) if name else wrapped("  ", "    ", value)
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def show_text(policy: Policy, on: date | None = None) -> str:
    """The whole policy, with the version in force on that date; without one, with its latest version."""
    return parts_text(policy, outline(policy, on))


def parts_text(policy: Policy, parts: list[Part]) -> str:
    """A policy's outline as text."""
    return text_of(of_policy(policy, parts))


def text_of(outline: Outline) -> str:
    """An outline as text."""
    lines = wrapped("", "", outline.title)
    lines += ["=" * max(len(line) for line in lines)]
    width = max(len(name) for name, _ in outline.facts)
    for name, value in outline.facts:
        lines += wrapped(f"  {name:<{width}} ", " " * (width + 3), value)
    for part in outline.parts:
        lines += ["", part.title, "-" * len(part.title)]
        for line in part.lines:
            lines += _branches(line) if part.is_tree else _indented(line, "> " if line.is_chosen else "  ")
    return "\n".join(lines)


def _said(line: Line) -> str:
    name = f"{line.name}  " if line.name else ""
    return f"{name}{line.says}" + (f"  [{line.passage}]" if line.passage else "")


def _indented(line: Line, indent: str) -> Iterator[str]:
    deeper = " " * (len(indent) + 2)
    yield from wrapped(indent, deeper, _said(line))
    for sentence in line.more:
        yield from wrapped(deeper, deeper + "  ", sentence)
    for child in line.below:
        yield from _indented(child, deeper)


def _branches(line: Line, first: str = "  ", rest: str = "  ") -> Iterator[str]:
    """A line of a tree; `first` and `rest` are the branches left of its first and other lines."""
    below = rest + ("│   " if line.below else "    ")
    yield from wrapped(first, below, _said(line))
    for sentence in line.more:
        yield from wrapped(below, below, sentence)
    for child in line.below:
        branch, stem = ("└── ", "    ") if child is line.below[-1] else ("├── ", "│   ")
        yield from _branches(child, rest + branch, rest + stem)


def _pair(name: str, text: str) -> list[str]:
    return wrapped(f"  {name:<9} ", " " * 12, text)


def wrapped(first: str, rest: str, text: str, width: int = WIDTH) -> list[str]:
    """The text wrapped to the page, each line behind its indent, no code broken at a hyphen."""
    return wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_on_hyphens=False,
        break_long_words=False,
    )
