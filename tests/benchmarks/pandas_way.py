"""The comparison's work in pandas: only the columns needed, filtered while reading."""

import pandas as pd

from tests.benchmarks.common import CAP, COLUMNS, DRUG, KEY, WINDOW_DAYS


def run(files: list[str]) -> tuple[int, int]:
    """Administrations, and those over a cap."""
    links = ["data_source", "claim_id", "claim_frequency_code", "original_claim_id"]
    link = pd.read_parquet(
        files, columns=links, filters=[("claim_frequency_code", "in", ["7", "8"])], dtype_backend="pyarrow"
    )
    line = pd.read_parquet(
        files, columns=COLUMNS, filters=[("hcpcs_code", "==", DRUG)], dtype_backend="pyarrow"
    ).drop_duplicates()
    named = link[link["original_claim_id"].notna() & (link["original_claim_id"] != link["claim_id"])]
    gone = pd.concat(
        [
            link.loc[link["claim_frequency_code"] == "8", ["data_source", "claim_id"]],
            named[["data_source", "original_claim_id"]].rename(columns={"original_claim_id": "claim_id"}),
        ]
    ).drop_duplicates()
    line = line[line["claim_status"] != "denied"].merge(gone, how="left", on=KEY[:2], indicator="is_gone")
    line = line[line["is_gone"] == "left_only"]
    line = line.assign(
        has_jw=line["hcpcs_modifier_1"].fillna("") == "JW",
        on_day=pd.to_datetime(line["claim_line_start_date"]),
        units=line["service_unit_quantity"].astype("float64"),
        allowed=line["allowed_amount"].astype("float64"),
    )
    netted = line.groupby([*KEY, "payer", "person_id", "on_day", "has_jw"], as_index=False, observed=True)[
        ["units", "allowed"]
    ].sum()
    netted = netted[netted["units"] > 0]
    netted["wasted"] = netted["units"].where(netted["has_jw"], 0.0)
    day = netted.groupby(["payer", "person_id", "on_day"], as_index=False)[["units", "wasted", "allowed"]].sum()
    in_window = (
        day.sort_values(["payer", "person_id", "on_day"])
        .set_index("on_day")
        .groupby(["payer", "person_id"])["units"]
        .rolling(f"{WINDOW_DAYS}D")
        .sum()
        .to_numpy()
    )
    units = day.sort_values(["payer", "person_id", "on_day"])["units"].to_numpy()
    return len(day), int(((units > CAP) | (in_window > CAP + 1e-6)).sum())
