"""Figures: what they hold, what they don't, and that they are the same every time."""

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

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


def colours(value: Any) -> Iterator[str]:
    """Every colour in a figure."""
    if isinstance(value, dict):
        for one in value.values():
            yield from colours(one)
    elif isinstance(value, list):
        for one in value:
            yield from colours(one)
    elif isinstance(value, str) and re.fullmatch(r"#[0-9A-Fa-f]{3,8}|rgba?\(.*\)|white|black", value):
        yield value


@pytest.mark.parametrize("name", FIGURES)
def test_every_colour_has_its_counterpart_on_a_dark_ground(name: str) -> None:
    palette = {tuple(int(color[i : i + 2], 16) for i in (1, 3, 5)) for color in charts.DARK}
    for color in colours(json.loads(charts.to_json(FIGURES[name]()))["figure"]):
        if color == "rgba(0,0,0,0)":
            continue
        if color.startswith("#"):
            assert color in charts.DARK, color
        else:
            # As the page's script reads it: three whole numbers and an opacity, parted by a comma and a blank.
            parts = re.fullmatch(r"rgba\((\d+), (\d+), (\d+), [\d.]+\)", color)
            assert parts and tuple(int(part) for part in parts.groups()) in palette, color


def test_incomplete_periods_are_greyed_by_their_labels() -> None:
    figure = charts.over_time([("Kept", POINTS)], incomplete=["Apr 2025", "May 2025", "Jan 2025"])
    shapes = json.loads(charts.to_json(figure))["figure"]["layout"]["shapes"]
    assert [(shape["x0"], shape["x1"]) for shape in shapes] == [(-0.5, 0.5), (2.5, 4.5)]


def test_versions_are_marked_where_they_begin() -> None:
    figure = charts.over_time([("Kept", POINTS)], marks=[charts.Mark(1.2, "version 2"), charts.Mark(4.1, "version 3")])
    layout = json.loads(charts.to_json(figure))["figure"]["layout"]
    assert [(shape["x0"], shape["x1"], shape["line"]["dash"]) for shape in layout["shapes"]] == [
        (1.2, 1.2, "dash"), (4.1, 4.1, "dash"),
    ]  # fmt: skip
    # The words stand on the side that has room.
    assert [note["xanchor"] for note in layout["annotations"]] == ["left", "right"]
    assert layout["legend"]["y"] > 1.05, "above the words"


@pytest.mark.parametrize(
    ("day", "months", "place"),
    [
        (date(2025, 2, 1), 1, 0.5),
        (date(2025, 1, 1), 1, None),
        (date(2025, 1, 17), 1, 0.016),
        (date(2025, 5, 1), 1, None),
        (date(2024, 12, 31), 1, None),
        (date(2025, 4, 1), 3, 0.5),
        (date(2025, 5, 16), 3, 0.995),
    ],
)
def test_a_day_has_its_place_among_the_periods(day: date, months: int, place: float | None) -> None:
    starts = [date(2025, 1 + months * i, 1) for i in range(4)]
    assert charts.place_of(day, starts, months) == place


@pytest.mark.parametrize(
    ("labels", "shown"),
    [
        (
            [f"2024 Q{i}" for i in (3, 4)] + [f"2025 Q{i}" for i in (1, 2)],
            ["Q3<br>2024", "Q4<br> ", "Q1<br>2025", "Q2<br> "],
        ),
        (["2023", "2024", "2025"], None),
    ],
)
def test_labels_of_periods_stand_in_two_lines(labels: list[str], shown: list[str] | None) -> None:
    figure = charts.over_time([("Kept", [Interval(label, 0.9, 0.8, 0.95) for label in labels])])
    assert json.loads(charts.to_json(figure))["figure"]["layout"]["xaxis"].get("ticktext") == shown


def test_three_years_of_months_have_few_labels() -> None:
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    labels = [f"{month} {year}" for year in (2023, 2024, 2025) for month in months][2:]
    figure = charts.over_time([("Kept", [Interval(label, 0.9, 0.8, 0.95) for label in labels])])
    texts = json.loads(charts.to_json(figure))["figure"]["layout"]["xaxis"]["ticktext"]
    assert texts == ["Jul<br>2023", "Jan<br>2024", "Jul<br> ", "Jan<br>2025", "Jul<br> "]
