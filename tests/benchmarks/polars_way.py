"""The comparison's work in Polars, lazily, so that its optimizer reads only what is needed."""

import polars as pl

from tests.benchmarks.common import CAP, COLUMNS, DRUG, KEY, WINDOW_DAYS


def run(files: list[str]) -> tuple[int, int]:
    """Administrations, and those over a cap."""
    claim = pl.scan_parquet(files)
    link = (
        claim.filter(pl.col("claim_frequency_code").is_in(["7", "8"]))
        .select("data_source", "claim_id", "claim_frequency_code", "original_claim_id")
        .collect(engine="streaming")
    )
    line = claim.filter(pl.col("hcpcs_code") == DRUG).select(COLUMNS).collect(engine="streaming").unique()
    claim_key = KEY[:2]
    gone = pl.concat(
        [
            link.filter(pl.col("claim_frequency_code") == "8").select(claim_key),
            link.filter(pl.col("original_claim_id") != pl.col("claim_id")).select(
                "data_source", pl.col("original_claim_id").alias("claim_id")
            ),
        ]
    ).unique()
    day = (
        line.lazy()
        .filter(pl.col("claim_status") != "denied")
        .join(gone.lazy(), on=claim_key, how="anti")
        .with_columns(has_jw=pl.col("hcpcs_modifier_1").eq_missing(pl.lit("JW")), on_day="claim_line_start_date")
        .group_by(*KEY, "payer", "person_id", "on_day", "has_jw")
        .agg(units=pl.col("service_unit_quantity").sum(), allowed=pl.col("allowed_amount").sum())
        .filter(pl.col("units") > 0)
        .group_by("payer", "person_id", "on_day")
        .agg(
            units=pl.col("units").sum(),
            wasted=pl.col("units").filter("has_jw").sum(),
            allowed=pl.col("allowed").sum(),
        )
        .sort("payer", "person_id", "on_day")
        .with_columns(pl.col("units").cast(pl.Float64))
        .collect()
    )
    windowed = day.with_columns(
        in_window=pl.col("units").rolling_sum_by("on_day", f"{WINDOW_DAYS}d").over("payer", "person_id")
    )
    over = windowed.filter((pl.col("units") > CAP) | (pl.col("in_window") > CAP + 1e-6))
    return windowed.height, over.height
