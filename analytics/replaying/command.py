"""`um replay`: its words on the command line, and what it writes."""

import argparse
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analytics.errors import UserError
from analytics.room import put, unwritten

if TYPE_CHECKING:
    from analytics.replaying.judged import Replay

Progress = Callable[[], AbstractContextManager[Callable[[str], None]]]


def add_to(commands: Any) -> argparse.ArgumentParser:
    """Add the command."""
    replay: argparse.ArgumentParser = commands.add_parser(
        "replay", help="judge the same extracts under another version or another payer's policy, side by side"
    )
    replay.add_argument("data", type=Path, metavar="DATA", help="the folder of extracts")
    replay.add_argument("--policy", required=True, metavar="ID[@VERSION]|FILE", help="the policy to judge by")
    replay.add_argument(
        "--instead-of",
        action="append",
        default=[],
        metavar="ID",
        help="the policy that it takes the place of; may be repeated (default: itself, or all others of the drug)",
    )
    replay.add_argument("--publish", action="store_true", help="hide small counts, as a published page must")
    replay.add_argument(
        "--out", type=Path, metavar="OUT", help="a folder for replay.html, and for tables, which hold persons"
    )
    return replay


def run(given: argparse.Namespace, options: dict[str, Any], progress: Progress) -> None:
    """Replay, print what came out, and write it. options: how the extracts are opened."""
    if given.out is not None and not given.out.name:
        raise UserError("--out needs the name of a folder.")
    from analytics.replaying.judged import replay

    with progress() as step:
        found = replay(given.data, given.policy, given.instead_of, progress=step, **options)
        step("")
    if given.out is not None:
        _write(found, given.out, given.publish)
    print(found.to_text(publish=given.publish))
    if given.out is not None:
        print(f"\nThe page: {given.out / 'replay.html'}. Tables, which hold persons: {given.out / 'tables'}")


def _write(found: "Replay", out: Path, publish: bool) -> None:
    """Each file beside its place first; all but a published page for their owner alone."""
    try:
        (out / "tables").mkdir(parents=True, exist_ok=True)
        page = found.to_html(publish=publish)
        put(out / "replay.html", lambda path: path.write_text(page, encoding="utf-8"), 0o644 if publish else 0o600)
        frames = {"replay_administration": found.administration, "replay_request": found.request}
        for name, frame in frames.items():
            put(out / "tables" / f"{name}.parquet", frame.write_parquet)
    except OSError as fault:
        raise unwritten(out, fault) from None
