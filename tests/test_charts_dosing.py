"""What the dosing section's and the payers' figures hold."""

import json
from typing import Any

import pytest

from analytics import charts
from analytics.charts import Interval

POINTS = [
    Interval("One", 0.9, 0.85, 0.94, "90.0%: 90 of 100"),
    Interval("Two", None, floor=0.83, words="at least 83%"),
    Interval("Three", None),
    Interval("Four", 0.8, 0.7, 0.87, "80.0%: 80 of 100"),
]
FIGURES = {
    "bars": lambda: charts.bars("Administrations", ["A", "B", "C", "D"], [12, 0, "<11", "withheld"]),
    "bars_of_marks": lambda: charts.bars("Administrations", ["A", "B"], ["<11", "withheld"]),
    "dots": lambda: charts.dots([("Kept", POINTS)], {"One": (0.6, 0.93)}, "Open", reference=0.88),
    "over_time": lambda: charts.over_time(
        [("Kept", POINTS)], spans=[(0.5, 0.92), None, None, (0.7, 0.85)], span_name="Open"
    ),
    "differences": lambda: charts.differences(
        [Interval("Kept", -0.021, -0.052, 0.01, "words")], "B higher", "A higher"
    ),
    "stacked_shares": lambda: charts.stacked_shares(["A", "B"], [("x", [0.1, 0.2]), ("y", [0.01, None])], "Of units"),
}


def content(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(charts.to_json(FIGURES[name]()))["figure"]
    return found


@pytest.mark.parametrize("name", FIGURES)
def test_json_is_the_same_every_time(name: str) -> None:
    text = charts.to_json(FIGURES[name]())
    assert text == charts.to_json(FIGURES[name]())
    assert "NaN" not in text and "Infinity" not in text


@pytest.mark.parametrize("name", FIGURES)
def test_colours_are_those_that_the_page_turns_dark(name: str) -> None:
    from analytics.charts.base import DARK

    text = charts.to_json(FIGURES[name]()).upper()
    found = {text[place : place + 7] for place in range(len(text)) if text[place] == "#" and text[place + 7] == '"'}
    assert found and found <= {color.upper() for color in DARK}


def test_where_only_a_floor_is_known_an_arrowhead_stands() -> None:
    traces = {trace["name"]: trace for trace in content("dots")["data"]}
    assert traces["Kept"]["y"] == ["One", "Four"] and traces["Kept: at least"]["y"] == ["Two"]
    assert traces["Kept: at least"]["x"] == [0.83]
    assert traces["Kept"]["marker"]["symbol"] != traces["Kept: at least"]["marker"]["symbol"]


def test_a_row_of_which_nothing_is_known_stays_empty() -> None:
    figure = content("dots")
    assert "Three" in figure["layout"]["yaxis"]["categoryarray"]
    assert all("Three" not in trace["y"] for trace in figure["data"])


def test_spans_are_behind_and_on_the_axis() -> None:
    for name, along in (("dots", "x"), ("over_time", "y")):
        figure = content(name)
        span = figure["data"][0]
        assert span["name"] == "Open" and span[along].count(None) == len([end for end in span[along] if end]) / 2
        least = min(end for end in span[along] if end is not None)
        assert figure["layout"][f"{along}axis"]["range"][0] < least
        assert figure["layout"]["showlegend"] is True


def test_the_reference_is_a_dashed_line() -> None:
    (line,) = content("dots")["layout"]["shapes"]
    assert line["x0"] == line["x1"] == 0.88 and line["line"]["dash"] == "dash"


def test_differences_lie_around_none() -> None:
    figure = content("differences")
    assert figure["data"][0]["x"] == [-2.1]
    low, high = figure["layout"]["xaxis"]["range"]
    assert low == -high and high > 5.2
    assert [note["text"] for note in figure["layout"]["annotations"]] == ["◀ B higher", "A higher ▶"]


def test_parts_of_a_bar_differ_without_colour() -> None:
    figure = content("stacked_shares")
    assert figure["layout"]["barmode"] == "stack"
    assert len({trace["marker"]["pattern"]["shape"] for trace in figure["data"]}) == 2


def test_where_a_count_is_hidden_its_mark_stands() -> None:
    figure = content("bars")
    counts, hidden = figure["data"]
    assert counts["x"] == [12, 0, None, None] and counts["text"] == ["12", "0", "", ""]
    assert hidden["y"] == ["C", "D"] and hidden["text"] == ["<11", "withheld"] and hidden["x"] == [0, 0]
    assert set(figure["layout"]["yaxis"]["categoryarray"]) == {"A", "B", "C", "D"}


def test_marks_alone_have_an_axis_to_stand_on() -> None:
    figure = content("bars_of_marks")
    assert figure["data"][0]["x"] == [None, None] and figure["data"][1]["text"] == ["<11", "withheld"]
    low, high = figure["layout"]["xaxis"]["range"]
    assert low == 0 < high
