"""Small cells: what a published page may say about few people, decided in one place before anything is drawn.

A published count behind which 1 to 10 people stand is shown as "<11"; so that it does not follow from the rest of the
page either, other counts are withheld until nothing small can be worked out by adding and subtracting. The rules:

- Small is a matter of people, not of administrations or requests: 25 administrations of 3 people are small.
- 0 may be shown, except below a total that is itself small.
- What readers could work out (n − k, the difference of two counts, what is left of a total) counts as published.
- Rates, intervals and sums are shown only where every count that they follow from is shown.
- Whatever an attacker works out by linear programming from all totals of the page, each small count must remain
  possible over the whole of 1 to 10. That is checked before publication, not hoped for (:mod:`.bounds`).
"""

from analytics.disclosure.counts import Count, count_people, fewest_people
from analytics.disclosure.ledger import Hidden, Ledger
from analytics.disclosure.rule import THRESHOLD, fewest_shown, showing_from
from analytics.disclosure.sentences import without_small_numbers

__all__ = [
    "THRESHOLD",
    "Count",
    "Hidden",
    "Ledger",
    "count_people",
    "fewest_people",
    "fewest_shown",
    "showing_from",
    "without_small_numbers",
]
