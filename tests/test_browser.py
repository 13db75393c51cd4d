"""The page in a real browser, offline: figures drawn as they come into view, phone, print, without script."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analytics import report
from tests.invented import invented_study

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"

pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no chromium on this machine")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(report.render(invented_study()), encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield running
        running.close()


@pytest.fixture
def fresh(browser: Any, address: str) -> Iterator[Any]:
    """A page just opened."""
    yield from open_page(browser, address)


@pytest.fixture(scope="module")
def page(browser: Any, address: str) -> Iterator[Any]:
    """A page that several tests look at."""
    yield from open_page(browser, address)


def open_page(browser: Any, address: str) -> Iterator[Any]:
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    opened.complaints = []
    opened.on("console", lambda message: opened.complaints.append(message.text))
    opened.on("pageerror", lambda fault: opened.complaints.append(str(fault)))
    opened.on("request", lambda request: request.url.startswith("http") and opened.complaints.append(request.url))
    opened.goto(address)
    yield opened
    opened.close()


def scroll_through(page: Any) -> None:
    height = page.evaluate("document.documentElement.scrollHeight")
    for top in range(0, height, 600):
        page.evaluate(f"window.scrollTo({{ top: {top}, behavior: 'instant' }})")
        page.wait_for_timeout(30)
    page.wait_for_function(
        "document.querySelectorAll('.plot').length === document.querySelectorAll('.js-plotly-plot').length"
    )


def test_figures_are_drawn_as_they_come_into_view(fresh: Any) -> None:
    figures = fresh.locator(".plot").count()
    assert figures >= 8
    assert fresh.locator(".js-plotly-plot").count() < figures
    scroll_through(fresh)
    assert fresh.locator(".js-plotly-plot").count() == figures
    assert fresh.complaints == []


def test_nothing_offers_to_send_data_away(page: Any) -> None:
    scroll_through(page)
    drawn = page.evaluate("[...document.querySelectorAll('.js-plotly-plot')].map(e => e.textContent).join(' ')")
    assert "Share chart" not in drawn and "Chart Studio" not in drawn
    assert page.locator(".modebar-btn").count() == 0


def test_the_headlines_are_there_before_the_library_ran(browser: Any, address: str) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(address)
    assert page.locator(".tile .value").count() == 4
    assert page.locator("table").count() > 15
    assert not page.locator(".plot").first.is_visible(), "no empty boxes where no figure is drawn"
    assert page.locator("figcaption").first.is_visible()
    page.close()


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_no_width_scrolls_sideways(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    scroll_through(page)
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # Figures follow the width, and none is wider than its place.
    for box in page.evaluate("[...document.querySelectorAll('.main-svg')].map(e => e.getBoundingClientRect().right)"):
        assert box <= width + 1


def test_the_keyboard_reaches_what_can_be_used(fresh: Any) -> None:
    fresh.keyboard.press("Tab")
    assert fresh.evaluate("document.activeElement.className") == "skip"
    fresh.keyboard.press("Enter")
    assert fresh.evaluate("location.hash") == "#headlines"
    # Tables that scroll can be reached, and are named.
    for region in fresh.locator(".scroll").all()[:5]:
        assert region.get_attribute("tabindex") == "0"
        label = region.get_attribute("aria-labelledby")
        assert fresh.locator(f"#{label}").count() == 1


def test_folded_tables_open(page: Any) -> None:
    details = page.locator("details").first
    table = details.locator("table")
    assert not table.is_visible()
    details.locator("summary").click()
    assert table.is_visible()


def test_printing_draws_every_figure_and_opens_every_table(fresh: Any) -> None:
    assert fresh.locator(".js-plotly-plot").count() < fresh.locator(".plot").count()
    printed = fresh.pdf(format="A4")
    assert printed[:4] == b"%PDF" and len(printed) > 50_000
    assert fresh.locator(".js-plotly-plot").count() == fresh.locator(".plot").count()
    assert fresh.locator("details[open]").count() == 0, "folded again after printing"
    assert fresh.complaints == []


def test_text_stands_out_from_its_ground(page: Any) -> None:
    """Contrast of at least 4.5 to 1 for every colour of text in use."""
    worst = page.evaluate(
        """() => {
            const linear = x => x <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4;
            const light = c => { const v = c.map(x => linear(x / 255));
                return .2126 * v[0] + .7152 * v[1] + .0722 * v[2] };
            const rgb = s => s.match(/[\\d.]+/g).map(Number);
            const ground = e => { while (e) { const c = rgb(getComputedStyle(e).backgroundColor);
                if (c.length < 4 || c[3] > 0) return c.slice(0, 3); e = e.parentElement } return [255, 255, 255] };
            let worst = 21;
            const words = 'p, td, th, li, dt, dd, h1, h2, h3, a, summary, figcaption, caption';
            document.querySelectorAll(words).forEach(e => {
                if (!e.textContent.trim() || e.className === 'skip') return;
                const [a, b] = [light(rgb(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
                worst = Math.min(worst, (a + .05) / (b + .05));
            });
            return worst;
        }"""
    )
    assert worst >= 4.5
