"""The invented study as if indications, and a revision, had criteria of their own: not every request faces all."""

from typing import Any

import polars as pl

from tests.invented.approvals import with_consistency
from tests.invented.people import TREES, A, B

#: Policy and criterion -> who faces it: of how many persons which, and in which versions.
_FACED = {
    (A, "1.C"): (5, (0, 1), None),
    (A, "1.A"): (40, (0,), None),
    (B, "I.1.A.disease"): (3, (0, 1), None),
    (B, "L.2"): (1, (0,), "2019-07-15"),
}


def with_indications(study: Any) -> Any:
    """Take away what a request need not meet, of what was recorded and of what denials rest on."""
    request, number = study.request, pl.col("person_id").str.tail(5).cast(pl.Int64)
    gone = []
    for (policy, criterion), (modulus, rests, version) in _FACED.items():
        faces = (number % modulus).is_in(rests)
        faces &= pl.lit(True) if version is None else pl.col("policy_version") == version
        free = request.filter((pl.col("policy_id") == policy) & ~faces)
        gone.append(free.select("authorization_id", criterion_id=pl.lit(criterion)))
    dropped = pl.concat(gone)
    left = study.criterion_result.join(dropped, on=["authorization_id", "criterion_id"], how="anti")
    study.criterion_result = _put_together(left)
    free_of = dropped.group_by("authorization_id").agg(free="criterion_id")
    unmet = pl.col("unmet_conjuncts").list.set_difference(pl.col("free").fill_null([]))
    request = request.join(free_of, on="authorization_id", how="left", maintain_order="left")
    request = request.with_columns(unmet_conjuncts=unmet).drop("free", "reviewed", "consistency")
    study.request = with_consistency(request, study.criterion_result)
    keys = ["policy_id", "policy_version", "request_type", "criterion_id"]
    left = study.criterion_result.join(study.request, on="authorization_id").select(keys).unique()
    study.approval_by_criterion = study.approval_by_criterion.join(left, on=keys, how="semi", maintain_order="left")
    return study


def _put_together(results: pl.DataFrame) -> pl.DataFrame:
    """What a root, or what no limitation applies to, comes to: the least of what must be met below it."""
    words = ["not_met", "unknown", "met"]
    parts = {"L": {row[0] for tree in TREES.values() for row in tree if row[3] == "L"}}
    parts |= {tree[0][0]: {row[0] for row in tree if row[2]} for tree in TREES.values()}
    for whole, below in parts.items():
        rank = pl.col("reviewed").replace_strict(words, range(3), default=None)
        least = results.filter(pl.col("criterion_id").is_in(below)).group_by("authorization_id").agg(least=rank.min())
        found = least.with_columns(pl.col("least").replace_strict(range(3), words), criterion_id=pl.lit(whole))
        results = results.join(found, on=["authorization_id", "criterion_id"], how="left", maintain_order="left")
        results = results.with_columns(reviewed=pl.coalesce("least", "reviewed")).drop("least")
    return results
