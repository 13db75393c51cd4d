"""The page's section on the way from request to decision, first dose and renewal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analytics.disclosure import Hidden
from analytics.report.ladder import Group
from analytics.report.names import Names
from analytics.report.parts import Part, Section, in_words, number
from analytics.report.tables import Column, Parts, Row, Table, month, shown
from analytics.report.way import TIMES, Spread, Way

#: step -> (what was reached, the count, what it is of, the rate, the time that it takes)
_STEPS = (
    ("Request received", "n", None, None, None),
    ("Decided", "decided", "n", "decided_rate", "decision"),
    ("Approved in the end", "approved", "decided", "approved_rate", None),
    ("Approval over, its doses billed", "ended", "approved", None, None),
    ("First dose given", "treated", "ended", "treated_rate", "dose"),
    ("Renewal asked for", "asked", "treated", "asked_rate", "request"),
    ("Renewal approved", "renewed", "asked", "renewed_rate", "renewal"),
)
_TIME_LABELS = {
    "decision": "Request to decision",
    "dose": "Decision to first dose",
    "request": "First dose to renewal request",
    "renewal": "Renewal request to its decision",
}
#: Times are told in hours below two days.
HOURS_UP_TO = 48


def section(way: Way, names: Names) -> Section:
    """The whole section."""
    row = way.row("all", ())
    dose = way.time("all", (), "dose")
    after = (
        f" Half of the first doses came within {_time(Spread(dose.median, None, None), 'dose')} of the decision."
        if isinstance(dose, Spread)
        else ""
    )
    lead = (
        f"Of the approvals that are over, {in_words(row['treated_rate'], 'approvals')} led to a dose;"
        f" never treated: {in_words(row['untreated_rate'], 'approvals')}.{after}"
    )
    parts = [_steps(way, names), _times(way, names), _untreated(way, names)]
    return Section("way", "The way: from request to renewal", lead, parts)


def _steps(way: Way, names: Names) -> Part:
    columns = [
        Column("step", "Step", "text"),
        Column("parts", "Of all requests received", "bar"),
        Column("count", "Initial requests"),
        Column("of", "of", "count"),
        Column("rate", "Share", "rate"),
        Column("time", "Time since the step before", "text"),
    ]
    rows = []
    for group in names.order(way.ladder, "policy"):
        title, rung, values = names.short(group[0]), "policy", way.row("policy", group)
        for name, count, of, rate, time in _STEPS:
            rows.append(
                Row(
                    {
                        "step": f"{title}: {name[0].lower()}{name[1:]}" if count == "n" else name,
                        "parts": _bar(values, count),
                        "count": values[count],
                        "of": values[of] if of and rate else "",
                        "rate": values[rate] if rate else "",
                        "time": _time(way.time(rung, group, time), time) if time else "",
                    },
                    depth=0 if count == "n" else 1,
                    mark="total" if count == "n" else "",
                )
            )
    return Part(
        "way-steps",
        "How many got how far",
        [
            "Each initial request from its receipt on. Doses and renewals are told of approvals that ended at least "
            f"three months before {_day(way)}, up to which claims and requests reach: by then their claims are in.",
            "In the bars, thin grey lines are approvals of which it is too early to tell. Not every treatment is to be "
            "renewed: it may be finished, or stop for progression or toxicity.",
        ],
        tables=[Table("t-way-steps", "Initial requests, step by step", columns, rows)],
    )


def _day(way: Way) -> str:
    return f"{way.horizon.day} {month(way.horizon)}"


def _bar(values: dict[str, Any], count: str) -> Parts | None:
    """How many of the requests received got as far as a step, and of how many it is too early to tell, as a bar."""
    reached, received, approved, ended = (number(values[name]) for name in (count, "n", "approved", "ended"))
    if reached is None or not received:
        return None
    later = count not in ("n", "decided", "approved")
    early = approved - ended if later and approved is not None and ended is not None else 0
    return Parts(round(reached / received, 4), 0, round(early / received, 4))


def _times(way: Way, names: Names) -> Part:
    columns = [Column("who", "Payer", "text")]
    columns += [Column(step, label, "text") for step, label in _TIME_LABELS.items()]

    def values(rung: str, group: Group) -> dict[str, Any]:
        return {step: _time(way.time(rung, group, step), step) for step in TIMES}

    payers = [group for group in names.order(way.ladder, "payer")]
    rows = [Row({"who": names.payer(group), **values("payer", group)}) for group in payers]
    return Part(
        "way-times",
        "How long each step took, by payer",
        [
            "Medians, and in brackets the quartiles: a quarter of the requests took less than the first, a quarter "
            "more than the second. Given where enough people stand on both sides of each."
        ],
        tables=[Table("t-way-times", "Time at each step", columns, rows)],
    )


def _time(found: Spread | Hidden | None, step: str) -> str:
    """A step's time as printed: "3.1 days (1.9 to 5.1)", all in the unit that suits the median."""
    if not isinstance(found, Spread):
        return shown(found, "text")
    in_days = TIMES[step][1] == "hours" and found.median >= HOURS_UP_TO
    unit = "h" if TIMES[step][1] == "hours" and not in_days else "days"

    def written(value: float) -> str:
        return f"{value / 24:.1f}" if in_days else f"{value:,.0f}".replace("-", "−")

    middle = f"{written(found.median)} {'day' if unit == 'days' and written(found.median) == '1' else unit}"
    if found.low is None or found.high is None:
        return middle
    return f"{middle} ({written(found.low)} to {written(found.high)})"


def _untreated(way: Way, names: Names) -> Part:
    rows = [
        Row({**row.values, "parts": _share(row.values)}, row.depth, row.mark) for row in names.rows(way.ladder, way.row)
    ]
    columns = [
        Column("who", "Policy and payer", "text"),
        Column("ended", "Approvals that are over"),
        Column("treated", "Treated"),
        Column("untreated", "Never treated"),
        Column("untreated_rate", "Never treated, share", "rate"),
        Column("parts", "Treated, and never treated", "bar"),
    ]
    return Part(
        "way-untreated",
        "Approved, but never treated",
        [
            "Approvals of initial requests during which the drug was not billed once by the same payer for the same "
            f"person. All of them ended at least three months before {_day(way)}. Some of these people may have died, "
            "left the plan or been treated with something else.",
        ],
        tables=[Table("t-way-untreated", "Approvals of initial requests, and doses given under them", columns, rows)],
    )


def _share(values: Mapping[str, Any]) -> Parts | None:
    """Treated and never treated as parts of a bar, where both are told."""
    treated, untreated, ended = (number(values[name]) for name in ("treated", "untreated", "ended"))
    if treated is None or untreated is None or not ended:
        return None
    return Parts(round(treated / ended, 4), round(untreated / ended, 4), 0)
