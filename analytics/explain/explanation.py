"""An explanation as people read it: in a terminal, as a page, as Markdown, in a notebook."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from analytics.policy.outline import Outline
from analytics.policy.show import text_of
from analytics.workbench.page import html_of, markdown_of

#: Stands in every form of an explanation: it is about one person.
PERSONS = "This is about one person: keep it where person-level data may be kept."


@dataclass(frozen=True)
class Explanation:
    """What led to a verdict, step by step. Printed it is text; a notebook shows it as Markdown."""

    outline: Outline

    def __str__(self) -> str:
        return text_of(self.outline)

    def to_html(self) -> str:
        """A page that needs nothing from elsewhere."""
        return html_of(self.outline)

    def to_markdown(self) -> str:
        """Markdown: headings, and lists for what hangs together."""
        return markdown_of(self.outline)

    def _repr_markdown_(self) -> str:
        return self.to_markdown()


def amount(value: Any) -> str:
    """A number without needless zeros, at most four decimals, thousands marked; "unknown" for null."""
    if value is None:
        return "unknown"
    rounded = round(Decimal(str(value)), 4)
    whole = rounded.to_integral_value()
    return f"{whole:,f}" if rounded == whole else f"{rounded.normalize():,f}"


def dollars(value: Any) -> str:
    """An amount of money; "no amount" for null."""
    if value is None:
        return "no amount"
    given = Decimal(str(value))
    return f"{'−' if given < 0 else ''}${abs(given):,.2f}"


def units(value: Any) -> str:
    """So many billed units."""
    return f"{amount(value)} unit{'' if value == 1 else 's'}"


def lower_first(sentence: str) -> str:
    """A sentence as a part of another; codes and abbreviations keep their capitals."""
    return sentence if sentence[1:2].isupper() else sentence[:1].lower() + sentence[1:]
