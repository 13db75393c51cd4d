"""The one catalogue of expectations: suites, verdicts, messages and the documentation are all made from it."""

from functools import cache

from analytics.extracts.schema import TABLES
from analytics.quality import generic, rules_days, rules_lines, rules_people, rules_requests, rules_reviews
from analytics.quality.expectation import Expectation


@cache
def catalogue() -> dict[str, Expectation]:
    """Every expectation by its id, table by table."""
    listed = [
        generic.extent(),
        *(expectation for table in TABLES.values() for expectation in generic.expectations(table)),
        *rules_lines.expectations(),
        *rules_days.expectations(),
        *rules_requests.expectations(),
        *rules_reviews.expectations(),
        *rules_people.expectations(),
    ]
    order = ["extract", *TABLES, "policy"]
    listed.sort(key=lambda expectation: order.index(expectation.table))
    by_id = {expectation.id: expectation for expectation in listed}
    assert len(by_id) == len(listed), "an expectation's id is used twice"
    return by_id
