"""One fault per tiny folder: what the product must say of it, and the code with which it must leave.

`python -m analytics.sample.dirty OUT` writes the folders, in place of those that are there, and a README of them.
"""

import shutil
import sys
from itertools import groupby
from pathlib import Path

from analytics.extracts.schema import TABLES
from analytics.sample.dirty_columns import column_faults
from analytics.sample.dirty_files import FILE_FAULTS, table_faults
from analytics.sample.dirty_lines import LINE_FAULTS
from analytics.sample.dirty_persons import PERSON_FAULTS
from analytics.sample.dirty_requests import REQUEST_FAULTS
from analytics.sample.fault import Fault

GROUPS = ("clean", "extract", *TABLES, "policy", "rows", "input")


def _group(fault: Fault) -> str:
    return fault.folder.split("/")[0]


def _place(fault: Fault) -> int:
    return GROUPS.index(_group(fault))


FAULTS: tuple[Fault, ...] = tuple(
    sorted((*FILE_FAULTS, *table_faults(), *column_faults(), *LINE_FAULTS, *REQUEST_FAULTS, *PERSON_FAULTS), key=_place)
)
README = """\
# Dirty extracts: one fault per folder

Each folder is a tiny extract of invented persons in which one thing is wrong, and nothing else. Compare it with
`clean/`, from which it was made: `diff -r clean medical_claim/medical_claim.paid_date.order`.

A folder that is called after an expectation of the data-quality gate ([docs/quality.md](../../docs/quality.md) lists
them) lies under the expectation's table: `um check` and `um report` must name this one finding, and no other. So
whoever meets a finding in a real extract sees here the smallest extract that gives it. `rows/` holds rows that are set
aside without any finding, `input/` what can't be used at all.

Code 0: the report is written, and the quality table names the finding. Code 1: the gate fails. Code 2: the input can't
be used; one sentence says why.

Written by `python -m analytics.sample.dirty data_samples/dirty`. Tests hold the folders to it, and the gate to them.
"""
TITLES = {
    "clean": "Nothing wrong",
    "extract": "The extract as a whole",
    "policy": "The policies",
    "rows": "Rows set aside without a finding",
    "input": "Input that can't be used",
}
HEAD = """
## {title}

| folder | what is wrong | code | also to be found |
|---|---|---:|---|
"""


def write_dirty(out: Path) -> None:
    """Write every fault's folder into `out`, and a README that lists them."""
    for group in GROUPS:
        shutil.rmtree(out / group, ignore_errors=True)
    for fault in FAULTS:
        folder = out / fault.folder
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in fault.files().items():
            (folder / name).write_bytes(content)
    (out / "README.md").write_text(readme(), "utf-8", newline="\n")


def readme() -> str:
    """The list of faults, a table of them for each input table."""
    parts = [README]
    for group, faults in groupby(FAULTS, key=_group):
        parts.append(HEAD.format(title=TITLES.get(group, group)))
        parts += [
            f"| [`{fault.name}`]({fault.folder}/) | {fault.story} | {fault.exit_code} | {fault.beside} |\n"
            for fault in faults
        ]
    return "".join(parts)


if __name__ == "__main__":
    write_dirty(Path(sys.argv[1]))
