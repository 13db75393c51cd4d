"""Figures: what they hold, what they don't, and that they are the same every time."""

import json
import re

import pytest

from analytics import charts
from analytics.charts import Interval

POINTS = [
    Interval("Jan 2025", 0.9, 0.85, 0.94, "90.0%: 90 of 100"),
    Interval("Feb 2025", 0.92, 0.87, 0.95, "92.0%: 92 of 100"),
    Interval("Mar 2025", None),
    Interval("Apr 2025", 0.8, 0.7, 0.87, "80.0%: 80 of 100"),
    Interval("May 2025", None, floor=0.83, words="at least 83%"),
]
FIGURES = {
    "over_time": lambda: charts.over_time([("Kept", POINTS)], incomplete_from=3),
    "two over_time": lambda: charts.over_time([("Kept", POINTS), ("Asked", POINTS)]),
    "dots": lambda: charts.dots([("First", POINTS), ("Final", POINTS)]),
    "bars": lambda: charts.bars("Administrations", ["a", "b"], [12, None]),
    "lines": lambda: charts.lines(["0", "1"], [("5%", [0.5, None]), ("10%", [0.6, 0.7])], "Grace days"),
}


@pytest.mark.parametrize("name", FIGURES)
def test_json_is_the_same_every_time_and_safe_in_html(name: str) -> None:
    text = charts.to_json(FIGURES[name]())
    assert text == charts.to_json(FIGURES[name]())
    assert "<" not in text and "NaN" not in text and "Infinity" not in text
    content = json.loads(text)
    assert "template" not in content["figure"]["layout"], "Plotly's default template would add 7 kB"
    assert not re.search(r'"(?:uid|id)"', text)


def test_nothing_offers_to_send_data_anywhere() -> None:
    config = json.loads(charts.to_json(FIGURES["bars"]()))["config"]
    assert config["showSendToCloud"] is False
    assert config["plotlyServerURL"] == ""
    assert config["displaylogo"] is False


def test_a_gap_breaks_line_and_band() -> None:
    traces = json.loads(charts.to_json(FIGURES["over_time"]()))["figure"]["data"]
    bands = [trace for trace in traces if trace.get("fill") == "toself"]
    line = next(trace for trace in traces if trace.get("name") == "Kept")
    assert [band["x"][:2] for band in bands] == [["Jan 2025", "Feb 2025"]]
    assert line["y"][2] is None and line["connectgaps"] is False
    # A point alone has no band to stand in: it has whiskers.
    assert line["error_y"]["array"][3] == pytest.approx(0.07)
    assert line["error_y"]["array"][0] == 0


def test_a_lower_bound_has_its_own_mark() -> None:
    traces = json.loads(charts.to_json(FIGURES["over_time"]()))["figure"]["data"]
    floors = next(trace for trace in traces if trace.get("name") == "Kept: at least")
    assert floors["y"] == [None, None, None, None, 0.83]
    assert floors["marker"]["symbol"] == "triangle-up-open"


def test_incomplete_periods_are_greyed_and_named() -> None:
    layout = json.loads(charts.to_json(FIGURES["over_time"]()))["figure"]["layout"]
    assert layout["shapes"][0]["x0"] == 2.5
    assert layout["annotations"][0]["text"] == "incomplete"
    assert "shapes" not in json.loads(charts.to_json(FIGURES["two over_time"]()))["figure"]["layout"]


def test_every_period_keeps_its_place() -> None:
    axis = json.loads(charts.to_json(FIGURES["over_time"]()))["figure"]["layout"]["xaxis"]
    assert axis["categoryarray"] == [point.label for point in POINTS]
    assert axis["range"] == [-0.5, 4.5]


def test_series_differ_in_more_than_colour() -> None:
    traces = json.loads(charts.to_json(FIGURES["two over_time"]()))["figure"]["data"]
    lines = [trace for trace in traces if trace.get("name") in ("Kept", "Asked")]
    assert len({trace["marker"]["symbol"] for trace in lines}) == 2
    assert len({trace["line"]["dash"] for trace in lines}) == 2


def test_the_axis_of_rates_starts_at_zero_unless_all_are_high() -> None:
    def start(least: float) -> float:
        figure = charts.dots([("x", [Interval("a", least, least, least)])])
        return float(json.loads(charts.to_json(figure))["figure"]["layout"]["xaxis"]["range"][0])

    assert start(0.3) == 0
    assert 0 < start(0.9) < 0.9


def test_the_library_is_the_installed_one() -> None:
    assert len(charts.library()) > 1_000_000
