"""Policies of invented drugs, one for each part of the policy language, and what tests of policies share."""

from pathlib import Path

import pytest

from analytics import cli

FOLDER = Path(__file__).parent


def um(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """The command `um` with these words: its exit code, and what it printed."""
    code = 0
    try:
        cli.main(words)
    except SystemExit as left:
        code = int(left.code or 0)
    printed = capsys.readouterr()
    return code, printed.out, printed.err
