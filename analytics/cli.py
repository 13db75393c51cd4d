"""The command `um`: words on the command line -> the same functions that analysts call."""

import argparse
import os
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analytics import __version__
from analytics.config import strict_date
from analytics.errors import UserError
from analytics.explain.command import add_to as add_explain
from analytics.explain.command import run as run_explain
from analytics.lake.command import add_to as add_prepare
from analytics.mapping.proposing.command import add_to as add_init
from analytics.replaying.command import add_to as add_replay
from analytics.replaying.command import run as run_replay
from analytics.room import out_of_room
from analytics.workbench.commands import POLICIES_HELP, add_commands

if TYPE_CHECKING:
    from analytics.study import Study


def main(words: Sequence[str] | None = None) -> None:
    """Run a command and leave with its exit code: 0 done, 1 the gate failed, 2 unusable input or arguments.

    A fault of our own leaves with 70, so that a scheduler does not take it for a failed gate.
    """
    parser = _parser()
    given = parser.parse_args(words)
    try:
        given.run(given)
        sys.stdout.flush()
    except UserError as fault:
        print(f"um: {fault}", file=sys.stderr)
        sys.exit(fault.exit_code)
    except KeyboardInterrupt:
        print("um: stopped; nothing was changed.", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        _let_reader_go()
    except Exception as fault:
        full = out_of_room(fault, tempfile.gettempdir())
        if full is not None:
            print(f"um: {full}", file=sys.stderr)
            sys.exit(full.exit_code)
        import traceback

        traceback.print_exc()
        print(
            "um: this is a fault of um-analytics, not of the extracts; nothing was changed. Please report it with the "
            "lines above, once you have seen that no value in them is a person's.",
            file=sys.stderr,
        )
        sys.exit(70)


def _let_reader_go() -> None:
    """Whoever read our output has gone (as `| head` does): that is no fault of anyone's, and the rest goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="um",
        description="Are drug policies followed, and do they work? Dosing caps, approvals by criterion and renewal "
        "outcomes from claims and prior-authorization extracts.",
    )
    parser.add_argument("--version", action="version", version=f"um-analytics {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    report = commands.add_parser("report", help="judge a folder of extracts; write tables and the page")
    report.add_argument("data", type=Path, metavar="DATA", help="the folder of extracts")
    report.add_argument("--out", type=Path, required=True, metavar="OUT", help="the folder for the report")
    report.add_argument(
        "--memory-limit", type=_size, metavar="SIZE", help="memory for the database, like 1GB; beyond it, disk"
    )
    report.add_argument("--baseline", type=Path, metavar="FILE", help="manifest.json of an earlier report, for drift")
    report.add_argument(
        "--internal", action="store_true", help="OUT/internal.html as well: worklists, which hold persons"
    )
    _add_opening(report)
    report.set_defaults(run=_report)

    check = commands.add_parser("check", help="the data-quality gate alone: what is unusable, why, what to do")
    check.add_argument("data", type=Path, nargs="?", metavar="DATA", help="the folder of extracts")
    check.add_argument("--out", type=Path, metavar="OUT", help="keep the counts here, for --again")
    check.add_argument("--again", type=Path, metavar="OUT", help="judge kept counts anew, without reading the data")
    check.add_argument("--baseline", type=Path, metavar="FILE", help="manifest.json of an earlier report, for drift")
    check.add_argument("--format", choices=("text", "json", "junit", "github"), default="text", help="default: text")
    _add_opening(check)
    check.set_defaults(run=_check)

    rows = commands.add_parser("rows", help="the rows behind a finding, as CSV: they hold persons")
    rows.add_argument("data", type=Path, metavar="DATA", help="the folder of extracts")
    rows.add_argument("expectation", metavar="EXPECTATION", help="as `um check` names it")
    _add_opening(rows)
    rows.set_defaults(run=_rows)
    explain = add_explain(commands, _date)
    _add_opening(explain)
    explain.set_defaults(run=lambda given: run_explain(given, _opening(given), _progress))
    replay = add_replay(commands)
    _add_opening(replay)
    replay.set_defaults(run=lambda given: run_replay(given, _opening(given), _progress))
    add_prepare(commands, _size, _progress)
    add_init(commands)

    policy = commands.add_parser("policy", help="write, check, show and compare policies")
    add_commands(policy, _date)

    sample = commands.add_parser("sample", help="write invented extracts to try things on")
    sample.add_argument("out", type=Path, metavar="OUT", help="the folder for them")
    sample.add_argument("--persons", type=_count, default=3000, metavar="N", help="how many persons (default: 3000)")
    sample.add_argument("--seed", type=int, default=20240216, metavar="S", help="same seed, same bytes")
    sample.set_defaults(run=_sample)
    return parser


def _add_opening(command: argparse.ArgumentParser) -> None:
    """How extracts are opened, whichever command reads them."""
    command.add_argument(
        "--as-of", type=_date, metavar="DATE", help='"today" for every rule (default: latest in scope)'
    )
    command.add_argument("--config", type=Path, metavar="FILE", help="configuration (default: DATA/um.toml)")
    command.add_argument(
        "--repairs", type=Path, metavar="DIR", help="mended quarantine files, taken in place of their rows"
    )
    command.add_argument("--policies", type=Path, metavar="DIR", help=POLICIES_HELP)
    command.add_argument("--engine", choices=("duckdb", "spark"), default="duckdb", help="default: duckdb")
    command.add_argument(
        "--spark-remote",
        metavar="URL",
        help="sc://host:15002 of a Spark Connect server (default: Spark on this machine)",
    )


def _date(word: str) -> date:
    try:
        return strict_date(word)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{word}' is no date like 2025-12-31") from None


def _size(word: str) -> str:
    if not re.fullmatch(r"0*[1-9]\d*(\.\d+)? ?([KMGT]i?B)", word):
        raise argparse.ArgumentTypeError(f"'{word}' is no size like 500MB or 2GB")
    return word


def _count(word: str) -> int:
    if not word.isdigit() or int(word) < 1:
        raise argparse.ArgumentTypeError(f"'{word}' is no whole number from 1 up")
    return int(word)


def _opening(given: argparse.Namespace) -> dict[str, Any]:
    """What `_add_opening` has read, as `open_study` takes it."""
    return {name: getattr(given, name) for name in ("as_of", "config", "repairs", "policies", "engine", "spark_remote")}


def _report(given: argparse.Namespace) -> None:
    from analytics.drift import Drift
    from analytics.study import open_study
    from analytics.writing import write_report

    options = {**_opening(given), "memory_limit": given.memory_limit, "baseline": given.baseline}
    with _progress() as progress, open_study(given.data, **options) as study:
        _say_outdated(study)
        study.engine.progress = lambda name: progress(f"making {name}")
        write_report(study.start_gate(), given.out, progress, internal=given.internal)
        progress("")
        drift = [Drift(**change).sentence() for change in study.manifest["drift"] or ()]
        for sentence in study.warnings + drift:
            print(f"warning: {sentence}", file=sys.stderr)
        print(f"As of {study.as_of}. The page: {given.out / 'report.html'}")
        if given.internal:
            print(f"Worklists, which hold persons: {given.out / 'internal.html'}")


def _check(given: argparse.Namespace) -> None:
    from analytics import checking
    from analytics.check_formats import FORMATS
    from analytics.config import read_config
    from analytics.study import open_study

    if (given.data is None) == (given.again is None):
        raise UserError("um check needs either DATA, a folder of extracts, or --again OUT, where counts were kept.")
    of_data = (given.baseline, given.repairs, given.as_of, given.policies, given.spark_remote)
    if given.again is not None and (any(of_data) or given.engine != "duckdb"):
        raise UserError(
            "--again judges what was kept: --baseline, --repairs, --policies, --as-of and --engine need DATA, the "
            "extracts."
        )
    if given.again is not None:
        found = checking.again(given.again, read_config(given.config) if given.config else None)
    else:
        with _progress() as progress, open_study(given.data, **_opening(given)) as study:
            _say_outdated(study)
            progress("checking the data")
            study.engine.progress = lambda name: progress(f"making {name}")
            found = checking.check(study.start_gate(), given.baseline)
    if given.out is not None:
        checking.save(found, given.out)
    if found.refusal:
        print(f"um: {found.refusal}", file=sys.stderr)
    try:
        print(FORMATS[given.format](found), flush=True)
    except BrokenPipeError:
        # The verdict is in the exit code too, which is still to come.
        _let_reader_go()
    if found.verdict.failed:
        sys.exit(1)


def _rows(given: argparse.Namespace) -> None:
    from analytics.gatekeeper import failing_rows
    from analytics.study import open_study

    with _progress() as progress, open_study(given.data, **_opening(given)) as study:
        _say_outdated(study)
        study.engine.progress = lambda name: progress(f"making {name}")
        rows = failing_rows(study, given.expectation).write_csv()
        progress("")
        sys.stdout.write(rows)


def _say_outdated(study: "Study") -> None:
    if study.outdated:
        print(f"warning: {study.outdated}", file=sys.stderr)


class _progress:
    """Says on a terminal, and only there, what long work is at; the line is gone when it ends."""

    def __init__(self) -> None:
        self.shown = sys.stderr.isatty()

    def __call__(self, step: str) -> None:
        if self.shown:
            print(f"\r\033[K{step}{' …' if step else ''}", end="", file=sys.stderr, flush=True)

    def __enter__(self) -> Callable[[str], None]:
        return self

    def __exit__(self, *_: object) -> None:
        self("")


def _sample(given: argparse.Namespace) -> None:
    from analytics.sample import write_sample

    counts = write_sample(given.out, given.persons, given.seed)
    for name, rows in counts.items():
        print(f"{name}: {rows} rows")


if __name__ == "__main__":
    main()
