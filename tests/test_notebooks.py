"""Every notebook runs from top to bottom, and is kept without outputs: they would hold persons."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PLOT = "application/vnd.plotly.v1+json"


def test_the_six_notebooks_are_there() -> None:
    assert [path.stem for path in NOTEBOOKS] == [
        "1_first_look",
        "2_dosing_in_depth",
        "3_which_criteria_decide",
        "4_renewals_and_persistence",
        "5_why_this_case",
        "6_your_own_extract",
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_kept_without_outputs(path: Path) -> None:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)
    assert all(cell["metadata"] == {} for cell in cells)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs(path: Path) -> None:
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    notebook = nbformat.read(path, as_version=4)
    client = nbclient.NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(ROOT / "notebooks")}}
    )
    client.execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.outputs for cell in code), "every cell ends with something to look at"
    assert not any(output["output_type"] == "stream" for cell in code for output in cell.outputs)
    plots = list(_bundles(code, PLOT))
    # A figure without points would be an empty box.
    assert len(plots) >= 2 and all(any(trace.get("x") for trace in plot["data"]) for plot in plots)
    for plot in plots:
        assert plot["config"]["showSendToCloud"] is False and plot["config"]["plotlyServerURL"] == ""
    # Whatever shows a column that leads to persons says so.
    for html in _bundles(code, "text/html"):
        if "<th>person_id</th>" in html or "<th>authorization_id</th>" in html:
            assert "Holds persons" in html
    assert str(ROOT) not in json.dumps([cell.outputs for cell in code]), "a display names no path of this machine"


def _bundles(cells: list[Any], kind: str) -> Iterator[Any]:
    for cell in cells:
        for output in cell.outputs:
            if kind in output.get("data", {}):
                yield output["data"][kind]
