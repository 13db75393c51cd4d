"""What is counted of approvals that end, what adds up to what, and which small counts are told together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from analytics.disclosure import count_people
from analytics.report.ladder import Measure
from analytics.results.renewals import LEFT, RENEWED, RETAINED

UNASKED = ("pending", "withdrawn", "lapsed")
OTHER = ("reauthorized", *UNASKED)

#: What can be told without eligibility too.
ALWAYS = (("decided", ("approved", "denied")), ("n", ("uncovered", "covered")))
SPLITS = (
    *ALWAYS,
    ("n", ("left", "eligible")),
    ("eligible", ("retained", "lost")),
    ("eligible", ("on", "off")),
    ("on", ("on_retained", "on_lost")),
    ("off", ("off_retained", "off_lost")),
    ("retained", ("on_retained", "off_retained")),
    ("lost", ("on_lost", "off_lost")),
    ("retained", ("approved", "reauthorized")),
    ("lost", ("denied", "unasked", "stopped")),
    ("eligible", ("decided", "other", "stopped")),
    ("other", ("unasked", "reauthorized")),
)

#: The groups of outcomes that are followed over time, beside those who left.
GROUPS = ("approved", "denied", "other", "stopped")
#: What the stretches of months are compared by.
STRETCH = ("on", "on_retained", "on_lost")

#: Days without approval before a late renewal, as (first, last): the finest bands that can be shown are taken.
Band = tuple[int, int | None]
BANDS: tuple[tuple[Band, ...], ...] = (
    ((1, 7), (8, 30), (31, None)),
    ((1, 30), (31, None)),
    ((1, 7), (8, None)),
)


def measures() -> dict[str, Measure]:
    """The measures of the ladder of renewals."""
    outcome, on, uncovered = pl.col("outcome"), pl.col("on_therapy"), pl.col("doses_uncovered") > 0
    left, retained = outcome.is_in(LEFT), outcome.is_in(RETAINED)
    eligible, lost = ~left, ~left & ~retained
    return {
        "n": Measure(pl.lit(True), cost=6),
        "left": Measure(left, cost=3),
        "eligible": Measure(eligible, cost=3),
        "retained": Measure(retained, printed=False),
        "lost": Measure(lost, printed=False),
        "on": Measure(eligible & on, cost=5),
        "off": Measure(eligible & ~on, printed=False),
        "on_retained": Measure(retained & on, cost=5),
        "on_lost": Measure(lost & on, cost=4),
        "off_retained": Measure(retained & ~on, printed=False),
        "off_lost": Measure(lost & ~on, printed=False),
        "decided": Measure(outcome.is_in([*RENEWED, "denied"]), cost=2),
        "approved": Measure(outcome.is_in(RENEWED), cost=2, marked=False),
        "denied": Measure(outcome == "denied", cost=1),
        "reauthorized": Measure(outcome == "reauthorized", printed=False),
        "unasked": Measure(outcome.is_in(UNASKED), printed=False),
        "other": Measure(outcome.is_in(OTHER), cost=1),
        "stopped": Measure(outcome == "stopped", cost=1),
        "uncovered": Measure(uncovered, cost=3),
        "covered": Measure(~uncovered, printed=False),
    }


def is_sound(frame: pl.DataFrame, by: Sequence[str], shown: Mapping[str, pl.Expr], threshold: int) -> bool:
    """Whether each of the conditions holds, in each group, for nobody or for enough people."""
    return not any(
        count.people for counts in count_people(frame, by, shown, threshold).values() for count in counts.values()
    )


def grouped_outcomes(frame: pl.DataFrame, threshold: int) -> list[tuple[str, ...]]:
    """A policy's outcomes as its table has them: small ones are told together, with the next greater if need be.

    Renewed and denied ones stand alone, since the rate of decided requests tells them anyway. Mostly all but a few of
    those retained were on therapy: then who was approved again is told together with others too, or all retained less
    those on therapy would tell the few.
    """
    off_therapy = frame.filter(pl.col("outcome").is_in(RETAINED) & ~pl.col("on_therapy"))["person_id"].n_unique()
    rows: list[tuple[str, ...]] = [*((outcome,) for outcome in RENEWED), ("denied",)]
    for side in ((*OTHER, "stopped"), LEFT):
        people = {outcome: frame.filter(pl.col("outcome") == outcome)["person_id"].n_unique() for outcome in side}
        together = [outcome for outcome in side if 0 < people[outcome] < threshold]
        if "reauthorized" in side and 0 < off_therapy < threshold and "reauthorized" not in together:
            together.append("reauthorized")
        waiting = [outcome for outcome in side if people[outcome] >= threshold and outcome not in together]
        waiting.sort(key=lambda outcome: (people[outcome], outcome))
        while together and waiting and (len(together) == 1 or _few(frame, together, threshold)):
            together.append(waiting.pop(0))
        rows += [(outcome,) for outcome in side if outcome not in together]
        rows += [tuple(outcome for outcome in side if outcome in together)] if together else []
    return rows


def _few(frame: pl.DataFrame, outcomes: Sequence[str], threshold: int) -> bool:
    return frame.filter(pl.col("outcome").is_in(outcomes))["person_id"].n_unique() < threshold


def gap_bands(frame: pl.DataFrame, threshold: int) -> dict[Band, pl.Expr]:
    """The finest bands into which a policy's late renewals can be told apart; none where none can."""
    for bands in BANDS:
        conditions = {band: in_band(band) for band in bands}
        if is_sound(frame, [], {str(band): condition for band, condition in conditions.items()}, threshold):
            return conditions
    return {}


def in_band(band: Band) -> pl.Expr:
    """Whether an approval was renewed so many days after its end."""
    low, high = band
    days = pl.col("gap_days")
    late = (pl.col("outcome") == "renewed_late") & (days >= low)
    return late if high is None else late & (days <= high)
