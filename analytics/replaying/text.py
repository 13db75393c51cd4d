"""A replay as text for a terminal: the page's tables with aligned columns."""

from collections.abc import Iterator

from analytics.disclosure import fewest_shown
from analytics.policy.show import WIDTH, wrapped
from analytics.replaying.judged import Replay
from analytics.replaying.section import sections
from analytics.report.parts import Part
from analytics.report.tables import Table, shown


def facts(replay: Replay) -> list[tuple[str, str]]:
    """What was replayed, as name and value."""
    version = f", its version {replay.version} on every day" if replay.version else ", its versions by their dates"
    file = f", as the file {replay.file} says" if replay.file else ""
    return [
        ("Before", f"{', '.join(replay.replaced)}, as in force"),
        ("After", f"{replay.policy.id}{file}{version}"),
        ("As of", str(replay.as_of)),
    ]


def legend(publish: bool) -> str:
    """How hidden numbers are marked; or that none is hidden."""
    if not publish:
        return "Small counts are not hidden here: not for publication."
    few = fewest_shown()
    return (
        f"<{few} stands for a count behind which 1 to {few - 1} people stand; withheld for a number from which such a "
        "count could be worked out. With the report on the same extracts beside it more may follow: pass on one of the "
        "two."
    )


def text(replay: Replay, publish: bool) -> str:
    """The whole replay."""
    title = f"{replay.policy.drug[:1].upper()}{replay.policy.drug[1:]}: what another policy would have come to"
    lines = [title, "=" * len(title)]
    for name, value in facts(replay):
        lines += wrapped(f"  {name:<6} ", " " * 9, value)
    for section in sections(replay, publish):
        lines += ["", section.title, "-" * len(section.title), *wrapped("", "", section.lead)]
        for part in section.parts:
            lines += _part(part)
    return "\n".join([*lines, "", *wrapped("", "", legend(publish))])


def _part(part: Part) -> Iterator[str]:
    yield from ("", part.title)
    for sentence in part.text:
        yield from wrapped("  ", "  ", sentence)
    for table in part.tables:
        yield from _table(table)


def _table(table: Table) -> Iterator[str]:
    rows = [[shown(row.values[column.name], column.kind) for column in table.columns] for row in table.printed]
    heads = [column.label for column in table.columns]
    is_text = [column.kind in ("text", "code") for column in table.columns]
    widths = [max(len(row[place]) for row in [heads, *rows]) for place in range(len(heads))]
    # What is too wide is the first column's text: it is cut into lines.
    widths[0] = min(widths[0], WIDTH - 2 - sum(width + 2 for width in widths[1:]))
    for row in [heads, *rows]:
        first, *more = wrapped("", "  ", row[0], widths[0]) or [""]
        cells = [first, *row[1:]]
        told = (
            cell.ljust(width) if left else cell.rjust(width)
            for cell, width, left in zip(cells, widths, is_text, strict=True)
        )
        yield ("  " + "  ".join(told)).rstrip()
        yield from (f"  {line}" for line in more)
    for note in table.notes:
        yield from wrapped("  ", "  ", note)
    yield ""
