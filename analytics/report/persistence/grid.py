"""On which days a curve of persistence is published: as fine a grid, and as far, as its people allow.

Nothing small is entered only to be hidden: one hidden count would take the whole rest of a curve with it, since each of
its values is made of all counts before. So a curve ends before the first small count, and another gap is set beside it
only on days on which nobody, or enough people, are counted differently.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import polars as pl

Span = tuple[int, int]

#: How many days the steps of a grid may have, and those of the coarser one on which deaths stand apart.
STEPS, COARSE_STEPS = (30, 60, 90, 180), (30, 60, 90, 180, 360)
#: The shortest steps are taken whose grid reaches at least so much of the longest reach.
_REACH = 1 / 2

#: What can become of a spell, and the events of the table `therapy_spell` that it stands for.
STATES = ("stopped", "died", "left")
EVENTS: Mapping[str, Sequence[str]] = {
    "stopped": ["discontinued"],
    "died": ["died"],
    "left": ["disenrolled", "end_of_data"],
    "gone": ["died", "disenrolled", "end_of_data"],
}


@dataclass(frozen=True)
class Grid:
    """The days of a policy's curve; the coarser ones on which causes are told apart; both begin with 0.

    beside: the days on which another gap is set beside the curve; causes: those of them with causes told apart.
    """

    days: tuple[int, ...] = (0,)
    coarse: tuple[int, ...] = (0,)
    beside: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    causes: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    @property
    def spans(self) -> list[Span]:
        """From each day of the curve to the next."""
        return list(pairwise(self.days))


def by_person(spells: pl.DataFrame, gaps: Sequence[int]) -> pl.DataFrame:
    """One row a policy and person: `days_<gap>` and `event_<gap>` of the first spell under each permissible gap."""
    key = ["policy_id", "person_id"]
    found = spells.select(key).unique().sort(key)
    for gap in gaps:
        own = spells.filter(pl.col("gap_days") == gap)
        own = own.select(*key, pl.col("days").alias(f"days_{gap}"), pl.col("event").alias(f"event_{gap}"))
        found = found.join(own, on=key, how="inner")
    return found


def counts(gap: int, state: str, span: Span) -> pl.Expr:
    """Whether a spell is counted: still followed after the span's end, or ended so within it.

    state: `everybody`, `followed`, or one of `EVENTS`. A span is after its first day and by its last; what ends on day
    0 ends in the first span.
    """
    low, high = span
    days = pl.col(f"days_{gap}")
    if state in ("everybody", "followed"):
        return days > high if state == "followed" else pl.lit(True)
    return (days <= high) & (days > (low or -1)) & pl.col(f"event_{gap}").is_in(EVENTS[state])


def choose(frame: pl.DataFrame, gaps: Sequence[int], main: int, threshold: int) -> Grid:
    """A policy's grid (`frame`: its rows of `by_person`), going by the spells under the main gap."""
    days = _best(frame, main, threshold, STEPS, ("stopped", "gone"))
    if len(days) == 1:
        return Grid()
    multiples = [step for step in COARSE_STEPS if step % days[1] == 0]
    coarse = _best(frame, main, threshold, multiples, STATES)
    coarse = tuple(day for day in coarse if day <= days[-1])
    beside, causes = {}, {}
    for gap in gaps:
        if gap != main:
            beside[gap] = _sound_days(frame, (gap, main), threshold, coarse or days, ("stopped", "gone"))
            causes[gap] = _sound_days(frame, (gap, main), threshold, beside[gap], STATES)
    return Grid(days, coarse, beside, causes)


def _best(
    frame: pl.DataFrame, gap: int, threshold: int, steps: Sequence[int], states: Sequence[str]
) -> tuple[int, ...]:
    """The days of the shortest steps that reach far, as far as all counts are of nobody or of enough people."""
    grids = {}
    for step in steps:
        days = [0]
        while is_sound(frame, gap, (days[-1], days[-1] + step), states, threshold):
            days.append(days[-1] + step)
        grids[step] = tuple(days)
    far = max(days[-1] for days in grids.values())
    return next(days for days in grids.values() if days[-1] >= _REACH * far)


def is_sound(frame: pl.DataFrame, gap: int, span: Span, states: Sequence[str], threshold: int) -> bool:
    """Whether enough people are followed beyond a span, and in it nobody or enough of them end in each way."""
    if frame.filter(counts(gap, "followed", span)).height < threshold:
        return False
    return not any(0 < frame.filter(counts(gap, state, span)).height < threshold for state in states)


def _sound_days(
    frame: pl.DataFrame, gaps: Span, threshold: int, days: Sequence[int], states: Sequence[str]
) -> tuple[int, ...]:
    """The days on which one gap can be set beside another: since the day before it too its counts are sound."""
    found = [0]
    for day in days:
        if day and is_sound(frame, gaps[0], (found[-1], day), states, threshold):
            changed = [
                frame.filter(here & ~there).height
                for state in ("followed", *states)
                for one, other in (gaps, gaps[::-1])
                for here, there in [[counts(gap, state, (0, day)) for gap in (one, other)]]
            ]
            if not any(0 < count < threshold for count in changed):
                found.append(day)
    return tuple(found)
