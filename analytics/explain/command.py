"""`um explain`: its words on the command line, and where the explanation goes."""

import argparse
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Any

from analytics.errors import UserError
from analytics.room import put, unwritten

Progress = Callable[[], AbstractContextManager[Callable[[str], None]]]


def add_to(commands: Any, day: Callable[[str], date]) -> argparse.ArgumentParser:
    """Add the command. day: reads a date."""
    explain: argparse.ArgumentParser = commands.add_parser(
        "explain", help="why one request or administration came out as it did: it is about a person"
    )
    explain.add_argument("data", type=Path, metavar="DATA", help="the folder of extracts")
    explain.add_argument("--request", metavar="ID", help="a request, by its authorization id")
    explain.add_argument("--person", metavar="ID", help="a person: all there is, or with --on one administration")
    explain.add_argument("--on", type=day, metavar="DATE", help="the day of the administration")
    explain.add_argument("--payer", metavar="NAME", help="whose administration, where a day has several")
    explain.add_argument("--policy", metavar="ID", help="under which policy, where a day has several")
    explain.add_argument("--format", choices=("text", "html", "markdown"), default="text", help="default: text")
    explain.add_argument("--out", type=Path, metavar="FILE", help="write there, for its owner alone")
    return explain


def run(given: argparse.Namespace, options: dict[str, Any], progress: Progress) -> None:
    """Explain, and print or write it. options: how the extracts are opened."""
    from analytics.explain.case import explain_case
    from analytics.study import open_study

    if (given.request is None) == (given.person is None):
        raise UserError("um explain needs either --request ID, or --person ID (with --on DATE for one administration).")
    with progress() as step, open_study(given.data, **options) as study:
        step("judging the extracts")
        found = explain_case(study, given.request, given.person, given.on, given.payer, given.policy)
        step("")
    text = {"text": found.__str__, "html": found.to_html, "markdown": found.to_markdown}[given.format]()
    if given.out is None:
        print(text)
    else:
        _write(text, given.out)


def _write(text: str, out: Path) -> None:
    """Beside its place first, readable by its owner alone, then into its place."""
    if out.is_dir() or not out.name:
        raise UserError(f"--out '{out}' is a folder: name a file.")
    try:
        put(out, lambda path: path.write_text(text if text.endswith("\n") else text + "\n", encoding="utf-8"))
    except OSError as fault:
        raise unwritten(out, fault) from None
    print(f"{out} is written. It is about one person.")
