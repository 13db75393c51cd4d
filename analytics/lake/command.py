"""`um prepare`: its words on the command line, and what it says when it is done."""

import argparse
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

Progress = Callable[[], AbstractContextManager[Callable[[str], None]]]


def add_to(commands: Any, size: Callable[[str], str], progress: Progress) -> None:
    """Add the command. size: reads a size of memory; progress: says on a terminal what long work is at."""
    prepare = commands.add_parser(
        "prepare", help="keep what runs need of large extracts; what is unchanged is not read"
    )
    prepare.add_argument("data", type=Path, metavar="DATA", help="the folder of extracts")
    prepare.add_argument("--out", type=Path, required=True, metavar="LAKE", help="the folder to give to other commands")
    prepare.add_argument(
        "--thorough", action="store_true", help="compare what each file holds, not only its size and time of change"
    )
    prepare.add_argument(
        "--policies", type=Path, metavar="DIR", help="private policies, whose codes are kept too (default: um.toml's)"
    )
    prepare.add_argument(
        "--memory-limit", type=size, metavar="SIZE", help="memory for the database, like 1GB; beyond it, disk"
    )
    prepare.set_defaults(run=lambda given: _run(given, progress))


def _run(given: argparse.Namespace, progress: Progress) -> None:
    from analytics.lake.preparing import prepare

    with progress() as step:
        done = prepare(
            given.data,
            given.out,
            step,
            is_thorough=given.thorough,
            memory_limit=given.memory_limit,
            policies=given.policies,
        )
        step("")
    for one in done:
        files = (
            f"{one.files} file{'' if one.files == 1 else 's'}, {one.read} read, {one.files - one.read} known already"
        )
        print(f"{one.table}: {files}; {one.n_kept:,} of {one.n_rows:,} rows kept")
    print(f"Prepared: {given.out}. Give it to um report, um check and um rows in place of {given.data}.")
