"""A tiny clean extract to spoil: a few persons, each with one request and one dose that break no rule."""

import csv
import io
import struct
import zlib
from dataclasses import dataclass, field
from datetime import date

from analytics.sample.planted_rows import claim, request
from analytics.sample.planting import Part
from analytics.sample.rows import Row, make_row
from analytics.sample.world import HARBOR, Payer, days, npi

START = date(2024, 3, 4)
SETTINGS = f'[policies]\n"{HARBOR.name}" = "ixempra-oncology-injectable"\n'


def dose(number: int, units: int = 72, *modifiers: str, later: int = 0, payer: Payer = HARBOR, **columns: str) -> Row:
    """A claim line of person `number` on that person's day, or so many days later."""
    day = (START + days(number + later)).isoformat()
    values = {"which": int(columns.pop("which", "1")), "line": int(columns.pop("line", "1"))}
    row = claim(number, day, units, *(modifiers or ("JZ",)), payer=payer, **values, **columns)[1]  # type: ignore[arg-type]
    return row | {"ndc_code": columns.get("ndc_code", "70020-1911-01")}


def ask(number: int, payer: Payer = HARBOR, **columns: str) -> Row:
    """The approved request of person `number`, from five days before the dose; 1.80 m² allow 72 units."""
    first = START + days(number - 5)
    usual = {
        "approved_from": first.isoformat(),
        "approved_to": (first + days(180)).isoformat(),
        "regimen": "q3w",
        "bsa_m2": "1.80",
    }
    return request(number, (first - days(3)).isoformat(), "approved", payer=payer, **(usual | columns))[1]  # type: ignore[arg-type]


@dataclass
class Draft:
    """The tables of a tiny extract; whoever makes a fault changes them."""

    persons: int = 4
    rows: dict[str, list[Row]] = field(default_factory=dict)
    settings: str = SETTINGS

    def __post_init__(self) -> None:
        numbers = range(1, self.persons + 1)
        self.rows |= {
            "medical_claim": [dose(number) for number in numbers],
            "authorization": [ask(number) for number in numbers],
        }

    def add(self, *parts: Part) -> None:
        """Append rows of any table."""
        for table, row in parts:
            self.rows.setdefault(table, []).append(row)

    def put(self, table: str, row: int, **columns: str) -> None:
        """Change columns of one row, counted from 0."""
        self.rows[table][row] |= columns

    def put_all(self, table: str, **columns: str) -> None:
        """Change columns of all rows of a table."""
        for row in self.rows[table]:
            row |= columns

    def add_everyone(self, table: str, **columns: str) -> None:
        """Append one row for each person with these columns, and the person's id or the request's."""
        for person in self.rows["authorization"]:
            key = "authorization_id" if table in ("criterion_review", "clinical_answer") else "person_id"
            self.add((table, make_row(table, **({key: person[key]} | columns))))

    def text(self, table: str) -> str:
        """A table as CSV, without the columns that hold nothing."""
        rows = self.rows[table]
        names = [name for name in rows[0] if any(row[name] for row in rows)]
        file = io.StringIO()
        writer = csv.DictWriter(file, names, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return file.getvalue()

    def files(self) -> dict[str, bytes]:
        """The folder's files: one CSV per table, and the settings."""
        tables = {f"{table}.csv": self.text(table).encode() for table in self.rows}
        return tables | {"um.toml": self.settings.encode()}


def gzipped(content: bytes) -> bytes:
    """A gzip file that stores its content as it is, so that its bytes hang on no version of any library."""
    stored = b"\x01" + struct.pack("<HH", len(content), len(content) ^ 0xFFFF) + content
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + stored + struct.pack("<II", zlib.crc32(content), len(content))


def provider(good: bool = True) -> str:
    """An invented provider's number, with its check digit or with the next one."""
    number = npi(193_000_007)
    return number if good else number[:-1] + str((int(number[-1]) + 1) % 10)
