"""The data-quality gate: what is expected of the extracts, and which measures suffer where it is not so."""

from analytics.quality.gate import GateContext, QualityResult, rejudge, run_gate
from analytics.quality.process import GateProcess
from analytics.quality.verdict import GateVerdict, MeasureVerdict, verdict

__all__ = [
    "GateContext",
    "GateProcess",
    "GateVerdict",
    "MeasureVerdict",
    "QualityResult",
    "rejudge",
    "run_gate",
    "verdict",
]
