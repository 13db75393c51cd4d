"""Extracts of ours written as another plan might have them, and the configuration that maps them back."""

import csv
from datetime import date
from pathlib import Path

from tests.support import SAMPLES

# The claim lines' columns that the plan calls otherwise; the others keep their names, in capitals.
CLAIM_COLUMNS = {
    "claim_id": "ICN",
    "claim_line_number": "LN",
    "person_id": "MEMBER_ID",
    "claim_line_start_date": "SVC_DT",
    "hcpcs_code": "PROC_CD",
    "service_unit_quantity": "UNITS",
    "paid_amount": "PAID",
    "claim_status": "ST",
}
STATUS = {"paid": "P", "denied": "D"}
DECISIONS = {"approved": "A", "denied": "N", "partially_approved": "M", "withdrawn": "W", "pending": "P"}
_CLAIMS = """
[[source.medical_claim]]
path = "{file}"
delimiter = ";"
encoding = "latin-1"
decimal = ","
date_format = "%d-%b-%Y"
[source.medical_claim.columns]
claim_id = "ICN"
claim_line_number = "LN"
person_id = "MEMBER_ID"
payer = {payer}
claim_line_start_date = "SVC_DT"
hcpcs_code = "PROC_CD"
service_unit_quantity = "UNITS"
paid_amount = "PAID"
claim_status = {{ column = "ST", values = {{ P = "paid", D = "denied" }} }}
"""
_REQUESTS = """
[source.authorization]
path = "pa.csv"
[source.authorization.columns]
authorization_id = { expression = "AUTH_A || AUTH_B" }
[source.authorization.columns.decision]
column = "decision"
values = { a = "approved", N = "denied", M = "partially_approved", W = "withdrawn", P = "pending" }
"""


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV of ours."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def write_foreign(out: Path, samples: Path = SAMPLES) -> Path:
    """`data_samples` as a plan might export it: a file of claim lines for each payer, in its own columns and words."""
    out.mkdir(parents=True, exist_ok=True)
    config = (samples / "um.toml").read_text(encoding="utf-8")
    lines = rows_of(samples / "medical_claim.csv")
    for place, payer in enumerate(sorted({line["payer"] for line in lines})):
        file = f"claims_{place}.txt"
        _write_claims(out / file, [line for line in lines if line["payer"] == payer])
        # No payer at all can't be said by a constant.
        constant = f'{{ constant = "{payer}" }}' if payer else '{ expression = "nullif(ICN, ICN)" }'
        config += _CLAIMS.format(file=file, payer=constant)
    _write_requests(out / "pa.csv", rows_of(samples / "authorization.csv"))
    for name in ("clinical_answer", "criterion_review", "eligibility", "observation", "pharmacy_claim"):
        (out / f"{name}.csv").write_bytes((samples / f"{name}.csv").read_bytes())
    (out / "um.toml").write_text(config + _REQUESTS, encoding="utf-8")
    return out


def _write_claims(path: Path, lines: list[dict[str, str]]) -> None:
    names = [name for name in lines[0] if name != "payer"]
    with path.open("w", encoding="latin-1", newline="") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow([CLAIM_COLUMNS.get(name, name.upper()) for name in names])
        for line in lines:
            writer.writerow([_claim_value(name, line[name]) for name in names])


def _claim_value(name: str, value: str) -> str:
    if name.endswith("_date"):
        return _day(value)
    if name.endswith("_amount") or name == "service_unit_quantity":
        return value.replace(".", ",")
    return STATUS.get(value.lower(), value) if name == "claim_status" else f" {value} " if value else value


def _day(value: str) -> str:
    try:
        return date.fromisoformat(value).strftime("%d-%b-%Y")
    except ValueError:
        return value


def _write_requests(path: Path, rows: list[dict[str, str]]) -> None:
    names = [name for name in rows[0] if name != "authorization_id"]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["AUTH_A", "AUTH_B", *names])
        for row in rows:
            ident = row["authorization_id"]
            said = {**row, "decision": DECISIONS.get(row["decision"].lower(), row["decision"])}
            writer.writerow([ident[:2], ident[2:], *(said[name] for name in names)])
