"""How many people must stand behind a published count."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

#: A cell of 1 to THRESHOLD − 1 people is small (CMS's cell size suppression policy).
THRESHOLD = 11
_threshold: ContextVar[int] = ContextVar("threshold", default=THRESHOLD)


@contextmanager
def showing_from(people: int) -> Iterator[None]:
    """Build a page on which a count is small below so many people: a plan's own rule may be stricter than CMS's."""
    token = _threshold.set(people)
    try:
        yield
    finally:
        _threshold.reset(token)


def fewest_shown() -> int:
    """The fewest people behind a count that is shown."""
    return _threshold.get()
