"""The internal page in a real browser: fifty thousand rows at once, filter, sort, CSV without formulas, keyboard."""

import csv
import datetime as dt
import io
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import analytics as um
from analytics.report.beside import internal as internal
from analytics.report.beside import internal_data as internal_data
from analytics.report.beside.alone import alone
from analytics.report.beside.internal_data import Worklist, coded
from analytics.report.beside.internal_rows import administrations, requests
from tests.invented import invented_study
from tests.support import SAMPLES
from tests.test_browser import CHROMIUM, browser

__all__ = ["browser"]

needs_chromium = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no chromium on this machine")
ROWS = 50_000
DAY = dt.date(2024, 1, 1)
LABELS = {
    "found": "Found",
    "payer": "Payer",
    "person_id": "Person",
    "administered_on": "Administered on",
    "status": "Status",
    "limits": "Limits",
    "units": "Units",
    "over": "Over",
    "note": "Note",
}
NOTES = [
    "=1+1",
    "+cmd",
    "-2+3",
    "@sum(a1)",
    "\tx",
    "\rx",
    " =1",
    "-5",
    "-1.5",
    'a "quoted", text',
    "<b>&amp;</b>",
    None,
]


def many() -> Worklist:
    draw = random.Random(5)
    rows = pl.DataFrame(
        {
            "found": [["Over a limit", "one more than allowed"] if n % 3 else ["Can't be judged"] for n in range(ROWS)],
            "payer": draw.choices(["Alder Health", "Birch Plan", "Cedar Care"], k=ROWS),
            "person_id": [f"person-{draw.randrange(9000):05}" for _ in range(ROWS)],
            "administered_on": [DAY + dt.timedelta(days=draw.randrange(700)) for _ in range(ROWS)],
            "status": ["exceeds" if n % 3 else "indeterminate" for n in range(ROWS)],
            "limits": [["q3w.dose"] if n % 3 else [] for n in range(ROWS)],
            "units": [float(draw.randrange(20, 120)) for _ in range(ROWS)],
            "over": [round(draw.uniform(-50, 900), 2) if n % 3 else None for n in range(ROWS)],
            "note": [NOTES[n % len(NOTES)] for n in range(ROWS)],
        }
    )
    return Worklist("days", "Days to look at", "Invented.", "administration", rows, LABELS, ("status", "payer"))


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("internal") / "internal.html"
    path.write_text(internal.page([many()], invented_study().manifest), encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of a failed gate, with a check that failed and one that could not run."""
    check = {"result": "failed", "severity": "critical", "n_failed": "<11", "why": "It matters.", "advice": "Mend it."}
    checks = [{"check": "medical_claim.quarantined", **check}, {"check": "authorization.rows", **check}]
    verdicts = [{"measure": "Dosing", "word": "unusable", "reason": "Too much is missing."}]
    values = {"as_of": "2025-12-31", "failures": ["Too much is missing."], "verdicts": verdicts, "checks": checks}
    path = tmp_path_factory.mktemp("failed") / "gate-failed.html"
    path.write_text(alone("failed", product="um", version="1", plan=None, **values), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def opened(browser: Any, address: str) -> Iterator[Any]:
    page = browser.new_page(viewport={"width": 1300, "height": 900})
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda fault: page.complaints.append(str(fault)))
    page.on("request", lambda request: request.url.startswith("http") and page.complaints.append(request.url))
    page.goto(address)
    yield page
    assert page.complaints == []
    page.close()


def said(page: Any) -> str:
    return str(page.locator("#days-says").text_content())


def first_cells(page: Any, column: int, rows: int = 5) -> list[str]:
    cells = page.locator(f"tbody tr[aria-rowindex] > :nth-child({column})")
    return [cells.nth(n).text_content() for n in range(rows)]


@needs_chromium
def test_fifty_thousand_rows_open_within_a_second(opened: Any) -> None:
    loaded = opened.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
    assert said(opened) == "50,000 of 50,000 rows"
    assert opened.locator("tbody tr").count() < 100, "only the rows in view are in the table"
    # The clock stands still for nobody: on a machine shared by other work a second is asked of the best of three.
    times = [loaded]
    for _ in range(2):
        opened.reload()
        times.append(opened.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd"))
    assert min(times) < 1000, times


@needs_chromium
def test_it_says_first_that_it_holds_persons(opened: Any) -> None:
    assert "holds persons" in opened.locator("body").text_content().strip()[:60]
    assert opened.title().startswith("Internal, holds persons")


@needs_chromium
def test_filters_and_search_narrow_the_rows(opened: Any) -> None:
    opened.get_by_label("Status").select_option(label="indeterminate")
    expected = many().rows.filter(status="indeterminate")
    assert said(opened) == f"{expected.height:,} of 50,000 rows"
    person = expected["person_id"][7]
    opened.get_by_label("Search in all columns").fill(person.upper())
    assert said(opened) == f"{expected.filter(person_id=person).height:,} of 50,000 rows"
    opened.get_by_label("Search in all columns").fill("nobody is called so")
    assert said(opened) == "0 of 50,000 rows"


@needs_chromium
def test_sorting_is_by_value_with_blanks_last(opened: Any) -> None:
    head = opened.locator("th", has_text=re.compile("^Over$"))
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    least = many().rows["over"].drop_nulls().sort()
    assert [float(cell) for cell in first_cells(opened, 8)] == least.head(5).to_list()
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert [float(cell) for cell in first_cells(opened, 8)] == least.tail(5).reverse().to_list()


@needs_chromium
def test_the_last_row_is_reached_by_keyboard(opened: Any) -> None:
    opened.locator("#days-view").focus()
    opened.keyboard.press("End")
    opened.wait_for_selector(f"tr[aria-rowindex='{ROWS + 1}']")
    assert opened.locator("table").get_attribute("aria-rowcount") == str(ROWS + 1)
    assert opened.locator(f"tr[aria-rowindex='{ROWS + 1}'] th").get_attribute("scope") == "row"
    opened.keyboard.press("Home")
    opened.wait_for_selector("tr[aria-rowindex='2']")


@needs_chromium
def test_the_csv_holds_the_rows_in_view_and_no_formula(opened: Any) -> None:
    opened.get_by_label("Payer").select_option(label="Cedar Care")
    with opened.expect_download() as waiting:
        opened.get_by_role("button", name="Save these rows as CSV").click()
    assert waiting.value.suggested_filename == "worklist-days.csv"
    text = Path(waiting.value.path()).read_bytes().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    expected = many().rows.filter(payer="Cedar Care")
    assert rows[0] == list(LABELS.values())
    assert len(rows) == expected.height + 1
    notes = {row[8] for row in rows[1:]}
    assert {"'=1+1", "'+cmd", "'-2+3", "'@sum(a1)", "'\tx", "'\rx", "' =1", 'a "quoted", text', ""} <= notes
    assert {"-5", "-1.5"} <= notes, "a plain negative number stays a number"
    for row in rows[1:]:
        for value in row:
            assert not re.match(r"\s*[=+\-@]", value) or re.fullmatch(r"-\d+(\.\d+)?", value), value
    assert [float(row[7]) if row[7] else None for row in rows[1:]] == expected["over"].to_list()


@needs_chromium
def test_markup_in_the_data_stays_text(opened: Any) -> None:
    opened.get_by_label("Search in all columns").fill("<b>")
    assert first_cells(opened, 9, 1) == ["<b>&amp;</b>"]
    assert opened.locator("tbody b").count() == 0


@needs_chromium
@pytest.mark.parametrize(("scheme", "width"), [("light", 1300), ("dark", 390)])
def test_axe_finds_nothing(browser: Any, address: str, failed: str, scheme: str, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python")
    rules = (Path(axe.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    for place in (address, failed):
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page.goto(place)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.evaluate(rules)
        found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
        assert [(each["id"], [node["target"] for node in each["nodes"]][:3]) for each in found["violations"]] == []
        page.close()


def test_columns_come_back_from_their_code() -> None:
    given = pl.Series(["b", None, "a", "b"])
    found = coded(given)
    assert found["words"] == ["a", "b"]
    assert [found["words"][place] if place >= 0 else None for place in found["codes"]] == given.to_list()
    assert coded(pl.Series([None, None], dtype=pl.String)) == {"words": [], "codes": [-1, -1]}
    assert coded(pl.Series([1.234, None])) == {"numbers": [1.23, None]}
    assert coded(pl.Series([["x", "y"], [], None], dtype=pl.List(pl.String))) == {
        "words": ["x; y"],
        "codes": [0, -1, -1],
    }


@pytest.fixture(scope="module")
def study() -> Iterator[um.Study]:
    with um.open(SAMPLES) as opened_study:
        yield opened_study


def test_what_is_on_the_lists_is_what_should_be_looked_at(study: um.Study) -> None:
    days = administrations(study).rows
    odd = study.administration.filter((pl.col("status") != "within") | (pl.col("flags").list.len() > 0))
    assert days.height == odd.height and days["found"].list.len().min() >= 1
    order = {"exceeds": 0, "exception": 1, "indeterminate": 2, "within": 3}
    assert [order[status] for status in days["status"]] == sorted(order[status] for status in days["status"])
    asked = requests(study).rows
    told = study.request.filter(
        ~pl.col("consistency").is_in(["consistent"]) | pl.col("approved_too_long") | (pl.col("flags").list.len() > 0)
    )
    assert set(asked["authorization_id"]) == set(told["authorization_id"])
    assert asked["found"].list.len().min() >= 1


def test_too_many_rows_are_counted_not_dropped_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(internal_data, "MOST_ROWS", 40_000)
    worklist = many()
    assert worklist.left_out == 10_000 and json.loads(worklist.data)["n"] == 40_000
    assert "10,000 rows more" in internal.page([worklist], invented_study().manifest)


def test_the_page_is_the_same_every_time_and_lets_nothing_in(study: um.Study) -> None:
    text, again = (
        internal.page([administrations(study), requests(study)], invented_study().manifest) for _ in range(2)
    )
    assert text == again
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy and "unsafe" not in policy[1] and "default-src &#39;none&#39;" in policy[1]
    assert "http" not in re.sub(r"http-equiv", "", text)
