"""Which limits an administration exceeds on one side of a replay alone, in the words of the version that judged it."""

from collections.abc import Iterable

import polars as pl

from analytics.policy.model import Policy
from analytics.replaying.judged import Replay

NEWLY, NO_LONGER = "newly_over", "no_longer_over"
#: Where another verdict comes of other regimens alone.
_NO_MORE = "No further limit: a regimen whose limits were not exceeded no longer applies"
_NO_FEWER = "None of them: a regimen applies whose limits are not exceeded"


def with_limits(replay: Replay) -> pl.DataFrame:
    """The administrations, those that flip with `newly_over` and `no_longer_over`: lists of `id: label`."""
    frame = replay.administration.with_row_index("row")
    newly = _told(frame, "after", "before", [replay.policy], NEWLY, _NO_MORE)
    no_longer = _told(frame, "before", "after", replay.replaced_policies, NO_LONGER, _NO_FEWER)
    return frame.join(newly, on="row", how="left").join(no_longer, on="row", how="left").drop("row")


def _told(frame: pl.DataFrame, side: str, other: str, policies: Iterable[Policy], name: str, none: str) -> pl.DataFrame:
    """Per row that flips and is over on the side: what is exceeded there and not on the other."""
    labels = pl.DataFrame(
        [
            (policy.id, version.name, limit.id, f"{limit.id}: {limit.label}")
            for policy in policies
            for version in policy.versions
            for limit in version.limits()
        ],
        schema=[f"policy_id_{side}", f"policy_version_{side}", "limit", name],
        schema_overrides=dict.fromkeys([f"policy_id_{side}", f"policy_version_{side}", "limit", name], pl.String),
        orient="row",
    )
    over = frame.filter(pl.col("is_flipped"), pl.col(f"limits_over_{side}").list.len() > 0)
    alone = pl.col(f"limits_over_{side}").list.set_difference(pl.col(f"limits_over_{other}").fill_null([]))
    alone = pl.when(alone.list.len() == 0).then(pl.lit([none], pl.List(pl.String))).otherwise(alone)
    listed = over.select("row", f"policy_id_{side}", f"policy_version_{side}", limit=alone).explode("limit")
    listed = listed.join(labels, on=[f"policy_id_{side}", f"policy_version_{side}", "limit"], how="left")
    return listed.group_by("row").agg(pl.coalesce(name, "limit").unique().sort().alias(name))
