"""Who is at work on a lake: one run prepares it at a time, and none clears away what another still reads.

Locks are the system's own and go with the process; where a system or file system has none, work goes on without.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from analytics.errors import UserError

_PREPARING, _READING = ".preparing", ".reading"


@contextmanager
def preparing(folder: Path) -> Iterator[None]:
    """Hold a lake as the one who prepares it; `UserError` where another run does."""
    with _opened(folder / _PREPARING) as file:
        if not _lock(file, shared=False):
            raise UserError(f"'{folder}' is being prepared by another run: wait until it is done.")
        yield


class Reader:
    """Holds a lake as one who reads it, until closed: its parts stay where they are meanwhile."""

    def __init__(self, folder: Path) -> None:
        self._file: IO[bytes] | None = None
        with suppress(OSError):  # A copy of a lake may lack the file.
            self._file = (folder / _READING).open("rb")
            _lock(self._file, shared=True)

    def close(self) -> None:
        """Let it go."""
        if self._file is not None:
            self._file.close()


@contextmanager
def nobody_reads(folder: Path) -> Iterator[bool]:
    """Whether nobody reads the lake; while so, nobody begins to."""
    with _opened(folder / _READING) as file:
        yield _lock(file, shared=False)


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "rb") as file:
        yield file


def _lock(file: IO[bytes], *, shared: bool) -> bool:
    """Take the lock at once; False where another process has it."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX | fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
