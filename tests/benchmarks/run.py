"""Time the product on large invented extracts, and write what came out to docs/performance.md (`make bench`).

    python -m tests.benchmarks.run [--quick] [--work FOLDER] [--docs FOLDER] [--spark-python PATH] [--repetitions N]
        [--only CASE …]

Every run is a process of its own; the ways of a case take turns, so that what else the machine does strikes all alike.
A run that takes longer than its case allows is stopped, and the page says so. Figures are kept as they come: a run that
was broken off is taken up with --only. --quick takes 1 million lines at most and three turns; the full size needs about
8 GB of disk and an hour. PySpark is timed where there is Java and this Python, or --spark-python, has it.
"""

import argparse
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.cases import LIBRARIES, Case, cases
from tests.benchmarks.page import machine, write_page
from tests.benchmarks.steps import STEPS

ROOT = Path(__file__).resolve().parents[2]


def measure(way: str, folder: Path, scratch: Path, minutes: float, spark_python: str | None) -> dict[str, Any] | None:
    """One run of one way in a process of its own: its figures, or {"fault": why there are none}.

    None where the library is not there.
    """
    name, _, limit = way.partition(" ")
    python = spark_python if name == "pyspark" else sys.executable
    if python is None:
        return None
    if name in STEPS:
        command = [python, "-m", "tests.benchmarks.steps", name, str(folder), str(scratch)]
    else:
        command = [python, "-m", "tests.benchmarks.ways", name, str(folder), *([limit] if limit else [])]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Compiled modules are kept, as they are for everyone who starts a command twice.
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": ""},
        # With its children, so that they can be stopped together.
        start_new_session=True,
    ) as process:
        try:
            out, said = process.communicate(timeout=60 * minutes)
        except subprocess.TimeoutExpired:
            return {"fault": f"not finished within {minutes:g} minutes"}
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    if process.returncode:
        print(said[-2000:], file=sys.stderr)
        return {"fault": "failed"}
    found: dict[str, Any] = json.loads(out.strip().splitlines()[-1])
    return found


def time_case(case: Case, work: Path, repetitions: int, spark_python: str | None) -> dict[str, Any]:
    """The figures of a case's ways, turn by turn, and why there are none of a way."""
    folder = case.extract.make(work) if case.extract else work
    runs: dict[str, list[dict[str, Any]]] = {way: [] for way in case.ways}
    faults: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="scratch-", dir=work) as scratch:
        for turn in range(repetitions + 1):
            # The first turn only warms the disk's cache: for many lines, what reads them all is enough.
            for way in case.ways if turn or repetitions > 2 else case.ways[:1]:
                if way in faults:
                    continue
                run = measure(way, folder, Path(scratch), case.minutes, spark_python)
                if run is not None and "fault" in run:
                    faults[way] = run["fault"]
                    print(f"{case.name}: {way} {run['fault']}", flush=True)
                elif run is not None and turn:
                    runs[way].append(run)
                    print(f"{case.name}: {way} {run['wall']:.2f} s, CPU {run['cpu']:.2f} s", flush=True)
    if len({tuple(runs[way][0]["found"]) for way in LIBRARIES if runs.get(way)}) > 1:
        raise SystemExit(f"{case.name}: the libraries' numbers differ: {runs}")
    return {"case": case.name, "runs": runs, "faults": faults}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--work", type=Path, default=ROOT / "reports" / "out" / "bench")
    parser.add_argument("--docs", type=Path, help="where the page goes (default: docs; beside the work with --quick)")
    parser.add_argument("--spark-python", default=_spark_python(), help="an interpreter that has pyspark")
    parser.add_argument("--repetitions", type=int, help="turns, in place of each case's own")
    parser.add_argument(
        "--only", nargs="*", default=[], help="words of the cases to run; the others keep their figures"
    )
    given = parser.parse_args()
    # Ended as by Ctrl-C, so that the run that is being timed ends too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    kept = given.work / ("quick.json" if given.quick else "results.json")
    given.work.mkdir(parents=True, exist_ok=True)
    for left in given.work.glob("scratch-*"):
        shutil.rmtree(left, ignore_errors=True)
    results = {one["case"]: one for one in json.loads(kept.read_text())} if kept.exists() else {}
    chosen, here = cases(given.quick), machine()
    docs = given.docs or (given.work if given.quick else ROOT / "docs")
    for case in chosen:
        if not given.only or any(word in case.name for word in given.only):
            repetitions = given.repetitions or min(case.repetitions, 3 if given.quick else case.repetitions)
            found = time_case(case, given.work.absolute(), repetitions, given.spark_python)
            results[case.name] = {**found, "machine": here}
            kept.write_text(json.dumps(list(results.values()), indent=1))
            write_page(docs, chosen, results)
    write_page(docs, chosen, results)
    print(f"Written: {docs / 'performance.md'}")


def _spark_python() -> str | None:
    """This Python, where it has PySpark and there is Java."""
    return sys.executable if importlib.util.find_spec("pyspark") and shutil.which("java") else None


if __name__ == "__main__":
    main()
