"""Statistics: proportions with their limits, agreement, and time to an event. Counts come in, estimates go out."""

from analytics.statistics.differences import Estimate, difference, median_limits, newcombe, ratio_of_sums
from analytics.statistics.proportions import Z95, kappa, rate, wilson, wilson_limits, with_rate
from analytics.statistics.survival import Step, cumulative_incidence, kaplan_meier

__all__ = [
    "Z95",
    "Estimate",
    "Step",
    "cumulative_incidence",
    "difference",
    "kaplan_meier",
    "kappa",
    "median_limits",
    "newcombe",
    "rate",
    "ratio_of_sums",
    "wilson",
    "wilson_limits",
    "with_rate",
]
