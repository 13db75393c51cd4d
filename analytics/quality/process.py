"""The parent's side of the process in which Great Expectations runs."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from analytics.errors import UserError
from analytics.extracts.schema import TABLES
from analytics.quality.expectation import Expectation
from analytics.quality.sources import FILES, RUN_TABLE, SOURCES, input_columns, relation, statement

MEMORY_LIMIT = "1500MB"


class GateProcess:
    """A child that imports Great Expectations while the parent does something else, and then answers `run_gate`.

    Start it before the extracts are read and pass it to `run_gate`, as often as you like; `close` ends it, as leaving
    its `with` block does. Importing takes some 5 s, an answer some 2 s and whatever the rows take.
    """

    def __init__(self, memory_limit: str = MEMORY_LIMIT) -> None:
        self._memory_limit = memory_limit
        # Libraries write warnings there that are no concern of the user's.
        self._noise = tempfile.TemporaryFile()  # noqa: SIM115
        self._spill = tempfile.TemporaryDirectory(prefix="um-gate-")
        self._child = subprocess.Popen(
            # -P: a file in the user's folder that happens to be called duckdb.py is not ours to import.
            [sys.executable, "-P", "-m", "analytics.quality.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._noise,
            env=os.environ | {"PYTHONPATH": _import_path()},
        )

    def __enter__(self) -> "GateProcess":
        return self

    def __exit__(self, *fault: object) -> None:
        self.close()

    def run(
        self, stage: Path, there: Iterable[str], as_of: date, expectations: list[Expectation]
    ) -> dict[str, dict[str, Any]]:
        """The counts of each expectation by its id, or `{"fault": kind}` where it could not run."""
        spec = _specification(stage, set(there), as_of, expectations) | {
            "memory_limit": self._memory_limit,
            "spill": self._spill.name,
        }
        counts = self._ask(spec) if expectations else {}
        if any(count.get("fault") == "DiskFull" for count in counts.values()):
            raise UserError(
                f"The disk is too full for the data-quality gate's temporary files in '{self._spill.name}': free space "
                "there, or point TMPDIR at a roomier folder."
            )
        no_answer = {"fault": "NoAnswer"}
        return {expectation.id: counts.get(_test_id(expectation), no_answer) for expectation in expectations}

    def _ask(self, spec: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """The child's answer; none where it is gone."""
        assert self._child.stdin is not None and self._child.stdout is not None
        try:
            self._child.stdin.write(json.dumps(spec).encode() + b"\n")
            self._child.stdin.flush()
            return dict(json.loads(self._child.stdout.readline()))
        except (OSError, ValueError):
            return {}

    def close(self) -> None:
        """End the child, whether it was ever asked or not."""
        self._child.kill()
        self._child.wait()
        for stream in (self._child.stdin, self._child.stdout, self._noise):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        self._spill.cleanup()


def _import_path() -> str:
    """Where this package is imported from, for a child that does not look in the current folder."""
    root = str(Path(__file__).resolve().parents[2])
    return os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))


def _specification(stage: Path, there: set[str], as_of: date, expectations: list[Expectation]) -> dict[str, Any]:
    """What the child is to do; its form is described in `analytics.quality.child`."""
    return {
        "inputs": {
            # A policy's table goes by its own name; an input table by that of its staged rows.
            f"{name}_row" if name in TABLES else name: {
                "file": str(stage / f"{name}.parquet") if name in there else None,
                "columns": columns,
            }
            for name, columns in input_columns().items()
        },
        "tables": [
            {"name": RUN_TABLE, "sql": statement(RUN_TABLE), "bound": {"as_of": str(as_of)}, "is_table": True},
            *({"name": name, "sql": statement(name), "bound": {}, "is_table": False} for name in FILES),
        ],
        "suites": list(_suites(expectations)),
    }


def _suites(expectations: list[Expectation]) -> Iterator[dict[str, Any]]:
    """One suite per source; what two expectations judge by one count is tested once."""
    for name, source in SOURCES.items():
        mine = [expectation for expectation in expectations if expectation.source == name]
        if mine:
            yield {
                "name": f"suite_{name}",
                "relation": relation(name),
                # A question over many rows is answered once, and kept as little more than yes and no.
                "materialise": source.is_file,
                "checks": list({_test_id(expectation): _check(expectation) for expectation in mine}.values()),
            }


def _test_id(expectation: Expectation) -> str:
    """What is tested, whatever is made of the count."""
    tested = (expectation.source, expectation.value, expectation.gx, expectation.arguments)
    return json.dumps(tested, default=str)


def _check(expectation: Expectation) -> dict[str, Any]:
    is_share = bool(expectation.value) and expectation.limit == "share"
    return {
        "id": _test_id(expectation),
        "value": expectation.value,
        "gx": expectation.gx,
        "arguments": dict(expectation.arguments),
        "mostly": 1 - expectation.threshold if is_share else None,
        "severity": expectation.severity,
    }
