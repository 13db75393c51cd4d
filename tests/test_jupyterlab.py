"""A notebook in a real JupyterLab, driven in a headless browser: plots drawn, no error, nothing beyond this machine.

With UM_SCREENSHOTS=FOLDER the picture in the docs is taken anew.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from tests.support import ROOT, SAMPLES
from tests.test_browser import CHROMIUM, browser

__all__ = ["browser"]

pytest.importorskip("jupyterlab")
pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no chromium on this machine")

NOTEBOOK = ROOT / "notebooks" / "2_dosing_in_depth.ipynb"
ERRORS = (
    ".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error'], "
    ".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stderr']"
)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a JupyterLab of our own: its folder, settings and kernels live in a temporary folder."""
    home = tmp_path_factory.mktemp("lab")
    work = home / "work"
    work.mkdir()
    shutil.copy(NOTEBOOK, work)
    (work / "data_samples").symlink_to(SAMPLES)
    settings = home / "settings" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)
    # Every cell is drawn, not only those in view.
    (settings / "tracker.jupyterlab-settings").write_text(json.dumps({"windowingMode": "none"}))
    config = home / "config" / "labconfig"
    config.mkdir(parents=True)
    (config / "page_config.json").write_text(
        json.dumps({"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}})
    )
    folders = {"CONFIG": home / "config", "DATA": home / "data", "RUNTIME": home / "run"}
    environment = os.environ | {f"JUPYTER_{name}_DIR": str(folder) for name, folder in folders.items()}
    environment |= {"IPYTHONDIR": str(home / "ipython"), "JUPYTERLAB_SETTINGS_DIR": str(home / "settings")}
    environment |= {"JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"), "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0"]
    words += ["--IdentityProvider.token=", f"--ServerApp.root_dir={work}", "--ServerApp.log_level=WARN"]
    with (home / "log.txt").open("w") as log:
        server = subprocess.Popen(words, env=environment, cwd=work, stdout=log, stderr=log)
    try:
        yield _address(server, home)
    finally:
        server.terminate()
        server.wait(20)


def _address(server: subprocess.Popen[bytes], home: Path) -> str:
    for _ in range(300):
        assert server.poll() is None, (home / "log.txt").read_text()
        for record in (home / "run").glob("jpserver-*.json"):
            try:
                address = str(json.loads(record.read_text())["url"])
                urlopen(f"{address}api/status", timeout=5).close()
                return address
            except (OSError, ValueError):
                continue
        time.sleep(0.1)
    raise AssertionError((home / "log.txt").read_text())


def test_the_notebook_runs_and_draws_its_plots(lab: str, browser: Any) -> None:
    beyond: list[str] = []
    page = browser.new_page(viewport={"width": 1400, "height": 1000})

    def stay_here(route: Any) -> None:
        if urlsplit(route.request.url).hostname in ("127.0.0.1", "localhost", None):
            route.continue_()
        else:
            beyond.append(route.request.url)
            route.abort()

    page.route("**/*", stay_here)
    page.goto(f"{lab}lab/tree/{NOTEBOOK.name}")
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", state="attached", timeout=40_000)
    # The bar at the foot says when the kernel has really started; asked to run before, the notebook asks for a kernel.
    page.get_by_text(re.compile(r"\(ipykernel\) \| Idle")).wait_for(timeout=40_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()

    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    code = sum(cell["cell_type"] == "code" for cell in cells)
    plots = sum("figure(" in "".join(cell["source"]) or "timeline(" in "".join(cell["source"]) for cell in cells)
    prompts_there = "[...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')]"
    numbered = f"{prompts_there}.filter(e => /^\\[\\d+\\]:$/.test(e.textContent)).length"
    page.wait_for_function(f"{numbered} === {code}", timeout=120_000)
    page.wait_for_function(f"document.querySelectorAll('.js-plotly-plot').length === {plots}", timeout=30_000)
    prompts = page.locator(".jp-CodeCell .jp-InputPrompt").all_text_contents()
    assert [int(re.sub(r"\D", "", prompt)) for prompt in prompts] == list(range(1, code + 1))
    assert page.locator(ERRORS).count() == 0
    assert plots >= 5
    for n in range(plots):
        assert page.locator(".js-plotly-plot").nth(n).locator(".main-svg").count() >= 1
    shown = page.evaluate("[...document.querySelectorAll('.js-plotly-plot')].map(e => e.innerHTML).join(' ')")
    assert "Share" not in shown and "Chart Studio" not in shown and "plotly-logomark" not in shown
    config = page.evaluate("document.querySelector('.js-plotly-plot')._context")
    assert config["showSendToCloud"] is False and config["plotlyServerURL"] == "" and config["displaylogo"] is False
    assert "Holds persons" in page.locator(".jp-Notebook").inner_text()
    assert beyond == []
    if folder := os.environ.get("UM_SCREENSHOTS"):
        _take_picture(page, Path(folder) / "notebook.png")
    page.close()


def _take_picture(page: Any, path: Path) -> None:
    page.set_viewport_size({"width": 1500, "height": 1150})
    page.keyboard.press("Control+b")
    page.evaluate(
        "[...document.querySelectorAll('.jp-MarkdownCell')]"
        ".find(cell => cell.querySelector('h2')?.textContent.includes('One patient'))"
        ".scrollIntoView({ block: 'start', behavior: 'instant' })"
    )
    page.wait_for_timeout(1500)
    page.screenshot(path=path)
