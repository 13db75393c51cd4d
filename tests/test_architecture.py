"""The floors of the house: imports point one way, heavy libraries have one door, modules stay small."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import analytics
from tests.support import ROOT

PACKAGE = ROOT / "analytics"
MODULES = sorted(PACKAGE.rglob("*.py"))

# From the ground up; a floor may import those before it, and its own rooms.
FLOORS = [
    ("errors", "resources", "arrow", "stopping"),
    ("extracts", "policy", "config", "mapping", "fhir", "statistics", "room"),
    ("engine", "results", "rates", "sample", "disclosure", "charts"),
    (
        *("opening", "unasked", "intake", "lake", "quarantine", "quality", "gatekeeper", "drift", "runout", "manifest"),
        *("study", "notebook", "checking", "check_formats", "workbench", "spark", "explain"),
    ),
    ("report",),
    ("replaying",),
    ("writing",),
    ("cli",),
]
HEIGHT = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}

# Each of these is imported by one module (or one package) alone.
DOORS = {
    "great_expectations": {"quality"},
    "plotly": {"charts"},
    "jinja2": {"report"},
    "sqlglot": {"spark"},
    "pyspark": {"spark"},
    "adbc_driver_postgresql": {"mapping"},
    "statsmodels": set(),
    "pandas": {"quality"},
}


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path, *, at_run_time: bool = True) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if at_run_time:
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
                node.body = [ast.Pass()]
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    if room(path) in ("__init__", "__main__"):
        return
    for name in imports(path):
        if name.startswith("analytics."):
            other = name.split(".")[1]
            if other in HEIGHT:
                assert HEIGHT[other] <= HEIGHT[room(path)], f"{room(path)} must not import {other}"


@pytest.mark.parametrize("library", DOORS)
def test_heavy_libraries_have_one_door(library: str) -> None:
    users = {room(path) for path in MODULES for name in imports(path) if name.split(".")[0] == library}
    assert users <= DOORS[library]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_stay_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


def test_help_waits_for_no_library() -> None:
    script = (
        "import sys\nfrom analytics import cli\n"
        "try:\n    cli.main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'duckdb', 'polars', 'plotly', 'jinja2', 'great_expectations', 'sqlglot', 'pandas', 'statsmodels'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)


def test_public_names_are_there() -> None:
    for name in analytics.__all__:
        assert getattr(analytics, name)
