"""The invented study that pages are built from in tests agrees with itself."""

import polars as pl

from tests.invented import invented_study


def test_the_invented_tables_agree() -> None:
    study = invented_study()
    assert study.administration.height > 1000
    assert set(study.request["final_decision"].unique()) >= {"approved", "denied", "pending"}
    totals = study.dosing_sensitivity.group_by("grace_days", "dose_tolerance_percent").agg(
        n=pl.sum_horizontal(pl.col("^n_.*$").sum())
    )
    assert totals["n"].unique().to_list() == [study.administration.height]
