"""Result tables as Polars frames that say, when displayed, what they are, and warn where they hold persons."""

import sys
from dataclasses import dataclass
from typing import Any

import polars as pl

from analytics.notebook import markup

#: Columns by which a row can be led back to a person.
PERSON_COLUMNS = frozenset(
    (
        *("person_id", "subject_id", "claim_id", "claim_ids", "original_claim_id", "row_key", "row_json"),
        *("authorization_id", "prior_authorization_id", "renewal_authorization_id"),
    )
)


@dataclass(frozen=True)
class About:
    """What is said above a table: its name, the grain of its rows, what period and policies they cover."""

    name: str
    grain: str
    period: str
    policies: str
    persons: bool

    def head(self, n_rows: int) -> str:
        """The lines above the rows, as HTML."""
        pairs = [("one row", self.grain), ("rows", f"{n_rows:,}"), ("period", self.period), ("policies", self.policies)]
        return markup.heading(self.name) + (markup.warning() if self.persons else "") + markup.facts(pairs)


class TableFrame(pl.DataFrame):
    """A Polars frame, and nothing less: all that changes is what a notebook shows above it."""

    about: About | None = None

    @classmethod
    def of(cls, frame: pl.DataFrame, about: About) -> "TableFrame":
        """A frame's own rows (nothing is copied) under a heading."""
        headed: TableFrame = cls._from_pydf(frame._df)  # type: ignore[assignment]
        headed.about = about
        return headed

    def _repr_html_(self, *_: Any, **__: Any) -> str:
        return frame_html(self)


def holds_persons(frame: pl.DataFrame) -> bool:
    """Whether a frame has a column that leads back to single persons."""
    return bool(PERSON_COLUMNS & set(frame.columns))


def frame_html(frame: pl.DataFrame) -> str:
    """A frame as a notebook shows it: headed where it is a result table, with a warning where it holds persons."""
    rows = pl.DataFrame._repr_html_(frame)
    about = frame.about if isinstance(frame, TableFrame) else None
    if about is not None:
        return about.head(frame.height) + rows
    return (markup.warning() if holds_persons(frame) else "") + rows


def warn_of_persons() -> None:
    """In a notebook, let every Polars frame with a person's column say so, filtered and joined ones as well."""
    if "IPython" not in sys.modules:
        return
    from IPython import get_ipython

    shell = get_ipython()
    if shell is not None:
        shell.display_formatter.formatters["text/html"].for_type(pl.DataFrame, frame_html)
