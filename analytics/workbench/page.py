"""A policy as one offline HTML page, in the report's look, or as Markdown for a wiki; both from its outline."""

from collections.abc import Iterator
from html import escape

from analytics import __version__, resources
from analytics.policy.model import Policy
from analytics.policy.outline import Line, Outline, Part, of_policy


def html(policy: Policy, parts: list[Part]) -> str:
    """A policy's outline as a page."""
    return html_of(of_policy(policy, parts))


def html_of(outline: Outline) -> str:
    """The outline as a page that needs nothing from elsewhere: no script, no font, no network."""
    reports = resources.folder("reports")
    style = "\n" + "".join((reports / name).read_text(encoding="utf-8") for name in ("style.css", "policy.css"))
    body = "\n".join(line for part in outline.parts for line in _section(part))
    links = "".join(
        f'<li><a href="#{_anchor(part)}">{escape(part.title.split(" (")[0])}</a></li>' for part in outline.parts
    )
    told = "".join(f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>" for name, value in outline.facts)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src {resources.csp_hash(style)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(outline.title)}</title>
<style>{style}</style>
</head>
<body class="policy">
<header>
<p class="kicker">{escape(outline.kicker)}</p>
<h1>{escape(outline.title)}</h1>
<dl class="facts">{told}</dl>
</header>
<nav aria-label="Sections"><ul>{links}</ul></nav>
<main>
{body}
</main>
<footer>
<p class="quiet">um-analytics {__version__}. {escape(outline.foot)}</p>
</footer>
</body>
</html>
"""


def _anchor(part: Part) -> str:
    words = part.title.split(" (")[0].lower().split()
    return "-".join(word for word in words if word.isalpha())


def _section(part: Part) -> Iterator[str]:
    yield f'<section id="{_anchor(part)}">'
    yield f"<h2>{escape(part.title)}</h2>"
    yield from _items(part.lines, "tree" if part.is_tree else "lines")
    yield "</section>"


def _items(lines: tuple[Line, ...], kind: str) -> Iterator[str]:
    yield f'<ul class="{kind}">'
    for line in lines:
        chosen = ' class="chosen"' if line.is_chosen else ""
        name = f"<code>{escape(line.name)}</code> " if line.name else ""
        passage = f' <cite class="quiet">[{escape(line.passage)}]</cite>' if line.passage else ""
        yield f"<li{chosen}><p>{name}{escape(line.says)}{passage}</p>"
        for sentence in line.more:
            yield f'<p class="note">{escape(sentence)}</p>'
        if line.below:
            yield from _items(line.below, kind)
        yield "</li>"
    yield "</ul>"


def markdown(policy: Policy, parts: list[Part]) -> str:
    """A policy's outline as Markdown."""
    return markdown_of(of_policy(policy, parts))


def markdown_of(outline: Outline) -> str:
    """The outline as Markdown: headings, and lists for what hangs together."""
    lines = [f"# {outline.title}", ""]
    lines += [f"- **{name}**: {_plain(value)}" for name, value in outline.facts]
    for part in outline.parts:
        lines += ["", f"## {part.title}", ""]
        for line in part.lines:
            lines += _bullets(line, "")
    return "\n".join(lines)


def _bullets(line: Line, indent: str) -> Iterator[str]:
    name = f"`{line.name}` " if line.name else ""
    passage = f" *[{_plain(line.passage)}]*" if line.passage else ""
    chosen = "**shown below** " if line.is_chosen else ""
    yield f"{indent}- {chosen}{name}{_plain(line.says)}{passage}"
    for sentence in line.more:
        yield f"{indent}  - {_plain(sentence)}"
    for child in line.below:
        yield from _bullets(child, indent + "  ")


def _plain(text: str) -> str:
    """A text in which nothing is taken for Markdown."""
    return "".join(f"\\{character}" if character in "\\`*_[]<>#|" else character for character in text)
