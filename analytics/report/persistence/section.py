"""The page's parts about persistence: how long do people stay on therapy, and what ends it?"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from analytics import charts
from analytics.disclosure import Hidden
from analytics.report.names import Names
from analytics.report.parts import Figure, Part, count_of, slug
from analytics.report.persistence.curves import Persistence
from analytics.report.tables import Column, Row, Table, limits, percent
from analytics.statistics import Estimate

_DAYS = "Days since the first dose"
_NOT_TOLD = "Not evaluable: no eligibility. Death and leaving the plan can't be told from stopping."
_NO_PEOPLE = "Nothing can be shown: too few people who are new to the drug can be followed."


def parts(persistence: Persistence, names: Names) -> list[Part]:
    """For each policy, how long people stay on therapy, and beside it what ended it."""
    if not persistence.told:
        return [Part("persistence", "How long people stay on therapy", [_NOT_TOLD])]
    found = []
    for policy in sorted(persistence.policies):
        found.append(_lasting(persistence, names, policy))
        if len(persistence.curve(policy)) > 1:
            found.append(_causes(persistence, names, policy))
    return found


def _lasting(persistence: Persistence, names: Names, policy: str) -> Part:
    ident, title = slug("persistence", policy), "How long people stay on therapy"
    rows, gap = persistence.curve(policy), persistence.main
    if len(rows) == 1:
        return Part(ident, title, [_NO_PEOPLE], over=names.policy(policy))
    text = [
        f"A treatment counts as stopped when the next dose does not come within {gap} days after the cycle that the "
        "last one covers has run out; it stopped when that cycle ended. Followed are "
        f"{count_of(persistence.people(policy), 'person', 'people')}: not those whose first dose in the extract may "
        f"continue an earlier treatment, nor those with less than {max(persistence.gaps)} days of claims and coverage "
        "after it. "
        f"{_half(rows)}"
    ]
    columns = [
        Column("day", _DAYS),
        Column("followed", "Still on therapy and followed"),
        Column("stopped", "Stopped since the row above"),
        Column("gone", "Died, or followed no longer"),
        Column("rate", "Still on therapy (Kaplan–Meier)", "rate"),
    ]
    notes = [
        "Kaplan–Meier's estimate is the share that would still be on therapy if nobody died or left: what each row's "
        "people did is taken for those who can't be followed as far. The curve ends before the first day of which a "
        "count can't be shown."
    ]
    table = Table(
        f"t-{ident}", f"Still on therapy, permissible gap of {gap} days", columns, [Row(row) for row in rows], notes
    )
    return Part(ident, title, text, _curve(persistence, policy, f"fig-{ident}"), [table], over=names.policy(policy))


def _half(rows: list[dict[str, Any]]) -> str:
    """The median: between which two days of the table half had stopped."""
    seen = [row for row in rows if not isinstance(row["rate"], Hidden)]
    for before, row in pairwise(seen):
        if _value(row["rate"]) <= 0.5:
            return f"By this estimate half have stopped between day {before['day']} and day {row['day']}."
    last = seen[-1]
    if not last["day"]:
        return "When half have stopped can't be shown."
    return f"On day {last['day']}, the last that can be shown, more than half are still on therapy."


def _curve(persistence: Persistence, policy: str, ident: str) -> Figure:
    points = _points(persistence.curve(policy), "rate", "still on therapy")
    compared, beside = persistence.compared(policy), []
    for gap in persistence.gaps:
        found = _points([row for row in compared if row["gap"] == gap], "rate", "still on therapy")[1:]
        if gap != persistence.main and found:
            beside.append((f"Gap of up to {gap} days", found))
    told = "; ".join(f"after {day} days {point.label}" for day, point in _some(points))
    alt = f"Share still on therapy by days since the first dose, permissible gap of {persistence.main} days: {told}."
    for name, found in beside:
        alt += f" {name}: " + "; ".join(f"after {day} days {p.label}" for day, p in found) + "."
    chart = charts.curves([(f"Gap of up to {persistence.main} days", points)], _DAYS, beside=beside) if told else None
    return Figure(ident, alt, chart)


def _causes(persistence: Persistence, names: Names, policy: str) -> Part:
    ident = slug("persistence-causes", policy)
    compared = persistence.compared(policy)
    rows = [Row({**row, "label": f"Day {row['day']}, gap of {row['gap']} days"}) for row in compared]
    columns = [
        Column("label", "By day, and permissible gap", "text"),
        Column("followed", "Still on therapy and followed"),
        Column("stopped", "Stopped by then"),
        Column("died", "Died by then"),
        Column("left", "Followed no longer"),
        Column("rate", "Still on therapy (Kaplan–Meier)", "rate"),
        Column("stopped_rate", "Have stopped", "rate"),
        Column("died_rate", "Have died", "rate"),
    ]
    notes = [
        "Have stopped, have died: cumulative incidence with death as a competing event (Aalen–Johansen), computed from "
        "the counts shown here alone, as if they were spread evenly over the days between two rows. A death counts "
        "when it comes before the permissible gap has run out. The longer the gap, the fewer count as stopped; another "
        "gap is shown where it counts enough people differently, or nobody."
    ]
    table = Table(f"t-{ident}", "What ended therapy, by permissible gap", columns, rows, notes, further=("row", "rows"))
    title = "What ended it: stopping or death"
    if not compared:
        return Part(ident, title, ["Nothing can be shown: too few people died or left."], over=names.policy(policy))
    main = [row for row in compared if row["gap"] == persistence.main]
    series = [
        ("Have stopped", _points(main, "stopped_rate", "have stopped", start=0.0)),
        ("Have died", _points(main, "died_rate", "have died", start=0.0)),
    ]
    text = []
    if last := [row for row in main if isinstance(row["stopped_rate"], Estimate) and isinstance(row["rate"], Estimate)]:
        row = last[-1]
        stopped, died = percent(row["stopped_rate"].value), percent(_value(row["died_rate"]))
        text.append(
            f"By day {row['day']}, {stopped} have stopped and {died} have died on therapy. Kaplan–Meier alone would "
            f"say that {percent(1 - row['rate'].value)} have stopped: it takes those who died for people who could "
            "still stop."
        )
    told = "; ".join(
        f"{name.lower()}: " + ", ".join(f"{point.label} by day {day}" for day, point in _some(points))
        for name, points in series
        if _some(points)
    )
    chart = charts.curves(series, _DAYS) if told else None
    alt = f"Shares that have stopped and died, permissible gap of {persistence.main} days: {told or 'withheld'}."
    return Part(ident, title, text, Figure(f"fig-{ident}", alt, chart), [table], over=names.policy(policy))


def _points(rows: list[dict[str, Any]], name: str, what: str, start: float = 1.0) -> list[tuple[int, charts.Interval]]:
    """The shown values of a column as points, labelled as printed; every curve begins with everybody on therapy."""
    found = (
        [(0, charts.Interval(percent(start), start, words="Day 0"))]
        if any(_is_shown(row[name]) for row in rows)
        else []
    )
    for row in rows:
        value, day = row[name], row["day"]
        if day and isinstance(value, Estimate):
            words = f"Day {day}: {percent(value.value)} {what}<br>95% limits {limits(value)}"
            ends = (round(value.value, 4), round(value.low, 4), round(value.high, 4))
            found.append((day, charts.Interval(percent(value.value), *ends, words)))
        elif day and _is_shown(value):
            found.append(
                (day, charts.Interval(percent(value), round(value, 4), words=f"Day {day}: {percent(value)} {what}"))
            )
    return found


def _some(points: list[tuple[int, charts.Interval]]) -> list[tuple[int, charts.Interval]]:
    """At most four points for a sentence, the last among them: the table has them all."""
    after = [point for point in points if point[0]]
    step = -(-len(after) // 4) or 1
    return after[::-1][::step][::-1]


def _is_shown(value: Any) -> bool:
    return value is not None and not isinstance(value, Hidden)


def _value(value: Any) -> float:
    return float(value.value if isinstance(value, Estimate) else value)
