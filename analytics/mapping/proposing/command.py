"""The command `um init`: its words, and what it does."""

import argparse
import re
from pathlib import Path

from analytics.errors import UserError
from analytics.room import put, unwritten


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command. Nothing heavy is imported."""
    init = commands.add_parser(
        "init",
        help="look at a folder of foreign extracts; propose its um.toml",
        description="Look at a folder of extracts in any layout, and propose the um.toml that maps them: what is sure "
        "and likely is in force, what is unsure stands there as a remark with its reason.",
    )
    init.add_argument("data", type=Path, metavar="DATA", help="the folder of extracts")
    init.add_argument("--out", type=Path, metavar="FILE", help="write there (default: DATA/um.toml)")
    init.add_argument("--payer", metavar="NAME", help="the payer of all rows, where the files name none")
    init.add_argument("--force", action="store_true", help="write over a file that is there")
    init.set_defaults(run=run)


def run(given: argparse.Namespace) -> None:
    """Look, write the proposal, and say in short what it is. Raises :class:`UserError` for what can't be used."""
    from analytics.mapping.proposing.looking import one_line
    from analytics.mapping.proposing.proposal import propose
    from analytics.mapping.proposing.summary import summary
    from analytics.mapping.proposing.writing import um_toml

    folder, out = given.data, given.out or given.data / "um.toml"
    if not folder.is_dir():
        state = "is a file" if folder.exists() else "is not there"
        raise UserError(f"'{folder}' {state}: name the folder that holds the extracts.")
    proposal = propose(folder)
    if not (proposal.presets or proposal.sources):
        says = "Nothing to map, so nothing is written." if proposal.own else "No extract was found: nothing is written."
        print("\n".join([*map(one_line, summary(proposal)), says]))
        return
    if out.exists() and not given.force:
        raise UserError(f"'{out}' is there already: give --force to write over it, or --out for another file.")
    text = um_toml(proposal, _policies(), given.payer)
    try:
        put(out, lambda path: path.write_text(text, encoding="utf-8"), mode=0o644)
    except OSError as fault:
        raise unwritten(out, fault) from None
    left = sum(line.startswith("# ") and bool(re.search("  # (unsure|missing)", line)) for line in text.splitlines())
    lines = f", with {left} {'line' if left == 1 else 'lines'} to decide, marked unsure or missing" if left else ""
    print("\n".join([*map(one_line, summary(proposal)), f"Written: {out}{lines}."]))


def _policies() -> dict[str, str]:
    """Payers that a policy names -> its id; "" -> all ids."""
    from analytics.policy import load_policies

    policies = load_policies()
    named = {payer.lower(): name for name, policy in policies.items() for payer in policy.payers}
    return {**named, "": ", ".join(policies)}
