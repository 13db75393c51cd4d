"""Requests and criteria: what is approved, and which criteria decide?"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from analytics import charts
from analytics.errors import UserError
from analytics.notebook.choosing import only_rows, sum_or_null
from analytics.notebook.measure import Measure
from analytics.rates import criterion_rates
from analytics.statistics import with_rate

if TYPE_CHECKING:
    import plotly.graph_objects as go

_TREE = ("policy_id", "policy_version", "request_type")
_COUNTS = (
    "n_decided",
    "n_met",
    "n_not_met",
    "n_unknown",
    "n_approved_met",
    "n_approved_not_met",
    "n_denied_any",
    "n_denied_sole",
)
_MET = ("approval_rate_met", "n_approved_met", "n_met")
_NOT_MET = ("approval_rate_not_met", "n_approved_not_met", "n_not_met")


class ApprovalsMeasure(Measure):
    """What is approved, and which criteria decide? Counts requests.

    >>> study.approvals.by("payer", "policy_version")  # doctest: +SKIP
    >>> study.approvals.criteria(policy_version="2024-02-16", request_type="initial")  # doctest: +SKIP
    >>> study.approvals.figure("criterion", policy_version="2024-02-16", request_type="initial")  # doctest: +SKIP
    """

    name = "approvals"
    question = "What is approved, and which criteria decide?"
    rests_on = "request"
    dated = "received_on"
    what = "requests"
    headline = ("approval_rate", "n_approved", "n_decided")
    headline_words = "Approved at first"
    shown = (
        *("n_requests", "n_persons", "n_decided", "n_approved", "approval_rate"),
        *("n_approved_finally", "final_approval_rate", "n_pending", "median_hours"),
    )
    _final = ("final_approval_rate", "n_approved_finally", "n_decided")

    def _counted(self, frame: pl.DataFrame, by: list[str]) -> pl.DataFrame:
        approved = ["approved", "partially_approved"]
        decided = pl.col("decision").is_in([*approved, "denied"])
        counts = [
            pl.len().cast(pl.Int64).alias("n_requests"),
            pl.col("person_id").n_unique().cast(pl.Int64).alias("n_persons"),
            decided.sum().cast(pl.Int64).alias("n_decided"),
            pl.col("decision").is_in(approved).sum().cast(pl.Int64).alias("n_approved"),
            (decided & pl.col("final_decision").is_in(approved)).sum().cast(pl.Int64).alias("n_approved_finally"),
            *(
                (pl.col("decision") == word).sum().cast(pl.Int64).alias(f"n_{word}")
                for word in ("denied", "pending", "withdrawn")
            ),
            pl.col("hours_to_decision").filter(decided).median().alias("median_hours"),
        ]
        counted = frame.group_by(by).agg(counts) if by else frame.select(counts)
        return with_rate(with_rate(counted, *self.headline), *self._final)

    def figure(self, by: str = "payer", **only: Any) -> "go.Figure":
        """First and final approval rate, a row a group; by "criterion", approval where it is met and where not."""
        if by == "criterion":
            return self._criterion_figure(self.criteria(**only), only)
        rows = self.by(by, **only).drop_nulls(by).to_dicts()
        series = [("First decision", self.headline), ("After appeal", self._final)]
        return self._drawn(by, [(words, [self._point(row, by, rate) for row in rows]) for words, rate in series], only)

    def criteria(self, conjuncts: bool = True, **only: Any) -> pl.DataFrame:
        """One tree's criteria over its payers, in the tree's order: how often met, approval then, denials caused.

        conjuncts: only what must all be met; else every node. Of several trees, name one by `policy_id`,
        `policy_version` and `request_type`. Needs the reviewers' records.
        """
        frame = only_rows(self._study.frame("approval_by_criterion"), only, "study.approvals.criteria")
        trees = frame.select(_TREE).unique().sort(_TREE)
        if trees.height != 1:
            named = "; ".join(", ".join(f'{k}="{v}"' for k, v in row.items()) for row in trees.to_dicts())
            raise UserError(f"Criteria are of one tree at a time: name one of {named or 'those that are there'}.")
        if conjuncts:
            frame = frame.filter(pl.col("is_conjunct"))
        # Payers of one policy share its tree; who reads them apart names the payer.
        summed = frame.group_by("sequence", "criterion_id", "label", "remark").agg(
            *(sum_or_null(name) for name in (*_COUNTS, "denied_fractional"))
        )
        return criterion_rates(summed).sort("sequence").drop("sequence")

    def denials_figure(self, **only: Any) -> "go.Figure":
        """Denied requests by unmet conjunct, the greatest first; one with several of them counts at each."""
        frame = self.criteria(**only).filter(pl.col("n_denied_any") > 0).sort("n_denied_any", descending=True)
        if frame.is_empty():
            raise UserError("study.approvals has no denial with an unmet criterion to draw.")
        labels = [_label(row) for row in frame.to_dicts()]
        return charts.displayed(charts.bars("Denied with it unmet", labels, frame["n_denied_any"].to_list()))

    def _criterion_figure(self, frame: pl.DataFrame, only: Mapping[str, Any]) -> "go.Figure":
        rows = [{**row, "criterion": _label(row)} for row in frame.to_dicts()]
        series = [("Where met", _MET), ("Where not met", _NOT_MET)]
        return self._drawn(
            "criterion", [(words, [self._point(r, "criterion", rate) for r in rows]) for words, rate in series], only
        )


def _label(row: dict[str, Any]) -> str:
    """A criterion's id and the beginning of its words: labels are read beside an axis."""
    words = str(row["label"])
    return f"{row['criterion_id']} {words if len(words) <= 44 else words[:43].rstrip() + '…'}"
