"""By what a file is known again: its size and time of change as a quick test, a digest of its content to be sure."""

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from analytics.errors import UserError

# File systems tell times to two seconds at worst: a file changed so lately may change again without showing it.
_SETTLED_NS = 2_000_000_000


class Mark(NamedTuple):
    """What a file looks like from outside: its size in bytes, and when it was changed (ns since 1970)."""

    size: int
    mtime_ns: int


@dataclass(frozen=True)
class Fingerprint:
    """A file's mark, whether the mark can be trusted to tell another content, and the digest of its content."""

    mark: Mark
    is_settled: bool
    digest: str


def mark_of(path: Path) -> Mark:
    """What a file looks like now; `UserError` where it can't be seen."""
    try:
        seen = path.stat()
    except OSError as fault:
        raise UserError(f"'{path}' can't be opened ({fault.strerror or fault}).") from None
    return Mark(seen.st_size, seen.st_mtime_ns)


def digest_of(path: Path) -> str:
    """The SHA-256 of a file's content; `UserError` where it can't be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as fault:
        raise UserError(f"'{path}' can't be opened ({fault.strerror or fault}).") from None


def fingerprint(path: Path) -> Fingerprint:
    """A file's fingerprint. The mark is taken first: a change while the content is read shows afterwards."""
    mark = mark_of(path)
    is_settled = time.time_ns() - mark.mtime_ns > _SETTLED_NS
    return Fingerprint(mark, is_settled, digest_of(path))


def seen_again(path: Path, known: Fingerprint | None, *, is_thorough: bool = False) -> Fingerprint:
    """A file's fingerprint, as it is known where a settled mark is the same, else from its content.

    is_thorough: no mark is trusted.
    """
    if known is not None and known.is_settled and not is_thorough and mark_of(path) == known.mark:
        return known
    return fingerprint(path)


def is_same(path: Path, known: Fingerprint) -> bool:
    """Whether a file still holds what it held; its content is read only where size and time leave it open."""
    return mark_of(path).size == known.mark.size and seen_again(path, known).digest == known.digest
