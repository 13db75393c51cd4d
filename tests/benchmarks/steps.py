"""Work that needs something made beforehand, which is not timed: lakes, the gate's staged rows, libraries.

    python -m tests.benchmarks.steps STEP DATA SCRATCH

Prints one line of JSON like `tests.benchmarks.ways`. SCRATCH is a folder of the case, where a step keeps what the next
run can use.
"""

import json
import os
import pkgutil
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
Timed = Callable[[], object]
# What a report takes in sooner or later, each imported where it is first needed.
LIBRARIES = ("duckdb", "polars", "jinja2", "plotly.graph_objects", "plotly.offline")
NOT_A_REPORT = ("spark", "sample", "workbench", "notebook", "quality.child", "cli")


def prepare_first(data: Path, scratch: Path) -> Timed:
    """The first preparation of an extract."""
    from analytics.lake.preparing import prepare

    shutil.rmtree(scratch / "first", ignore_errors=True)
    return lambda: prepare(data, scratch / "first")


def prepare_unchanged(data: Path, scratch: Path) -> Timed:
    """Another one, nothing having changed."""
    from analytics.lake.preparing import prepare

    prepare(data, scratch / "lake")
    return lambda: prepare(data, scratch / "lake")


def prepare_one_of_seven(data: Path, scratch: Path) -> Timed:
    """Another one, a seventh file of claim lines having come."""
    from analytics.lake.preparing import prepare

    growing, lake = scratch / "growing", scratch / "lake-of-six"
    for folder in (growing, lake):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(data, growing, copy_function=os.link)
    files = sorted((growing / "medical_claim").glob("*.parquet"))
    assert len(files) == 7, f"{len(files)} files"
    files[-1].unlink()
    prepare(growing, lake)
    os.link(data / "medical_claim" / files[-1].name, files[-1])
    return lambda: prepare(growing, lake)


def tables_of_lake(data: Path, scratch: Path) -> Timed:
    """Every result table but the gate's, from a prepared extract."""
    from analytics.lake.preparing import prepare
    from tests.benchmarks.ways import tables

    prepare(data, scratch / "lake")
    return lambda: tables(scratch / "lake", None)


def gate(data: Path, scratch: Path) -> Timed:
    """The gate over staged rows, its libraries loaded."""
    from analytics import quality
    from analytics.quality.process import GateProcess

    context = _staged(data, scratch)
    process = GateProcess()
    # In a report the libraries are loaded while the extracts are read.
    time.sleep(10)

    def run() -> None:
        quality.run_gate(scratch / "staged", context, process)
        process.close()

    return run


def gate_by_hand(data: Path, scratch: Path) -> Timed:
    """The same counts in one hand-written pass a source."""
    from tests.benchmarks.gate import by_hand

    context = _staged(data, scratch)
    return lambda: by_hand(scratch / "staged", context)


def _staged(data: Path, scratch: Path):  # type: ignore[no-untyped-def]
    from analytics import quality
    from tests.benchmarks.gate import stage

    folder, known = scratch / "staged", scratch / "staged.json"
    if known.exists():
        kept = json.loads(known.read_text())
        return quality.GateContext(tuple(kept["tables"]), {}, {}, {}, date.fromisoformat(kept["as_of"]))
    # A run that was stopped may have left half of it.
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    context = stage(data, folder, "4GB")
    known.write_text(json.dumps({"tables": context.tables_present, "as_of": context.as_of.isoformat()}))
    return context


def report_samples(_data: Path, scratch: Path) -> Timed:
    """`um report data_samples`, from the start of Python to its end."""
    command = [
        sys.executable,
        "-m",
        "analytics.cli",
        "report",
        str(ROOT / "data_samples"),
        "--out",
        str(scratch / "out"),
    ]
    return lambda: subprocess.run(command, check=True, capture_output=True)


def imports(_data: Path, _scratch: Path) -> Timed:
    """What that imports, from the start of Python to its end: its own process and the gate's, side by side."""
    import analytics

    modules = [
        one.name
        for one in pkgutil.walk_packages(analytics.__path__, "analytics.")
        if not one.name.removeprefix("analytics.").startswith(NOT_A_REPORT)
    ]
    both = (", ".join([*LIBRARIES, *modules]), "analytics.quality.child")

    def run() -> None:
        started = [
            # Without tidying up, as the gate's process leaves.
            subprocess.Popen([sys.executable, "-c", f"import {names}, os; os._exit(0)"], stderr=subprocess.DEVNULL)
            for names in both
        ]
        assert [one.wait() for one in started] == [0, 0]

    return run


def limits_own(data: Path, _scratch: Path) -> Timed:
    """Claims to limits in our own columns."""
    import analytics.study  # noqa: F401
    from tests.benchmarks.ways import limits

    return lambda: limits(data, None)


def limits_mapped(data: Path, _scratch: Path) -> Timed:
    """The same of the same lines in foreign columns, words and dates."""
    import analytics.study  # noqa: F401
    from tests.benchmarks.foreign import foreign
    from tests.benchmarks.ways import limits

    folder = foreign(data)
    return lambda: limits(folder, None)


STEPS: dict[str, Callable[[Path, Path], Timed]] = {
    step.__name__: step
    for step in (
        *(prepare_first, prepare_unchanged, prepare_one_of_seven, tables_of_lake),
        *(limits_own, limits_mapped),
        *(gate, gate_by_hand, report_samples, imports),
    )
}


def main() -> None:
    """Make what is needed, then run one step once and say what it took."""
    name, data, scratch = sys.argv[1:]
    timed = STEPS[name](Path(data), Path(scratch))
    begun, cpu_begun = time.perf_counter(), _cpu()
    timed()
    wall, cpu = time.perf_counter() - begun, _cpu() - cpu_begun
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    print(json.dumps({"wall": wall, "cpu": cpu, "total": wall, "peak_mb": peak, "found": [0, 0]}))


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    main()
