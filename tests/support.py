"""What several tests need: extracts written from plain rows, opened, and compared."""

import csv
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from math import isclose
from pathlib import Path
from typing import Any

from analytics.study import Study, open_study

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "data_samples"
# Third parties' files, where they are: beside the project, or where UM_SHARED says.
THIRD_PARTY = Path(os.environ.get("UM_SHARED", ROOT.parent / "shared")) / "data"

Rows = Sequence[Mapping[str, str | None]]


def write_extract(folder: Path, tables: Mapping[str, Rows], config: str = "") -> Path:
    """Write a folder of CSV extracts from rows of text; a table without rows gets the header that it must have."""
    from analytics.extracts.schema import TABLES

    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        lower = {column.lower() for column in columns}
        columns += [column.name for column in TABLES[name].columns if column.required and column.name not in lower]
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, columns, restval="")
            writer.writeheader()
            for row in rows:
                writer.writerow({column: "" if value is None else value for column, value in row.items()})
    if config:
        (folder / "um.toml").write_text(config, encoding="utf-8")
    return folder


@contextmanager
def opened(folder: Path, tables: Mapping[str, Rows], config: str = "", **options: Any) -> Iterator[Study]:
    """A study of extracts written from rows."""
    with open_study(write_extract(folder, tables, config), **options) as study:
        yield study


def claim(**values: str | None) -> dict[str, str | None]:
    """A claim line of 60 units of J9207 for Harbor's person P1 on 2025-03-03, but for what is given."""
    return {
        "claim_id": "C1",
        "claim_line_number": "1",
        "person_id": "P1",
        "payer": "Harbor",
        "claim_line_start_date": "2025-03-03",
        "hcpcs_code": "J9207",
        "service_unit_quantity": "60",
        **values,
    }


def authorization(**values: str | None) -> dict[str, str | None]:
    """An approved request of Harbor's person P1 for 2025, with a documented BSA of 1.8 m², but for what is given."""
    return {
        "authorization_id": "A1",
        "person_id": "P1",
        "payer": "Harbor",
        "hcpcs_code": "J9207",
        "request_type": "initial",
        "received_at": "2025-01-02",
        "decided_at": "2025-01-04",
        "decision": "approved",
        "approved_from": "2025-01-04",
        "approved_to": "2026-01-03",
        "bsa_m2": "1.8",
        **values,
    }


HARBOR = '[policies]\nHarbor = "ixempra-oncology-injectable"\n'


def differences(name: str, key: Sequence[str], ours: Rows, theirs: Rows) -> list[str]:
    """Where two lists of rows differ, by key and column; numbers may differ in the last digits only."""
    left, right = _by_key(key, ours), _by_key(key, theirs)
    found = [f"{name}: the product alone has {k}" for k in left.keys() - right.keys()]
    found += [f"{name}: the twin alone has {k}" for k in right.keys() - left.keys()]
    for k in sorted(left.keys() & right.keys(), key=str):
        for one, other in zip(left[k], right[k], strict=False):
            found += [
                f"{name} {k} {column}: product {one.get(column)!r}, twin {value!r}"
                for column, value in other.items()
                if column in one and not same(one[column], value)
            ]
        if len(left[k]) != len(right[k]):
            found.append(f"{name} {k}: {len(left[k])} rows, the twin {len(right[k])}")
    return found


def _by_key(key: Sequence[str], rows: Rows) -> dict[tuple[Any, ...], list[Mapping[str, Any]]]:
    found: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(tuple(row[column] for column in key), []).append(row)
    return found


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same, lists item by item, numbers whatever their Python type."""
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    numbers = (int, float, Decimal)
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, numbers) and isinstance(other, numbers):
        return isclose(float(one), float(other), rel_tol=1e-9, abs_tol=1e-9)
    return bool(one == other)
