"""The result tables: their columns, types and order, in one place for the study, the files and the docs."""

from analytics.results import approvals, dosing, quality, renewals
from analytics.results.listing import Result
from analytics.results.renewals import OUTCOMES

__all__ = ["OUTCOMES", "RESULTS", "Result"]

RESULTS: dict[str, Result] = {
    result.name: result for area in (dosing, approvals, renewals, quality) for result in area.RESULTS
}
