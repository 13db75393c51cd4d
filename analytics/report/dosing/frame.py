"""Administrations with what the page tells of them beside their verdict: provider, waste, stretch of months."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from analytics.disclosure import count_people
from analytics.report.parts import tile_periods

if TYPE_CHECKING:
    from analytics.report.parts import Study

Days = tuple[date, date]
KEY = ["policy_id", "payer", "person_id", "administered_on"]
#: So many providers of a policy are listed, those with the most judged administrations.
LISTED = 15
#: All others together, and administrations on whose lines no provider is named.
OTHERS = "others"
_WASTE = ["avoidable_units", "avoidable_vials", "wasted_vials", "wasted_allowed_amount", "avoidable_allowed_amount"]


def details(study: Study) -> pl.DataFrame:
    """The administrations with their provider (`npi`) and their waste (units, vials, dollars)."""
    waste = study.administration_waste.select(*KEY, *_WASTE)
    provider = study.administration_provider.select(*KEY, "npi")
    return study.administration.join(waste, on=KEY, how="left").join(provider, on=KEY, how="left")


def months_compared(manifest: Mapping[str, Any], days: pl.Series) -> dict[str, Days]:
    """The stretches that headline figures compare: `recent`, and `before` it, as far as the extract covers them.

    days: of all administrations; a stretch without any is left out.
    """
    through, first = _day(manifest["claims_through"]), _day(manifest["period"]["from"])
    if through is None or first is None:
        return {}
    stretches = dict(zip(("recent", "before"), tile_periods(through, manifest["incomplete_months"]), strict=True))
    covered = {name: span for name, span in stretches.items() if first.replace(day=1) <= span[0]}
    return {name: span for name, span in covered.items() if days.is_between(*span).any()}


def with_stretch(frame: pl.DataFrame, stretches: Mapping[str, Days]) -> pl.DataFrame:
    """The frame with `stretch`: the name of the stretch that each administration falls into, or `outside`."""
    stretch = pl.lit("outside")
    for name, days in stretches.items():
        stretch = pl.when(pl.col("administered_on").is_between(*days)).then(pl.lit(name)).otherwise(stretch)
    return frame.with_columns(stretch=stretch)


def with_provider(frame: pl.DataFrame, threshold: int) -> pl.DataFrame:
    """The frame with `provider`: each policy's providers with the most judged administrations, all others as one.

    A provider of few people is never listed, and so are the last listed ones where all others together have few.
    """
    kept: list[tuple[str, str]] = []
    for (policy,), of_policy in frame.group_by("policy_id", maintain_order=True):
        kept += [(str(policy), npi) for npi in _listed(of_policy, threshold)]
    listed = pl.DataFrame(kept, schema={"policy_id": pl.String, "npi": pl.String}, orient="row")
    listed = listed.with_columns(provider=pl.col("npi"))
    return frame.join(listed, on=["policy_id", "npi"], how="left").with_columns(pl.col("provider").fill_null(OTHERS))


def _listed(frame: pl.DataFrame, threshold: int) -> list[str]:
    judged = {"judged": pl.col("status") != "indeterminate"}
    counted = count_people(frame.filter(pl.col("npi").is_not_null()), ["npi"], judged, threshold)
    enough = {npi: counts["judged"].value for (npi,), counts in counted.items() if counts["judged"].people is None}
    listed = sorted(enough, key=lambda npi: (-enough[npi], npi))[:LISTED]
    while listed and 0 < _people(frame.filter(~pl.col("npi").is_in(listed).fill_null(False))) < threshold:
        listed.pop()
    return listed


def _people(frame: pl.DataFrame) -> int:
    return frame["person_id"].n_unique()


def straddling(frame: pl.DataFrame, by: Collection[str]) -> pl.DataFrame:
    """The rows of those groups of `by` that lie in several stretches."""
    return frame.filter(pl.col("stretch").n_unique().over(list(by)) > 1)


def _day(value: date | str | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value
