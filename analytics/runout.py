"""Which of the latest months are not complete yet: claims are still being paid for them (their run-out).

The contract, for whoever marks months on a page, in a table or in a message:

- `run_out(study).months`: the first days of the incomplete months, in order, without a gap; the last is the month of
  `claims_through`. Empty where all months are complete.
- `run_out(study).says`: one sentence, fit for a published page (it holds no count): which months, and how they were
  found. Empty where there are none.
- The run record carries both: `manifest["incomplete_months"]` is the list of first days as text ("2025-10-01"), and
  `manifest["run_out"]` is `{"says": sentence, "share_paid": {"2025-10-01": share or null}}`.

A period (quarter, year) is incomplete when it holds an incomplete month.
"""

from bisect import bisect_right
from calendar import monthrange
from datetime import date, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from analytics.study import Study

# A month counts as complete when this share of its lines is likely to have been paid.
COMPLETE = 0.95
# Months this old teach how long payment takes, where they hold enough lines to teach it.
MATURE_DAYS = 180
LEAST_MATURE_LINES = 30
# Without that, so many of the latest months are taken to be incomplete.
UNKNOWN_LAG_MONTHS = 3
# In English, whatever the locale.
_MONTHS = (
    *("", "January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


class RunOut(NamedTuple):
    """The incomplete months by their first days, how much of each is likely paid (None: unknown), and a sentence."""

    months: list[date]
    shares: list[float | None]
    says: str


class Lag(NamedTuple):
    """Lines of a service month that were paid so many days after the service, and when the last of them was."""

    month: date
    days: int
    last_paid_on: date
    n_lines: int


def run_out(study: "Study") -> RunOut:
    """The incomplete months of a study up to its claims_through."""
    through = study.claims_through
    study.engine.make("payment_lag")
    rows = study.engine.rows("select month, lag_days, last_paid_on, n_lines from payment_lag")
    return told(through, [Lag(*row) for row in rows])


def told(through: date | None, lags: list[Lag]) -> RunOut:
    """The incomplete months up to `through`, as the lags of payment tell them.

    Payment takes as long as it took for lines of months at least half a year before the last payment: the share of a
    month that is likely paid is the mean, over its days, of the share of those lines that were paid as soon.
    """
    if through is None:
        return RunOut([], [], "")
    paid_through = max((lag.last_paid_on for lag in lags), default=None)
    mature = [lag for lag in lags if paid_through and _last_day(lag.month) <= paid_through - timedelta(MATURE_DAYS)]
    if paid_through is None or sum(lag.n_lines for lag in mature) < LEAST_MATURE_LINES:
        months = _months_back(through, UNKNOWN_LAG_MONTHS)
        why = "Too few paid dates lie half a year back" if lags else "No paid date tells when claims were paid"
        says = f"{why}, so the latest three months, {_span(months)}, are taken to be incomplete."
        return RunOut(months, [None] * len(months), says)
    found = _unpaid(through, paid_through, sorted((lag.days, lag.n_lines) for lag in mature))
    months, shares = [month for month, _ in found], [share for _, share in found]
    if not months:
        return RunOut([], [], "")
    says = (
        f"Claims for {_span(months)} are still coming in: going by how long payment took for older claims, less than "
        f"{COMPLETE:.0%} of {'its' if len(months) == 1 else 'their'} lines had been paid by the latest payment."
    )
    return RunOut(months, list(shares), says)


def as_record(found: RunOut) -> dict[str, Any]:
    """The entries `incomplete_months` and `run_out` of the run record."""
    days = [month.isoformat() for month in found.months]
    shares = dict(zip(days, found.shares, strict=True))
    return {"incomplete_months": days, "run_out": {"says": found.says, "share_paid": shares}}


def _unpaid(through: date, paid_through: date, by_lag: list[tuple[int, int]]) -> list[tuple[date, float]]:
    """Back from the month of `through` to the first that is complete: each month and the share of it that is paid."""
    lags, paid = [days for days, _ in by_lag], list(accumulate(n for _, n in by_lag))

    def paid_within(days: int) -> float:
        place = bisect_right(lags, days)
        return paid[place - 1] / paid[-1] if place else 0.0

    found: list[tuple[date, float]] = []
    month = through.replace(day=1)
    while True:
        days = [month + timedelta(place) for place in range(monthrange(month.year, month.month)[1])]
        share = sum(paid_within((paid_through - day).days) for day in days) / len(days)
        # A month that ended before any payment was so late is complete, so this comes to an end.
        if share >= COMPLETE:
            return found
        found.insert(0, (month, round(share, 4)))
        month = (month - timedelta(days=1)).replace(day=1)


def _last_day(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])


def _months_back(day: date, number: int) -> list[date]:
    """The first days of the `number` months that end with the day's, in order."""
    months = [day.replace(day=1)]
    while len(months) < number:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months[::-1]


def _span(months: list[date]) -> str:
    """Months in words: "December 2025", "October to December 2025", "November 2025 to January 2026"."""
    first, last = months[0], months[-1]
    if first == last:
        return _named(first)
    joined = "and" if len(months) == 2 else "to"
    return f"{_MONTHS[first.month] if first.year == last.year else _named(first)} {joined} {_named(last)}"


def _named(month: date) -> str:
    return f"{_MONTHS[month.month]} {month.year}"
