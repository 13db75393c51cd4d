"""The page in a real browser, offline: light and dark, desk and phone, on paper, by keyboard, and without script."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analytics import charts, report
from tests.invented import invented_study

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
DESK, PHONE = {"width": 1200, "height": 900}, {"width": 390, "height": 844}

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
    """A page that several tests look at, all of its figures drawn."""
    for opened in open_page(browser, address):
        scroll_through(opened)
        yield opened


def open_page(browser: Any, address: str, **options: Any) -> Iterator[Any]:
    opened = browser.new_page(**{"viewport": DESK, **options})
    opened.complaints = []
    opened.on("console", lambda message: opened.complaints.append(message.text))
    opened.on("pageerror", lambda fault: opened.complaints.append(str(fault)))
    opened.on("request", lambda request: request.url != address and opened.complaints.append(request.url))
    opened.goto(address)
    yield opened
    opened.close()


def scroll_through(page: Any) -> None:
    """Bring each figure into view until it is drawn."""
    for name in page.evaluate("[...document.querySelectorAll('.plot')].map(e => e.id)"):
        page.evaluate("id => document.getElementById(id).scrollIntoView({ behavior: 'instant' })", name)
        page.wait_for_selector(f"#{name}.js-plotly-plot .main-svg", state="attached")
    page.evaluate("window.scrollTo({ top: 0, behavior: 'instant' })")


def until(page: Any, expression: str) -> None:
    """Wait until something holds. (Playwright's own way needs eval, which the page forbids.)"""
    for _ in range(100):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(200)
    raise AssertionError(f"in vain: {expression}")


# ---- Figures


def test_figures_are_drawn_as_they_come_into_view(fresh: Any) -> None:
    figures = fresh.locator(".plot").count()
    assert figures >= 8
    assert fresh.locator(".js-plotly-plot").count() < figures
    scroll_through(fresh)
    assert fresh.locator(".js-plotly-plot").count() == figures
    # Neither a request to anywhere nor a word of complaint: the policy of the page's content is kept.
    assert fresh.complaints == []


def test_nothing_offers_to_send_data_away(page: Any) -> None:
    drawn = page.evaluate("[...document.querySelectorAll('.js-plotly-plot')].map(e => e.textContent).join(' ')")
    assert "Share chart" not in drawn and "Chart Studio" not in drawn
    assert page.locator(".modebar-btn").count() == 0


@pytest.mark.parametrize("width", [390, 768, 1200])
def test_no_width_scrolls_sideways(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    # Figures follow the width, and none is wider than its place.
    until(
        page, f"[...document.querySelectorAll('.main-svg')].every(e => e.getBoundingClientRect().right < {width + 2})"
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.set_viewport_size(DESK)


def test_labels_of_periods_do_not_collide_on_a_phone(browser: Any, address: str) -> None:
    for page in open_page(browser, address, viewport=PHONE):
        scroll_through(page)
        crowded = page.evaluate(
            """() => [...document.querySelectorAll('.js-plotly-plot')].filter(plot => {
                const boxes = [...plot.querySelectorAll('.xtick text')].map(e => e.getBoundingClientRect());
                boxes.sort((a, b) => a.left - b.left);
                return boxes.some((box, i) => i && box.left < boxes[i - 1].right - 1);
            }).map(plot => plot.id)"""
        )
        assert crowded == []


# ---- Above the fold


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_the_headlines_are_above_the_fold(browser: Any, address: str, viewport: dict[str, int]) -> None:
    for page in open_page(browser, address, viewport=viewport):
        seen = page.locator(".facts, .policies, .tile")
        assert seen.count() == 6
        for place in range(6):
            box = seen.nth(place).bounding_box()
            assert box and box["y"] + box["height"] <= viewport["height"], seen.nth(place).inner_text()
        # The verdict of every measure, in the box beside the policies or as signs under them.
        verdicts = page.locator(".verdicts li" if viewport is DESK else ".chips li")
        assert verdicts.count() == 3
        for place in range(3):
            box = verdicts.nth(place).bounding_box()
            assert box and box["y"] + box["height"] <= viewport["height"]


def test_the_headlines_are_there_before_the_library_ran(browser: Any, address: str) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(address)
    assert page.locator(".tile .value").count() == 4
    assert page.locator("table").count() > 15
    assert not page.locator(".plot").first.is_visible(), "no empty boxes where no figure is drawn"
    assert page.locator("figcaption").first.is_visible()
    page.close()


def test_the_headlines_are_painted_before_the_library_ran(fresh: Any) -> None:
    painted = fresh.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0")
    loaded = fresh.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
    assert 0 < painted < loaded


# ---- Light and dark


def ground_and_lines(page: Any) -> tuple[str, set[str]]:
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    strokes = page.evaluate(
        "[...document.querySelectorAll('.js-plotly-plot .errorbars path, .js-plotly-plot .js-line')]"
        ".map(e => getComputedStyle(e).stroke)"
    )
    return ground, set(strokes)


def test_figures_follow_the_reader_into_the_dark(browser: Any, address: str) -> None:
    def rgb(color: str) -> str:
        return f"rgb({', '.join(str(int(color[i : i + 2], 16)) for i in (1, 3, 5))})"

    for page in open_page(browser, address, color_scheme="dark"):
        scroll_through(page)
        ground, strokes = ground_and_lines(page)
        assert ground == "rgb(18, 23, 28)"
        assert rgb(charts.DARK[charts.BLUE]) in strokes and rgb(charts.BLUE) not in strokes
        page.emulate_media(color_scheme="light")
        until(page, "getComputedStyle(document.body).backgroundColor === 'rgb(255, 255, 255)'")
        page.wait_for_timeout(1500)
        ground, strokes = ground_and_lines(page)
        assert ground == "rgb(255, 255, 255)"
        assert rgb(charts.BLUE) in strokes and rgb(charts.DARK[charts.BLUE]) not in strokes
        assert page.complaints == []


def luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (x / 12.92 if x <= 0.03928 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(
    ("colors", "ground"), [(list(charts.DARK), "#FFFFFF"), (list(charts.DARK.values()), "#12171C")]
)
def test_colours_of_figures_stand_out(colors: list[str], ground: str) -> None:
    """Lines and marks at least 3 to 1, words at least 4.5 to 1, on white and on the dark ground."""
    blue, orange, grey, ink = colors[:4]
    for color, least in ((blue, 3), (orange, 3), (grey, 4.5), (ink, 4.5)):
        light, dark = sorted((luminance(color), luminance(ground)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= least, color


# ---- For everybody


@pytest.mark.parametrize(("scheme", "viewport"), [("light", DESK), ("dark", PHONE)], ids=["desk", "dark phone"])
def test_axe_finds_nothing(browser: Any, address: str, scheme: str, viewport: dict[str, int]) -> None:
    axe = pytest.importorskip("axe_playwright_python")
    rules = (Path(axe.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    for page in open_page(browser, address, viewport=viewport, color_scheme=scheme):
        # What is folded away is looked at too.
        page.evaluate("document.querySelectorAll('details.folded').forEach(e => { e.open = true })")
        scroll_through(page)
        page.evaluate(rules)
        found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
        told = [(each["id"], [node["target"] for node in each["nodes"]][:3]) for each in found["violations"]]
        assert told == []


def test_the_keyboard_reaches_what_can_be_used(fresh: Any) -> None:
    fresh.keyboard.press("Tab")
    assert fresh.evaluate("document.activeElement.className") == "skip"
    assert fresh.locator(".skip").bounding_box()["x"] >= 0, "seen when it has the focus"
    fresh.keyboard.press("Enter")
    assert fresh.evaluate("location.hash") == "#headlines"
    fresh.keyboard.press("Tab")
    assert fresh.evaluate("document.activeElement.closest('#headlines, .chapters') !== null"), "the links are skipped"
    outline = fresh.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid", "the focus is seen"
    # Tables that scroll can be reached, and are named.
    for region in fresh.locator(".scroll").all()[:5]:
        assert region.get_attribute("tabindex") == "0"
        label = region.get_attribute("aria-labelledby")
        assert fresh.locator(f"#{label}").count() == 1


def test_the_bar_tells_the_section_that_is_read(page: Any) -> None:
    page.evaluate("document.getElementById('renewals').scrollIntoView({ behavior: 'instant' })")
    until(page, "document.querySelector('nav [aria-current]')?.hash === '#renewals'")
    page.evaluate("window.scrollTo({ top: 0, behavior: 'instant' })")
    until(page, "document.querySelector('nav [aria-current]')?.hash === '#headlines'")


def test_nothing_moves_for_who_wants_no_motion(browser: Any, address: str) -> None:
    for page in open_page(browser, address, reduced_motion="reduce"):
        assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_folded_tables_open(page: Any) -> None:
    details = page.locator("details.folded").first
    table = details.locator("table").first
    assert not table.is_visible()
    details.locator("summary").first.click()
    assert table.is_visible()
    details.locator("summary").first.click()


# ---- On paper


def test_paper_has_every_figure_and_table_and_few_pages(fresh: Any) -> None:
    folded = fresh.locator("#dosing details.folded table, #renewals details.folded table").count()
    assert folded and fresh.locator(".js-plotly-plot").count() < fresh.locator(".plot").count()
    fresh.evaluate(
        """() => window.addEventListener('beforeprint', () => {
            window.onPaper = {
                wide: [...document.querySelectorAll('.js-plotly-plot')].filter(
                    e => e.querySelector('.main-svg').getBoundingClientRect().width > 681).length,
                appendix: document.querySelectorAll('.appendix table').length,
            };
        })"""
    )
    printed = fresh.pdf(format="A4", prefer_css_page_size=True)
    pages = len(re.findall(rb"/Type\s*/Page\b", printed))
    assert 8 <= pages <= 30
    assert fresh.locator(".js-plotly-plot").count() == fresh.locator(".plot").count()
    told = fresh.evaluate("window.onPaper")
    assert told["wide"] == 0, "no figure is wider than the paper"
    assert told["appendix"] >= folded, "folded tables stand at the end"
    # Afterwards all is as before.
    assert fresh.locator(".appendix").count() == 0
    assert fresh.locator("#dosing details.folded table, #renewals details.folded table").count() == folded
    assert fresh.complaints == []


def test_paper_is_light(browser: Any, address: str) -> None:
    for page in open_page(browser, address, color_scheme="dark"):
        page.emulate_media(media="print")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"


def test_nothing_is_cut_off_on_paper(browser: Any, address: str) -> None:
    for page in open_page(browser, address, viewport={"width": 688, "height": 1000}):
        page.emulate_media(media="print")
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        cut = page.evaluate(
            """() => [...document.querySelectorAll('table, .main-svg')].filter(e => e.getClientRects().length)
                .filter(e => e.getBoundingClientRect().right > 690)
                .map(e => [e.id || e.closest('.plot')?.id, e.getBoundingClientRect().right])"""
        )
        assert cut == []
