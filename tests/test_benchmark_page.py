"""What the benchmark's page says of the bars follows from the runs; nothing in it is timed here."""

from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.cases import Bar, Case, Extract, cases
from tests.benchmarks.page import _WAYS, judge, machine, write_page
from tests.benchmarks.run import measure
from tests.benchmarks.steps import STEPS
from tests.benchmarks.ways import WAYS


def runs(*walls: float) -> list[dict[str, Any]]:
    return [{"wall": one, "cpu": one, "total": one, "peak_mb": 100.0, "found": [0, 0]} for one in walls]


def result(name: str, faults: dict[str, str] | None = None, **ways: list[dict[str, Any]]) -> dict[str, Any]:
    return {"case": name, "runs": ways, "faults": faults or {}, "machine": machine()}


@pytest.mark.parametrize("quick", [True, False])
def test_every_way_can_be_run_and_is_in_words(quick: bool) -> None:
    for case in cases(quick):
        names = {way.split()[0] for way in case.ways}
        assert names <= {*WAYS, *STEPS} and set(case.ways) <= set(_WAYS)
        assert {bar.way for bar in case.bars} <= set(case.ways)


def test_a_bar_is_judged_turn_by_turn() -> None:
    # A slow turn strikes both ways: the ratio is what counts.
    found = {"c": result("c", scan=runs(1, 10, 1), limits=runs(1.4, 14, 9))}
    figure, most = judge(Bar("limits", "wall", 1.5, "scan"), "c", found) or (0, 0)
    assert figure / most == pytest.approx(1.4 / 1.5)
    figure, most = judge(Bar("limits", "wall", 1.0, "scan", plus=0.2), "c", found) or (0, 0)
    assert figure > most


def test_a_line_is_compared_across_sizes() -> None:
    found = {
        "1 million lines": result("1 million lines", limits=runs(1.0)),
        "10 million lines": result("10 million lines", limits=runs(13.0)),
    }
    figure, most = judge(Bar("limits", "cpu", 1.2, ("1 million lines", "limits")), "10 million lines", found) or (0, 0)
    assert (figure, most) == (13.0, pytest.approx(12.0))


def test_the_page_says_what_is_met_missed_and_not_finished(tmp_path: Path) -> None:
    bars = (
        Bar("limits", "wall", 1.5, "scan"),
        Bar("limits", "cpu", 2.0, "scan"),
        Bar("limits 1GB", "wall", 2, "limits"),
    )
    case = Case("1 million lines, tried", Extract(1_000_000), ("scan", "limits", "limits 1GB"), bars)
    ways = {"scan": runs(1.0), "limits": runs(1.8), "limits 1GB": []}
    found = result(case.name, {"limits 1GB": "not finished within 5 minutes"}, **ways)
    write_page(tmp_path, [case, Case("another", None, ("scan",))], {case.name: found})
    page = (tmp_path / "performance.md").read_text(encoding="utf-8")
    assert "1 of 3 are met, 1 missed, 1 could not be told." in page
    assert "| limits: 1.5 × scan | 1.80 s wall | 1.50 | **missed**, 1.2 times the bar |" in page
    assert page.count("not finished within 5 minutes") == 2
    assert "- another" in page.split("## Not timed")[1]


def test_a_run_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    said = measure("gate_by_hand", tmp_path, tmp_path, 0.001, None)
    assert said == {"fault": "not finished within 0.001 minutes"}
