"""Renewals: what becomes of approvals when they end?"""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from analytics import charts
from analytics.charts.curves import curves
from analytics.errors import UserError, nearest
from analytics.notebook.choosing import PERIODS, only_rows
from analytics.notebook.measure import Measure
from analytics.rates import renewal_rates
from analytics.results.renewals import LEFT, OUTCOMES, RENEWED, RETAINED, TOLD_AFTER

if TYPE_CHECKING:
    import plotly.graph_objects as go


class RenewalsMeasure(Measure):
    """What becomes of approvals when they end? Counts finally approved requests.

    Stopping is mostly progression or toxicity and no failure: the headline is retention among those on therapy.

    >>> study.renewals.by("payer", "quarter")  # doctest: +SKIP
    >>> study.renewals.figure("quarter")       # doctest: +SKIP
    >>> study.renewals.figure("outcome")       # doctest: +SKIP
    >>> study.renewals.persistence_figure()    # doctest: +SKIP
    """

    name = "renewals"
    question = "What becomes of approvals when they end?"
    rests_on = "renewal"
    dated = "approved_to"
    what = "approvals"
    headline = ("retention_rate_on_therapy", "n_retained_on_therapy", "n_eligible_on_therapy")
    headline_words = "Retained, of those on therapy"
    shown = (
        *("n_approvals", "n_persons", "n_eligible", "retention_rate", "n_eligible_on_therapy"),
        *("retention_rate_on_therapy", "n_renewals_decided", "renewal_approval_rate"),
    )
    _asked = ("renewal_approval_rate", "n_renewed", "n_renewals_decided")

    def _counted(self, frame: pl.DataFrame, by: list[str]) -> pl.DataFrame:
        outcome, on_therapy = pl.col("outcome"), pl.col("on_therapy")
        told = "eligibility" in self._study.sources
        eligible, retained = ~outcome.is_in(LEFT), outcome.is_in(RETAINED)
        asked = [*RENEWED, "denied", "pending", "withdrawn"]

        def count(condition: pl.Expr, is_told: bool = True) -> pl.Expr:
            # Death and leaving the plan can't be told from stopping without eligibility: no count, rather than 0.
            return (condition.sum() if is_told else pl.lit(None)).cast(pl.Int64)

        counts = [
            pl.len().cast(pl.Int64).alias("n_approvals"),
            pl.col("person_id").n_unique().cast(pl.Int64).alias("n_persons"),
            *(count(outcome == word, told or word in asked).alias(f"n_{word}") for word in OUTCOMES),
            count(eligible, told).alias("n_eligible"),
            count(retained, told).alias("n_retained"),
            count(eligible & on_therapy, told).alias("n_eligible_on_therapy"),
            count(retained & on_therapy, told).alias("n_retained_on_therapy"),
            count(outcome.is_in(RENEWED)).alias("n_renewed"),
            count(outcome.is_in([*RENEWED, "denied"])).alias("n_renewals_decided"),
        ]
        return renewal_rates(frame.group_by(by).agg(counts) if by else frame.select(counts))

    def figure(self, by: str = "payer", **only: Any) -> "go.Figure":
        """Retention among those on therapy and approval of renewal requests; by "outcome", what became of approvals."""
        if by == "outcome":
            counts = dict(self.by("outcome", **only).select("outcome", "n_approvals").drop_nulls().iter_rows())
            found = [word for word in OUTCOMES if word in counts]
            labels = [word.replace("_", " ") for word in found]
            if not found:
                raise self._nothing(by)
            figure = charts.bars("Approvals", labels, [counts[word] for word in found])
            return charts.displayed(self._warned(figure, set(only)))
        frame = self.by(by, **only).drop_nulls(by)
        if by in PERIODS:
            # What ends after the horizon can't be told yet.
            frame = frame.filter(pl.col(by) <= self._study.horizon)
        rows = frame.to_dicts()
        series = [(self.headline_words, self.headline), ("Renewal requests approved", self._asked)]
        return self._drawn(by, [(words, [self._point(row, by, rate) for row in rows]) for words, rate in series], only)

    def _incomplete_from(self, by: str, points: list[charts.Interval]) -> int | None:
        # The first day that can't be told yet lies in the first period of which not everything can be told.
        return self._place_from(self._study.horizon - TOLD_AFTER + timedelta(days=1), by, points)

    def persistence(self, policy_id: str | None = None, payer: str | None = None, **other: Any) -> pl.DataFrame:
        """How long people new to the drug stay on it, by the gap that is permitted between two doses.

        Of one policy (the one with the most people, unless named), all of its payers together or one of them. No other
        column can be asked for.
        persistence_rate is Kaplan and Meier's, a death being censored; discontinued_rate and died_rate are cumulative
        incidences, each with the other as a competing event.
        """
        for name in other:
            near = nearest(name, ["policy_id", "payer"])
            raise UserError(f"study.renewals.persistence has no '{name}': it takes policy_id and payer{near}.")
        # An empty payer: all of the policy's payers together.
        frame = only_rows(self._study.frame("persistence"), {"payer": [payer]}, "study.renewals.persistence")
        if policy_id is None and frame.height:
            policy_id = frame.sort("n_at_risk", descending=True)["policy_id"][0]
        found = frame.filter(policy_id=policy_id) if policy_id is not None else frame
        if found.is_empty():
            under = f" under the policy '{policy_id}'" if policy_id else ""
            of = f" of the payer '{payer}'" if payer else ""
            raise UserError(f"study.renewals can follow nobody's therapy{under}{of}.")
        return found

    def at_risk(self, *days: int, **only: Any) -> pl.DataFrame:
        """How many people are still followed on some days (by default every 90), a column a permitted gap."""
        frame = self.persistence(**only)
        rows = []
        for day in days or range(0, int(frame.select(pl.col("day").max()).item()) + 1, 90):
            left = frame.filter(pl.col("day") >= day).group_by("gap_days").agg(pl.col("n_at_risk").max())
            rows.append({"day": day, **{f"gap of {gap} days": n for gap, n in left.sort("gap_days").iter_rows()}})
        return pl.DataFrame(rows, infer_schema_length=None).fill_null(0)

    def persistence_figure(self, **only: Any) -> "go.Figure":
        """Persistence on therapy, a curve a permitted gap."""
        frame = self.persistence(**only)
        gaps = frame["gap_days"].unique().sort().to_list()
        series = [
            (f"gap of {gap} days", _curve(frame.filter(gap_days=gap), "persistence_rate", "still on therapy", 1.0))
            for gap in gaps
        ]
        return charts.displayed(curves(series, "Days since the first dose", stepped=True))

    def endings_figure(self, gap_days: int = 60, **only: Any) -> "go.Figure":
        """Discontinuation and death as competing events: the share of people who have come to either."""
        frame = self.persistence(**only).filter(gap_days=gap_days)
        if frame.is_empty():
            raise UserError(f"No gap of {gap_days} days is among those permitted.")
        series = [
            ("stopped therapy", _curve(frame, "discontinued_rate", "stopped", 0.0)),
            ("died on therapy", _curve(frame, "died_rate", "died", 0.0)),
        ]
        return charts.displayed(curves(series, "Days since the first dose", stepped=True))


def _curve(frame: pl.DataFrame, rate: str, what: str, start: float) -> list[tuple[int, charts.Interval]]:
    """A curve's steps, from the first dose on."""
    points = [(0, charts.Interval("0", start, start, start, f"day 0: {start:.0%} {what}"))]
    for row in frame.sort("day").iter_rows(named=True):
        value, day = row[rate], row["day"]
        words = "" if value is None else f"day {day}: {value:.1%} {what}, {row['n_at_risk']:,} at risk"
        points.append((day, charts.Interval(str(day), value, row[f"{rate}_low"], row[f"{rate}_high"], words)))
    return points
