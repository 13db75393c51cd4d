"""Room in memory and on disk: what the database may take, files moved into place, what to say when it is used up."""

import errno
import os
import re
from collections.abc import Callable
from pathlib import Path

from analytics.errors import UserError


def usual_memory() -> str:
    """What the database may hold unless told otherwise: 4 GB, or half of what a smaller machine has."""
    try:
        there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # Not every system tells.
        return "2GB"
    return f"{min(4_000, there // 2_000_000)}MB"


def out_of_room(fault: Exception, spill: str) -> UserError | None:
    """The sentence for a full disk or too little memory, where that is what went wrong. spill: the temporary folder.

    fault: the database's, or the system's.
    """
    said = str(fault)
    # The database keeps to what the disk had free, and calls it memory when that is used up.
    if "max_temp_directory_size" in said:
        used = re.search(r"\(([^()]* used)\)", said)
        return UserError(
            f"The disk is too full for temporary files in '{spill}'{f' ({used.group(1)})' if used else ''}: "
            "free space there, or point TMPDIR at a roomier folder."
        )
    if "No space left" in said:
        named = re.search(r"""["']([^"']+)["']""", said)
        folder = str(Path(named.group(1)).parent) if named else spill
        other = ", or point TMPDIR at a roomier folder" if folder.startswith(spill) else ""
        return UserError(f"The disk is full: free space in '{folder}'{other}.")
    if type(fault).__name__ == "OutOfMemoryException":
        return UserError(
            "The memory allowed is too little for these extracts: give more with --memory-limit, like 2GB."
        )
    return None


def unwritten(out: Path, fault: OSError) -> UserError:
    """The sentence for a folder or file that can't be written, and what to do where the disk is full."""
    if fault.errno in (errno.ENOSPC, errno.EDQUOT):
        return UserError(f"'{out}' can't be written, as the disk is full: free space in '{out.absolute().parent}'.")
    return UserError(f"'{out}' can't be written: {fault.strerror or fault}.")


def private(path: Path, mode: int = 0o600) -> int:
    """An empty file, opened for writing, that its owner alone may read unless `mode` says more."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)


def put(place: Path, write: Callable[[Path], object], mode: int = 0o600) -> None:
    """Write a file beside its place, readable by its owner alone unless `mode` says more, then move it there.

    Of a link it is what the link leads to that is written.
    """
    place = Path(os.path.realpath(place)) if place.is_symlink() else place
    aside = place.with_name(f".{place.name}.aside")
    try:
        os.close(private(aside, mode))
        write(aside)
        aside.chmod(mode)
        aside.replace(place)
    finally:
        aside.unlink(missing_ok=True)
