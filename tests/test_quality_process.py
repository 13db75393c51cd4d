"""The gate's process keeps to itself: no sockets, no noise, no values, and nothing imported that nobody asked for."""

import ast
import os
import subprocess
import sys
from pathlib import Path

from analytics.quality.catalogue import catalogue
from analytics.quality.docs import page
from tests.test_quality_stage import clean_tables, write_stage

ROOT = Path(__file__).parent.parent

# Notes every use of the network in any process that imports it.
SPY = """
import os, sys

def watch(event, arguments):
    if event.startswith("socket."):
        with open(os.environ["SPY_LOG"], "a") as log:
            log.write(f"{os.path.basename(sys.argv[0])} {event}\\n")

sys.addaudithook(watch)
with open(os.environ["SPY_LOG"], "a") as log:
    log.write("started\\n")
"""

RUN = """
import sys
from pathlib import Path
from analytics.quality import run_gate, verdict
from tests.test_quality_stage import clean_tables, context_of

tables = clean_tables()
results = run_gate(Path(sys.argv[1]), context_of(tables, rows_quarantined={}))
print(verdict(results).failed, len(results))
"""


def test_no_socket_and_no_noise(tmp_path: Path) -> None:
    stage = write_stage(tmp_path / "stage", clean_tables())
    (tmp_path / "spy").mkdir()
    (tmp_path / "spy" / "sitecustomize.py").write_text(SPY)
    log = tmp_path / "log"
    ran = subprocess.run(
        [sys.executable, "-c", RUN, str(stage)],
        env=os.environ | {"PYTHONPATH": f"{tmp_path / 'spy'}{os.pathsep}{ROOT}", "SPY_LOG": str(log)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stderr == ""
    assert ran.stdout == f"False {len(catalogue())}\n"
    # Both processes were watched.
    assert log.read_text().splitlines() == ["started", "started"]


def test_one_module_imports_great_expectations() -> None:
    importers = set()
    for path in (ROOT / "analytics").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.split(".")[0] in ("great_expectations", "duckdb_engine") for name in names):
                importers.add(path.name)
    assert importers == {"child.py"}


def test_importing_the_gate_is_light() -> None:
    heavy = "great_expectations duckdb polars pandas sqlalchemy sqlglot"
    code = f"import sys, analytics.quality; print([name for name in '{heavy}'.split() if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_documentation_is_the_catalogue() -> None:
    """If this fails: python -m analytics.quality.docs > docs/quality.md"""
    assert (ROOT / "docs" / "quality.md").read_text(encoding="utf-8") == page()
