"""Figures of the renewals section: curves over days, and what a whole is made of."""

import json
from typing import Any

from analytics import charts
from analytics.charts import Interval

CURVE = [
    (0, Interval("100.0%", 1.0)),
    (60, Interval("80.0%", 0.8, 0.7, 0.9, "Day 60: 80.0%")),
    (120, Interval("withheld", None)),
    (180, Interval("50.0%", 0.5, 0.4, 0.6, "Day 180: 50.0%")),
]
BESIDE = [(180, Interval("40.0%", 0.4, 0.3, 0.5, "Day 180: 40.0%"))]


def drawn(figure: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    text = charts.to_json(figure)
    assert text == charts.to_json(figure) and "NaN" not in text and "<" not in text
    content = json.loads(text)["figure"]
    return content["data"], content["layout"]


def test_a_curve_has_its_band_and_leaves_out_what_is_withheld() -> None:
    traces, layout = drawn(charts.curves([("Gap of 60 days", CURVE)], "Days"))
    band, line = traces
    assert line["x"] == [0, 60, 180] and line["y"] == [1.0, 0.8, 0.5]
    # Where everybody is on therapy there are no limits: the band closes in on the curve.
    assert band["y"] == [1.0, 0.9, 0.6, 0.4, 0.7, 1.0]
    assert layout["yaxis"]["range"][0] == 0 and layout["xaxis"]["tickvals"] == [0, 60, 180]


def test_single_points_stand_beside_a_curve_with_whiskers() -> None:
    traces, _ = drawn(charts.curves([("60", CURVE)], "Days", beside=[("30", BESIDE)]))
    line, alone = (next(trace for trace in traces if trace.get("name") == name) for name in ("60", "30"))
    assert line["mode"] == "lines+markers" and alone["mode"] == "markers"
    assert alone["error_y"]["array"] == [0.1] and alone["marker"]["symbol"] != line["marker"]["symbol"]


def test_one_value_after_the_start_is_no_line() -> None:
    traces, _ = drawn(charts.curves([("60", CURVE[:2])], "Days"))
    assert [trace["mode"] for trace in traces] == ["markers"]


def test_a_curve_known_on_every_day_goes_in_steps() -> None:
    (band, line), _ = drawn(charts.curves([("exact", CURVE)], "Days", stepped=True))
    assert line["line"]["shape"] == "hv" and line["mode"] == "lines"
    assert band["x"][:5] == [0, 60, 60, 180, 180] and band["y"][:5] == [1.0, 1.0, 0.9, 0.9, 0.6]


def test_nothing_to_draw_is_an_empty_figure() -> None:
    assert drawn(charts.curves([("60", [])], "Days"))[0] == []


def test_stacked_shares_leave_out_a_bar_with_a_hidden_part() -> None:
    traces, layout = drawn(charts.stacked(["2024", "2025"], [("Renewed", [30, 12]), ("Denied", [10, None])]))
    assert [trace["x"] for trace in traces] == [[0.75, None], [0.25, None]]
    assert layout["barmode"] == "stack"
    assert len({trace["marker"]["pattern"]["shape"] for trace in traces}) == 2
