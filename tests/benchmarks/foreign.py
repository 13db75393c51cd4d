"""A large extract as another plan might have it: other names, words and dates, and the configuration that maps them."""

from pathlib import Path

import duckdb

_NAMES = {
    "claim_id": "ICN",
    "person_id": "MEMBER_ID",
    "claim_line_start_date": "SVC_DT",
    "hcpcs_code": "PROC_CD",
    "service_unit_quantity": "UNITS",
    "claim_status": "ST",
    "claim_frequency_code": "FREQ",
}
_MAPPED = """
[source.medical_claim]
path = "lines.*"
delimiter = "|"
date_format = "%d-%b-%Y"
[source.medical_claim.columns]
claim_id = "ICN"
person_id = "MEMBER_ID"
claim_line_start_date = "SVC_DT"
hcpcs_code = "PROC_CD"
service_unit_quantity = "UNITS"
claim_status = { column = "ST", values = { P = "paid", D = "denied" } }
claim_frequency_code = { column = "FREQ", values = { O = "1", R = "7", V = "8" } }
"""


def foreign(data: Path) -> Path:
    """The extract of a folder in foreign columns, in a folder of its own beside; made once."""
    out = data / "foreign"
    if (out / "um.toml").exists():
        return out
    out.mkdir(exist_ok=True)
    parts = data / "medical_claim"
    form = "csv" if (data / "medical_claim.csv").exists() else "parquet"
    lines = f"read_csv('{data}/medical_claim.csv', all_varchar = true)" if form == "csv" else _parquet(data, parts)
    with duckdb.connect() as con:
        named = [name for name, *_ in con.execute(f"describe select * from {lines}").fetchall()]
        columns = ", ".join(f"{_said(name)} as {_NAMES.get(name, name)}" for name in named)
        kind = "format csv, header, delimiter '|'" if form == "csv" else "format parquet, compression zstd"
        con.execute(f"copy (select {columns} from {lines}) to '{out}/lines.{form}' ({kind})")
    for path in data.glob("*.*"):
        if path.is_file() and path.suffix in (".csv", ".parquet") and path.stem != "medical_claim":
            (out / path.name).symlink_to(path)
    (out / "um.toml").write_text((data / "um.toml").read_text() + _MAPPED)
    return out


def _parquet(data: Path, parts: Path) -> str:
    return f"read_parquet('{parts}/*.parquet')" if parts.is_dir() else f"read_parquet('{data}/medical_claim.parquet')"


def _said(name: str) -> str:
    """A column of ours in the plan's words."""
    match name:
        case "claim_line_start_date":
            return f"strftime(cast({name} as date), '%d-%b-%Y')"
        case "claim_status":
            return f"case {name} when 'paid' then 'P' when 'denied' then 'D' end"
        case "claim_frequency_code":
            return f"case {name} when '1' then 'O' when '7' then 'R' when '8' then 'V' end"
    return name
