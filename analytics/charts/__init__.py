"""One tidy set of published values -> one Plotly figure; a module a kind of figure."""

from analytics.charts.bars import bars, stacked_shares
from analytics.charts.base import BLUE, CONFIG, DARK, GREY, INK, ORANGE, Interval, library, to_json
from analytics.charts.curves import curves
from analytics.charts.differences import differences
from analytics.charts.displayed import displayed
from analytics.charts.dots import dots
from analytics.charts.lines import lines
from analytics.charts.over_time import Mark, over_time, place_of
from analytics.charts.stacked import stacked
from analytics.charts.timeline import Dose, Window, timeline

__all__ = [
    "BLUE",
    "CONFIG",
    "DARK",
    "GREY",
    "INK",
    "ORANGE",
    "Dose",
    "Interval",
    "Mark",
    "Window",
    "bars",
    "curves",
    "differences",
    "displayed",
    "dots",
    "library",
    "lines",
    "over_time",
    "place_of",
    "stacked",
    "stacked_shares",
    "timeline",
    "to_json",
]
