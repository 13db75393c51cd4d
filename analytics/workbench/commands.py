"""The words after `um policy`: what each command takes, and the function that it calls. Nothing heavy is imported."""

import argparse
import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analytics.errors import UserError

if TYPE_CHECKING:
    from analytics.policy import Policy

POLICIES_HELP = "a folder of private policies, beside those of the product"


def add_commands(policy: argparse.ArgumentParser, day: Callable[[str], date]) -> None:
    """The commands of `um policy`. `day` reads a date."""
    verbs = policy.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def verb(name: str, says: str, run: Callable[[argparse.Namespace], None]) -> argparse.ArgumentParser:
        parser = verbs.add_parser(name, help=says, description=says[0].upper() + says[1:] + ".")
        parser.set_defaults(run=run)
        return parser

    listing = verb("list", "the policies there are", _list)
    show = verb("show", "one policy: criteria, dosing, versions, notes, each with its source", _show)
    show.add_argument(
        "policy", metavar="ID[@VERSION]|FILE", help="a policy's id, as `um policy list` gives it, or a file"
    )
    show.add_argument("--on", type=day, metavar="DATE", help="the version in force on that date (default: the latest)")
    show.add_argument("--format", choices=("text", "html", "markdown"), default="text", help="default: text")
    show.add_argument("--out", type=Path, metavar="FILE", help="write there, not to the terminal")
    check = verb(
        "check", "everything that is wrong with policy files, each with its line and what would be right", _check
    )
    check.add_argument(
        "files", type=Path, nargs="*", metavar="FILE", help="policy files, or folders (default: all there are)"
    )
    check.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    compare = verb("diff", "what is stricter, looser, new or gone between versions or payers", _diff)
    compare.add_argument("before", metavar="A", help="ID, ID@VERSION or FILE[@VERSION]")
    compare.add_argument("after", metavar="B", help="the same, or @VERSION of the same policy")
    compare.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    new = verb("new", "a commented, valid file to start a policy from", _new)
    _add_answers(new)
    verb("schema", "the JSON Schema of policy files, for editors", _schema)
    for each in (listing, show, check, compare):
        each.add_argument("--policies", type=Path, metavar="DIR", help=POLICIES_HELP)


def _add_answers(new: argparse.ArgumentParser) -> None:
    from analytics.workbench.answers import ANSWERS

    new.add_argument(
        "id", nargs="?", metavar="ID", help="the policy's id and the file's name: lower case, - between words"
    )
    new.add_argument("--out", type=Path, default=Path(), metavar="DIR", help="the folder for the file (default: here)")
    for answer in ANSWERS:
        new.add_argument(
            f"--{answer.name}", metavar=answer.metavar, help=f"{answer.question} (default: {answer.default})"
        )


def _policies(given: argparse.Namespace) -> "dict[str, Policy]":
    from analytics.policy import load_policies

    return load_policies(private=given.policies)


def _list(given: argparse.Namespace) -> None:
    from analytics.policy.show import list_text

    print(list_text(_policies(given)))


def _show(given: argparse.Namespace) -> None:
    from analytics.policy.outline import outline, outlined
    from analytics.workbench.naming import named_version

    policy, version = named_version(given.policy, given.policies)
    if version is not None and given.on is not None:
        raise UserError(f"'{given.policy}' names a version, and --on another way to choose one: leave one of them out.")
    parts = outline(policy, given.on) if version is None else outlined(policy, version, "the version asked for")
    if given.format == "text":
        from analytics.policy.show import parts_text as write
    elif given.format == "html":
        from analytics.workbench.page import html as write
    else:
        from analytics.workbench.page import markdown as write
    _put(write(policy, parts), given.out)


def _check(given: argparse.Namespace) -> None:
    from analytics.workbench.check import check, exit_code, files_to_check
    from analytics.workbench.wording import checked_text

    found = check(files_to_check(given.files, given.policies), given.policies)
    if given.format == "json":
        print(_json([one.as_record() for one in found]))
    else:
        print(checked_text(found))
    sys.stdout.flush()
    if code := exit_code(found):
        sys.exit(code)


def _diff(given: argparse.Namespace) -> None:
    from analytics.workbench.diff import compare
    from analytics.workbench.naming import named_version, policy_file
    from analytics.workbench.wording import compared_text

    before = named_version(given.before, given.policies)
    after_name = given.before.split("@")[0] + given.after if given.after.startswith("@") else given.after
    after = named_version(after_name, given.policies)
    one = (before[0], before[1] or before[0].versions[-1])
    other = (after[0], after[1] or after[0].versions[-1])
    changes = compare(*one, *other)
    # One id, twice: a draft has the id of what it is to replace.
    files = (policy_file(given.before), policy_file(after_name)) if one[0].id == other[0].id else (None, None)
    if given.format == "json":
        print(_json([change.as_record() for change in changes]))
    else:
        print(compared_text(one, other, changes, files))


def _new(given: argparse.Namespace) -> None:
    from analytics.workbench.answers import ask
    from analytics.workbench.new import write_new

    answers = ask(given, is_asked=sys.stdin.isatty() and sys.stdout.isatty())
    file = write_new(answers, given.out)
    print(f"{file} is written. Change what it says, then: um policy check {file}")


def _schema(given: argparse.Namespace) -> None:
    from analytics.policy.schema import json_schema

    print(_json(json_schema()))


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _put(text: str, out: Path | None) -> None:
    if out is None:
        print(text)
        return
    try:
        out.write_text(text if text.endswith("\n") else text + "\n", encoding="utf-8")
    except OSError as fault:
        raise UserError(f"'{out}' can't be written: {fault.strerror}.") from None
    print(f"{out} is written.")
