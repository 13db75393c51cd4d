"""The data-quality gate: what is expected of the extracts, and which measures suffer where it is not so."""

from analytics.quality.expectation import Expectation
from analytics.quality.gate import GateContext, QualityResult, Runner, check_overrides, rejudge, run_gate
from analytics.quality.process import GateProcess
from analytics.quality.sources import POLICY_TABLES, relation, staged_columns
from analytics.quality.sqltext import WHOLE_EXTRACT, counting_sql, listing_sql, rows_behind
from analytics.quality.verdicts import (
    GateVerdict,
    MeasureVerdict,
    advised,
    bearing_on,
    found,
    gravest,
    is_bad,
    rows_of,
    sentence,
    told,
    untold,
    verdict,
)

__all__ = [
    "POLICY_TABLES",
    "WHOLE_EXTRACT",
    "Expectation",
    "GateContext",
    "GateProcess",
    "GateVerdict",
    "MeasureVerdict",
    "QualityResult",
    "Runner",
    "advised",
    "bearing_on",
    "check_overrides",
    "counting_sql",
    "found",
    "gravest",
    "is_bad",
    "listing_sql",
    "rejudge",
    "relation",
    "rows_behind",
    "rows_of",
    "run_gate",
    "sentence",
    "staged_columns",
    "told",
    "untold",
    "verdict",
]
