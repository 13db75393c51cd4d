"""One tidy set of published values -> one Plotly figure; a module a kind of figure."""

from analytics.charts.bars import bars
from analytics.charts.base import BLUE, CONFIG, GREY, INK, ORANGE, Interval, library, to_json
from analytics.charts.dots import dots
from analytics.charts.lines import lines
from analytics.charts.over_time import over_time

__all__ = [
    "BLUE",
    "CONFIG",
    "GREY",
    "INK",
    "ORANGE",
    "Interval",
    "bars",
    "dots",
    "library",
    "lines",
    "over_time",
    "to_json",
]
