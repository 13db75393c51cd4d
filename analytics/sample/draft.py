"""A tiny clean extract to spoil: a few persons, each with one request and one dose that break no rule.

Only the columns that a clean extract can't do without are written, so that a fault is easy to see beside them.
"""

import csv
import io
import struct
import zlib
from dataclasses import dataclass, field
from datetime import date

from analytics.extracts.schema import TABLES
from analytics.sample.rows import Row
from analytics.sample.world import CAPECITABINE_NDC, DRUG, HARBOR, days, npi

START = date(2024, 3, 4)
POLICY = "ixempra-oncology-injectable"
LIFTED = """\

[gate]
# Of so few rows, one in quarantine would be more than the usual 5%: that limit is not what this folder is about.
max_quarantined_percent = 100
"""


def settings(*payers: str, policy: str = POLICY) -> str:
    """A configuration that gives payers a policy."""
    return "[policies]\n" + "".join(f'"{payer}" = "{policy}"\n' for payer in payers)


def on(number: int, later: int = 0) -> str:
    """The day of person `number`'s dose, or so many days later."""
    return (START + days(number + later)).isoformat()


def provider(good: bool = True) -> str:
    """An invented provider's number, with its check digit or with the next one."""
    number = npi(193_000_007)
    return number if good else number[:-1] + str((int(number[-1]) + 1) % 10)


def dose(number: int, later: int = 0, **columns: str) -> Row:
    """Person `number`'s claim line of 72 units with nothing discarded; columns given replace the usual ones."""
    usual = {
        "claim_id": f"C{number}",
        "claim_line_number": "1",
        "person_id": f"P{number}",
        "payer": HARBOR.name,
        "claim_line_start_date": on(number, later),
        "hcpcs_code": DRUG,
        "service_unit_quantity": "72",
        "hcpcs_modifier_1": "JZ",
        "billing_npi": provider(),
        "allowed_amount": "6480.00",
        "paid_date": on(number, later),
    }
    return usual | columns


def ask(number: int, later: int = 0, **columns: str) -> Row:
    """Person `number`'s request, approved five days before the dose."""
    usual = {
        "authorization_id": f"A{number}",
        "person_id": f"P{number}",
        "payer": HARBOR.name,
        "hcpcs_code": DRUG,
        "request_type": "initial",
        "received_at": on(number, later - 8),
        "decided_at": on(number, later - 6),
        "decision": "approved",
        "approved_from": on(number, later - 5),
        "approved_to": on(number, later + 175),
        "requested_dose_mg_per_m2": "40",
        "diagnosis_code": "C50.911",
        "prescriber_specialty": "207RH0003X",
    }
    return usual | columns


def documented(table: str, number: int) -> Row:
    """Person `number`'s clean row of an optional table."""
    person, request = {"person_id": f"P{number}"}, {"authorization_id": f"A{number}"}
    return {
        "criterion_review": request | {"criterion_id": "1.C", "determination": "met"},
        "clinical_answer": request | {"question": "metastatic", "answer": "yes"},
        "eligibility": person | {"payer": HARBOR.name, "enrollment_start_date": "2022-01-01"},
        "observation": person
        | {"observation_date": on(number, -4), "source_code": "3140-1", "result": "1.80", "source_units": "m2"},
        "pharmacy_claim": person | {"dispensing_date": on(number), "ndc_code": CAPECITABINE_NDC},
    }[table]


@dataclass
class Draft:
    """The tables of a tiny extract; whoever makes a fault changes them."""

    persons: int = 4
    rows: dict[str, list[Row]] = field(default_factory=dict)
    settings: str = field(default_factory=lambda: settings(HARBOR.name))

    def __post_init__(self) -> None:
        numbers = range(1, self.persons + 1)
        self.rows |= {
            "medical_claim": [dose(number) for number in numbers],
            "authorization": [ask(number) for number in numbers],
        }

    def have(self, *tables: str) -> None:
        """Give each person a clean row of optional tables that are not there yet."""
        for table in tables:
            if table not in self.rows:
                self.rows[table] = [documented(table, number) for number in range(1, self.persons + 1)]

    def add(self, table: str, *rows: Row) -> None:
        """Append rows to a table that is there."""
        self.rows[table] += rows

    def put(self, table: str, **columns: str) -> None:
        """Change columns of the second person's row."""
        self.rows[table][1] |= columns

    def put_all(self, table: str, **columns: str) -> None:
        """Change columns of all rows of a table."""
        for row in self.rows[table]:
            row |= columns

    def deny_all(self) -> None:
        """Make every request a denied one: only those are appealed."""
        self.put_all("authorization", decision="denied", approved_from="", approved_to="")

    def text(self, table: str) -> str:
        """A table as CSV, without the columns that hold nothing."""
        rows = self.rows[table]
        names = [name for name in TABLES[table].names if any(row.get(name) for row in rows)]
        file = io.StringIO()
        writer = csv.DictWriter(file, names, restval="", extrasaction="ignore", lineterminator="\n")
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
