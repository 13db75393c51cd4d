"""Which of the latest months are not complete yet: claims are still being paid for them."""

from bisect import bisect_right
from calendar import monthrange
from datetime import date, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analytics.study import Study

# A month counts as complete when this share of its lines is likely to have been paid.
COMPLETE = 0.95
# Months this old teach how long payment takes; without paid dates, the latest three are taken to be incomplete.
MATURE_DAYS = 180
UNKNOWN_LAG_MONTHS = 3


def incomplete_months(study: "Study") -> list[dict[str, object]]:
    """The incomplete months up to claims_through: month (its first day) and the share likely paid (None if unknown).

    Payment takes as long as it took for lines of months at least half a year before the last payment: the share of a
    month that is likely paid is the mean, over its days, of the share of those lines that were paid as soon.
    """
    through = study.claims_through
    if through is None:
        return []
    study.engine.make("payment_lag")
    rows = study.engine.rows("select month, lag_days, last_paid_on, n_lines from payment_lag")
    paid_through = max((row[2] for row in rows), default=None)
    mature = [row for row in rows if paid_through and _last_day(row[0]) <= paid_through - timedelta(days=MATURE_DAYS)]
    if paid_through is None or not mature:
        return [{"month": month, "share_paid": None} for month in _months_back(through, UNKNOWN_LAG_MONTHS)]
    by_lag = sorted((lag, n) for _, lag, _, n in mature)
    lags, paid = [lag for lag, _ in by_lag], list(accumulate(n for _, n in by_lag))

    def paid_within(days: int) -> float:
        place = bisect_right(lags, days)
        return paid[place - 1] / paid[-1] if place else 0.0

    found: list[dict[str, object]] = []
    for month in _months_back(through, 12):
        days = [month + timedelta(days=place) for place in range(monthrange(month.year, month.month)[1])]
        share = sum(paid_within((paid_through - day).days) for day in days) / len(days)
        if share < COMPLETE:
            found.append({"month": month, "share_paid": round(share, 4)})
    return found


def _last_day(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])


def _months_back(day: date, number: int) -> list[date]:
    """The first days of the `number` months that end with the day's, in order."""
    months = [day.replace(day=1)]
    while len(months) < number:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months[::-1]
