"""One fault per tiny folder: what the product must say of it, and the code with which it must leave.

`python -m analytics.sample.dirty OUT` writes the folders and a README of them.
"""

import sys
from pathlib import Path

from analytics.sample.dirty_files import FILE_FAULTS
from analytics.sample.dirty_rows import ROW_FAULTS
from analytics.sample.fault import Fault

FAULTS: tuple[Fault, ...] = FILE_FAULTS + ROW_FAULTS
HEAD = """\
# Dirty extracts: one fault per folder

Each folder is a tiny extract of invented persons with one fault, and nothing else that is wrong. `um report` must
leave with the code given, and say what is given. Written by `python -m analytics.sample.dirty {out}`.

Code 0: the report is written and the quality table names the finding. Code 1: the data-quality gate fails. Code 2:
the input can't be used; one sentence says why.

| folder | what is wrong | code | what must be found |
|---|---|---:|---|
"""


def write_dirty(out: Path) -> None:
    """Write every fault's folder into `out`, and a README that lists them."""
    for fault in FAULTS:
        folder = out / fault.name
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in fault.files().items():
            (folder / name).write_bytes(content)
    (out / "README.md").write_text(readme(), "utf-8", newline="\n")


def readme() -> str:
    """The list of faults as a Markdown table."""
    lines = [f"| `{fault.name}` | {fault.story} | {fault.exit_code} | {fault.found} |" for fault in FAULTS]
    return HEAD.format(out="data_samples/dirty") + "\n".join(lines) + "\n"


if __name__ == "__main__":
    write_dirty(Path(sys.argv[1]))
